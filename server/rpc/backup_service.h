#pragma once
#include "glutwatch/v1/admin.grpc.pb.h"
#include "server/catalog/catalog.h"
#include "server/rpc/call.h"
#include "server/storage/backup_desk.h"

namespace glutwatch::rpc {

// BackupService over the desk; `desk` is null where no folder for backups is configured.
// Thread-safe. Arguments outlive it.
class BackupServiceImpl final : public v1::BackupService::CallbackService {
 public:
  BackupServiceImpl(storage::BackupDesk* desk, const catalog::Catalog* catalog,
                    const CallGate* gate)
      : desk_(desk), catalog_(catalog), gate_(gate) {}

  grpc::ServerUnaryReactor* CreateBackup(grpc::CallbackServerContext* context,
                                         const v1::CreateBackupRequest* request,
                                         v1::CreateBackupResponse* response) override;
  grpc::ServerUnaryReactor* VerifyBackup(grpc::CallbackServerContext* context,
                                         const v1::VerifyBackupRequest* request,
                                         v1::VerifyBackupResponse* response) override;
  grpc::ServerUnaryReactor* ListBackups(grpc::CallbackServerContext* context,
                                        const v1::ListBackupsRequest* request,
                                        v1::ListBackupsResponse* response) override;
  grpc::ServerUnaryReactor* PruneBackups(grpc::CallbackServerContext* context,
                                         const v1::PruneBackupsRequest* request,
                                         v1::PruneBackupsResponse* response) override;
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* context,
                                   const v1::GetJobRequest* request,
                                   v1::GetJobResponse* response) override;

 private:
  // Whether `principal` may, and whether there is a folder at all.
  absl::Status Admit(const security::Principal& principal) const;

  storage::BackupDesk* const desk_;
  const catalog::Catalog* const catalog_;
  const CallGate* const gate_;
};

}  // namespace glutwatch::rpc

#pragma once
#include "absl/status/statusor.h"
#include "client/cli/context.h"
#include "glutwatch/v1/admin.pb.h"
#include "offline/backup_flags.h"

// What `glutwatch backup` does without a server, on folders. Errors as storage/backup.h's.
namespace glutwatch::offline {

absl::StatusOr<v1::ListBackupsResponse> ListOffline(const BackupFlags& flags);
absl::StatusOr<v1::Job> VerifyOffline(client::Context* context, const BackupFlags& flags);
absl::StatusOr<v1::Job> RestoreOffline(client::Context* context, const BackupFlags& flags);
absl::StatusOr<v1::PruneBackupsResponse> PruneOffline(client::Context* context,
                                                      const BackupFlags& flags);
// Of the store at `flags.data_dir`, whose server must be stopped.
absl::StatusOr<v1::StoreContent> DigestOffline(client::Context* context, const BackupFlags& flags);

}  // namespace glutwatch::offline

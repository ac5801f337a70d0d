#pragma once
#include "absl/status/statusor.h"
#include "client/cli/context.h"
#include "glutwatch/v1/admin.pb.h"
#include "offline/backup_flags.h"

// What `glutwatch backup` asks a running server. Errors as the service's.
namespace glutwatch::offline {

// The job: at its end, or as it began if `flags.no_wait`. A job that failed is its error.
absl::StatusOr<v1::Job> CreateOnline(client::Context* context, const BackupFlags& flags);
absl::StatusOr<v1::Job> VerifyOnline(client::Context* context, const BackupFlags& flags);
absl::StatusOr<v1::ListBackupsResponse> ListOnline(client::Context* context,
                                                   const BackupFlags& flags);
absl::StatusOr<v1::PruneBackupsResponse> PruneOnline(client::Context* context,
                                                     const BackupFlags& flags);

}  // namespace glutwatch::offline

#include "offline/backup_offline.h"

#include <filesystem>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "client/cli/words.h"
#include "server/rpc/translate_backup.h"
#include "server/storage/backup.h"
#include "server/storage/database.h"
#include "server/storage/digest.h"

namespace glutwatch::offline {
namespace {

absl::StatusOr<int64_t> NumberOf(const BackupFlags& flags) {
  absl::string_view id = flags.id;
  absl::ConsumePrefix(&id, "backups/");
  if (id == "latest") return storage::kNewestBackup;
  int64_t number = 0;
  if (absl::SimpleAtoi(id, &number) && number > 0) return number;
  return absl::InvalidArgumentError(
      absl::StrCat("--id is \"", flags.id, "\", expected a backup's number, or latest"));
}

v1::Job Done(const client::Context& context, v1::JobKind kind, absl::Time begun) {
  v1::Job job;
  job.set_kind(kind);
  job.set_state(v1::JOB_STATE_SUCCEEDED);
  *job.mutable_create_time() = client::ToTimestamp(begun);
  *job.mutable_end_time() = client::ToTimestamp(context.env.clock->Now());
  return job;
}

}  // namespace

absl::StatusOr<v1::ListBackupsResponse> ListOffline(const BackupFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto backups, storage::ListBackups(flags.from));
  v1::ListBackupsResponse list;
  for (const storage::Backup& backup : backups) *list.add_backups() = rpc::ToProto(backup);
  return list;
}

absl::StatusOr<v1::Job> VerifyOffline(client::Context* context, const BackupFlags& flags) {
  const absl::Time begun = context->env.clock->Now();
  GLUTWATCH_ASSIGN_OR_RETURN(const int64_t id, NumberOf(flags));
  GLUTWATCH_ASSIGN_OR_RETURN(const auto verified, storage::VerifyBackup(flags.from, id, nullptr));
  v1::Job job = Done(*context, v1::JOB_KIND_VERIFY_BACKUP, begun);
  *job.mutable_backup() = rpc::ToProto(verified.backup);
  *job.mutable_content() = rpc::ToProto(verified.digest);
  return job;
}

absl::StatusOr<v1::Job> RestoreOffline(client::Context* context, const BackupFlags& flags) {
  const absl::Time begun = context->env.clock->Now();
  GLUTWATCH_ASSIGN_OR_RETURN(const int64_t id, NumberOf(flags));
  storage::RestoreOptions options;
  options.bytes_per_second = int64_t{flags.mib_per_second} << 20;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto restored,
                             storage::RestoreBackup(flags.from, id, flags.to, options));
  v1::Job job = Done(*context, v1::JOB_KIND_RESTORE_BACKUP, begun);
  *job.mutable_backup() = rpc::ToProto(restored.backup);
  *job.mutable_content() = rpc::ToProto(restored.digest);
  job.set_restored_path(flags.to);
  job.set_restored_epoch(absl::StrCat(absl::Hex(restored.epoch, absl::kZeroPad16)));
  return job;
}

absl::StatusOr<v1::PruneBackupsResponse> PruneOffline(client::Context* context,
                                                      const BackupFlags& flags) {
  storage::PrunePolicy policy;
  policy.keep_count = flags.keep_count;
  if (flags.keep_days > 0) policy.keep_age = absl::Hours(24 * flags.keep_days);
  GLUTWATCH_ASSIGN_OR_RETURN(
      const auto gone,
      storage::PruneBackups(flags.from, policy, absl::ToUnixMicros(context->env.clock->Now()),
                            flags.dry_run));
  v1::PruneBackupsResponse response;
  for (const int64_t id : gone) response.add_names(rpc::BackupName(id));
  return response;
}

absl::StatusOr<v1::StoreContent> DigestOffline(client::Context* context, const BackupFlags& flags) {
  storage::DigestOptions options;
  if (!flags.as_of.empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(const absl::Time as_of,
                               client::ParseInstantArgument(flags.as_of, context->env.time_zone));
    options.as_of_us = absl::ToUnixMicros(as_of);
  }
  // Opening would make an empty store.
  std::error_code error;
  if (!std::filesystem::exists(flags.data_dir + "/CURRENT", error)) {
    return absl::NotFoundError(absl::StrCat(flags.data_dir, ": there is no store"));
  }
  storage::DatabaseOptions database_options;
  database_options.path = flags.data_dir;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto database, storage::Database::Open(database_options));
  GLUTWATCH_ASSIGN_OR_RETURN(const auto digest, storage::DigestStore(*database, options));
  return rpc::ToProto(digest);
}

}  // namespace glutwatch::offline

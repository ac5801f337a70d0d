#include "server/storage/backup_engine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/storage/log_verifier.h"
#include "server/storage/rocks_database.h"
#include "server/storage/rocks_read.h"
#include "server/storage/sync_guard.h"

namespace glutwatch::storage {
namespace {

rocksdb::BackupEngineOptions EngineOptions(const BackupFolder& folder, int64_t bytes_per_second) {
  rocksdb::BackupEngineOptions options(folder.path());
  options.share_table_files = true;
  options.share_files_with_checksum = true;
  options.sync = true;
  options.backup_log_files = true;  // what is acknowledged is in them
  options.backup_rate_limit = options.restore_rate_limit = static_cast<uint64_t>(bytes_per_second);
  options.callback_trigger_interval_size = kProgressBytes;
  return options;
}

// The seal of `id`, or what is wrong with it as `problem`.
Backup Look(const BackupFolder& folder, int64_t id) {
  absl::StatusOr<BackupSeal> seal = folder.ReadSeal(id);
  if (seal.ok()) return std::move(seal->backup);
  Backup backup;
  backup.id = id;
  backup.problem = absl::IsNotFound(seal.status())
                       ? absl::StrCat("backup ", id, " was begun but did not come to its end")
                       : std::string(seal.status().message());
  return backup;
}

}  // namespace

std::unique_ptr<rocksdb::Env> GuardedEnv(const std::shared_ptr<rocksdb::FileSystem>& base) {
  return rocksdb::NewCompositeEnv(std::make_shared<SyncGuard>(base, /*ledger=*/nullptr));
}

absl::StatusOr<std::unique_ptr<rocksdb::BackupEngine>> OpenEngine(const BackupFolder& folder,
                                                                  rocksdb::Env* env,
                                                                  int64_t bytes_per_second) {
  rocksdb::BackupEngineOptions options = EngineOptions(folder, bytes_per_second);
  options.backup_env = env;
  rocksdb::BackupEngine* engine = nullptr;
  GLUTWATCH_RETURN_IF_ERROR(FromRocks(rocksdb::BackupEngine::Open(options, env, &engine),
                                      absl::StrCat("cannot open the backups in ", folder.path())));
  return std::unique_ptr<rocksdb::BackupEngine>(engine);
}

absl::StatusOr<std::unique_ptr<rocksdb::BackupEngineReadOnly>> OpenReadingEngine(
    const BackupFolder& folder, rocksdb::Env* restore_env, int64_t bytes_per_second) {
  rocksdb::BackupEngineReadOnly* engine = nullptr;
  GLUTWATCH_RETURN_IF_ERROR(
      FromRocks(rocksdb::BackupEngineReadOnly::Open(EngineOptions(folder, bytes_per_second),
                                                    restore_env, &engine),
                absl::StrCat("cannot open the backups in ", folder.path())));
  return std::unique_ptr<rocksdb::BackupEngineReadOnly>(engine);
}

absl::Status FromEngine(const rocksdb::Status& status, absl::string_view what) {
  if (!status.IsNotFound()) return FromRocks(status, what);
  return absl::DataLossError(absl::StrCat(what, ": ", status.ToString()));
}

absl::StatusOr<Backup> FindBackup(const BackupFolder& folder, int64_t id) {
  const std::vector<int64_t> ids = folder.Ids();
  if (id == kNewestBackup) {
    for (auto it = ids.rbegin(); it != ids.rend(); ++it) {
      Backup backup = Look(folder, *it);
      if (backup.good()) return backup;
    }
    return absl::NotFoundError(absl::StrCat(folder.path(), ": holds no backup that looks right"));
  }
  if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
    return absl::NotFoundError(absl::StrCat(folder.path(), ": holds no backup ", id));
  }
  Backup backup = Look(folder, id);
  if (!backup.good()) return absl::DataLossError(backup.problem);
  return backup;
}

absl::StatusOr<OpenBackup> OpenForReading(const rocksdb::BackupEngineReadOnlyBase& engine,
                                          const BackupFolder& folder, int64_t id) {
  const std::string what = absl::StrCat("backup ", id, " in ", folder.path());
  OpenBackup open;
  GLUTWATCH_RETURN_IF_ERROR(
      FromEngine(engine.GetBackupInfo(static_cast<rocksdb::BackupID>(id), &open.info,
                                      /*include_file_details=*/true),
                 what));
  GLUTWATCH_RETURN_IF_ERROR(CheckLogs(folder.PrivatePath(id)));
  GLUTWATCH_ASSIGN_OR_RETURN(
      open.database, OpenDatabaseReadOnly(open.info.name_for_open, open.info.env_for_open.get()));
  return open;
}

absl::StatusOr<StoreDigest> CheckBackup(const rocksdb::BackupEngineReadOnlyBase& engine,
                                        const BackupFolder& folder, int64_t id,
                                        const std::function<bool()>& stop) {
  // The engine forgets what it found wrong when it was opened, unless it is asked for the details.
  rocksdb::BackupInfo info;
  const auto engine_id = static_cast<rocksdb::BackupID>(id);
  const std::string what = absl::StrCat("backup ", id, " in ", folder.path());
  GLUTWATCH_RETURN_IF_ERROR(FromEngine(engine.GetBackupInfo(engine_id, &info), what));
  GLUTWATCH_RETURN_IF_ERROR(
      FromEngine(engine.VerifyBackup(engine_id, /*verify_with_checksum=*/true), what));
  GLUTWATCH_ASSIGN_OR_RETURN(const OpenBackup open, OpenForReading(engine, folder, id));
  DigestOptions options;
  options.stop = stop;
  return DigestStore(*open.database, options);
}

absl::Status CheckSameContent(const Backup& backup, const StoreDigest& digest) {
  if (backup.whole.empty() || backup.whole == digest.whole) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("backup ", backup.id, ": its content has digest ",
                                          DigestText(digest.whole), ", expected ",
                                          DigestText(backup.whole), " as when it was made"));
}

absl::StatusOr<std::vector<Backup>> ListBackups(const std::string& folder_path) {
  GLUTWATCH_ASSIGN_OR_RETURN(const BackupFolder folder,
                             BackupFolder::Open(folder_path, BackupFolder::Use::kRead));
  GLUTWATCH_ASSIGN_OR_RETURN(const auto engine,
                             OpenReadingEngine(folder, rocksdb::Env::Default(), 0));
  std::vector<Backup> backups;
  for (const int64_t id : folder.Ids()) {
    backups.push_back(Look(folder, id));
    if (!backups.back().good()) continue;
    rocksdb::BackupInfo info;
    const rocksdb::Status seen = engine->GetBackupInfo(static_cast<rocksdb::BackupID>(id), &info);
    if (!seen.ok()) backups.back().problem = seen.ToString();
  }
  return backups;
}

absl::StatusOr<VerifiedBackup> VerifyBackup(const std::string& folder_path, int64_t id,
                                            const std::function<bool()>& stop) {
  GLUTWATCH_ASSIGN_OR_RETURN(const BackupFolder folder,
                             BackupFolder::Open(folder_path, BackupFolder::Use::kRead));
  VerifiedBackup verified;
  GLUTWATCH_ASSIGN_OR_RETURN(verified.backup, FindBackup(folder, id));
  GLUTWATCH_ASSIGN_OR_RETURN(const auto engine,
                             OpenReadingEngine(folder, rocksdb::Env::Default(), 0));
  GLUTWATCH_ASSIGN_OR_RETURN(verified.digest,
                             CheckBackup(*engine, folder, verified.backup.id, stop));
  GLUTWATCH_RETURN_IF_ERROR(CheckSameContent(verified.backup, verified.digest));
  return verified;
}

}  // namespace glutwatch::storage

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/storage/backup_engine.h"
#include "server/storage/data_folder.h"
#include "server/storage/durable_file.h"
#include "server/storage/journal.h"
#include "server/storage/rocks_database.h"
#include "server/storage/rocks_read.h"

namespace glutwatch::storage {
namespace {

bool Contains(const std::filesystem::path& outer, const std::filesystem::path& inner) {
  const auto [end, at] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return end == outer.end();
}

// Neither folder in the other: RocksDB would tidy up backups, or a restore overwrite them.
absl::Status CheckApart(const std::string& store, const std::string& backups) {
  std::error_code error;
  const auto a = std::filesystem::weakly_canonical(store, error);
  const auto b = std::filesystem::weakly_canonical(backups, error);
  if (!Contains(a, b) && !Contains(b, a)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(backups, ": backups cannot lie in the store's folder ", store, " or around it"));
}

// Removes what was never sealed: a process died while it made or removed a backup.
absl::Status RemoveUnsealed(const BackupFolder& folder, rocksdb::BackupEngine* engine) {
  for (const int64_t id : folder.Ids()) {
    if (folder.IsSealed(id)) continue;
    GLUTWATCH_RETURN_IF_ERROR(FromEngine(engine->DeleteBackup(static_cast<rocksdb::BackupID>(id)),
                                         absl::StrCat("cannot remove the unfinished backup ", id)));
  }
  return absl::OkStatus();
}

// Why copying is to end, asked every kProgressBytes.
class Watch {
 public:
  Watch(const BackupFolder& folder, const CreateBackupOptions& options)
      : folder_(folder), options_(options) {}

  absl::Status Look(const RocksUse& use) {
    copied_ += kProgressBytes;
    if (use.interrupted()) {
      return absl::UnavailableError("the store has stopped taking writes; no backup was made");
    }
    GLUTWATCH_ASSIGN_OR_RETURN(const int64_t free_bytes, FreeBytesAt(folder_.path()));
    if (free_bytes < options_.reserve_bytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("DISK_FULL: ", folder_.path(), " has ", free_bytes, " bytes free, ",
                       options_.reserve_bytes, " must stay in reserve; no backup was made"));
    }
    if (options_.progress && !options_.progress(copied_)) {
      return absl::AbortedError("the backup was stopped");
    }
    return absl::OkStatus();
  }

 private:
  const BackupFolder& folder_;
  const CreateBackupOptions& options_;
  int64_t copied_ = 0;
};

// Copies the store's files; returns the id.
absl::StatusOr<int64_t> Copy(Database* database, const BackupFolder& folder,
                             rocksdb::BackupEngine* engine, const CreateBackupOptions& options) {
  rocksdb::BackupID id = 0;
  absl::Status stopped;
  Watch watch(folder, options);
  const absl::Status copied = UseRocks(database, [&](const RocksUse& use) {
    GLUTWATCH_RETURN_IF_ERROR(CheckApart(use.db->GetName(), folder.path()));
    rocksdb::CreateBackupOptions how;
    how.flush_before_backup = false;  // the logs are copied; no writer waits for us
    how.progress_callback = [&] {
      if (!stopped.ok()) return;
      stopped = watch.Look(use);
      if (!stopped.ok()) engine->StopBackup();
    };
    return FromEngine(engine->CreateNewBackup(how, use.db, &id),
                      absl::StrCat("cannot make a backup in ", folder.path()));
  });
  if (copied.ok() && stopped.ok()) return static_cast<int64_t>(id);
  if (copied.ok()) {  // it was asked to stop when nothing was left to do
    engine->DeleteBackup(id).PermitUncheckedError();
    return stopped;
  }
  engine->GarbageCollect().PermitUncheckedError();  // gives back the room; tried again next time
  return stopped.ok() ? copied : stopped;
}

// What the seal says, read from the backup itself.
absl::StatusOr<Backup> Describe(const rocksdb::BackupEngine& engine, const BackupFolder& folder,
                                int64_t id, const CreateBackupOptions& options) {
  Backup backup;
  backup.id = id;
  backup.created_us = options.now_us;
  backup.store_format = kFormatVersion;
  GLUTWATCH_ASSIGN_OR_RETURN(const OpenBackup open, OpenForReading(engine, folder, id));
  backup.store_epoch = open.database->epoch();
  backup.bytes = static_cast<int64_t>(open.info.size);
  backup.files = open.info.number_files;
  GLUTWATCH_ASSIGN_OR_RETURN(backup.newest_recorded_us, NewestCommitUs(*open.database));
  return backup;
}

absl::StatusOr<Backup> VerifyAndSeal(const rocksdb::BackupEngine& engine,
                                     const BackupFolder& folder, int64_t id,
                                     const CreateBackupOptions& options) {
  GLUTWATCH_ASSIGN_OR_RETURN(Backup backup, Describe(engine, folder, id, options));
  if (options.verify) {
    const auto stop = [&] { return options.progress && !options.progress(backup.bytes); };
    GLUTWATCH_ASSIGN_OR_RETURN(StoreDigest digest, CheckBackup(engine, folder, id, stop));
    backup.whole = std::move(digest.whole);
    backup.history = std::move(digest.history);
  }
  GLUTWATCH_RETURN_IF_ERROR(folder.WriteSeal(backup));
  return backup;
}

}  // namespace

absl::StatusOr<Backup> CreateBackupOn(Database* database, const std::string& folder_path,
                                      const CreateBackupOptions& options,
                                      const std::shared_ptr<rocksdb::FileSystem>& base) {
  // Before the folder is made.
  GLUTWATCH_RETURN_IF_ERROR(UseRocks(
      database, [&](const RocksUse& use) { return CheckApart(use.db->GetName(), folder_path); }));
  GLUTWATCH_ASSIGN_OR_RETURN(const BackupFolder folder,
                             BackupFolder::Open(folder_path, BackupFolder::Use::kCreate));
  const std::unique_ptr<rocksdb::Env> env = GuardedEnv(base);
  GLUTWATCH_ASSIGN_OR_RETURN(const auto engine,
                             OpenEngine(folder, env.get(), options.bytes_per_second));
  GLUTWATCH_RETURN_IF_ERROR(RemoveUnsealed(folder, engine.get()));
  GLUTWATCH_ASSIGN_OR_RETURN(const int64_t id, Copy(database, folder, engine.get(), options));
  absl::StatusOr<Backup> backup = VerifyAndSeal(*engine, folder, id, options);
  if (!backup.ok()) {
    engine->DeleteBackup(static_cast<rocksdb::BackupID>(id)).PermitUncheckedError();
  }
  return backup;
}

absl::StatusOr<Backup> CreateBackup(Database* database, const std::string& folder,
                                    const CreateBackupOptions& options) {
  return CreateBackupOn(database, folder, options, rocksdb::FileSystem::Default());
}

absl::StatusOr<std::vector<int64_t>> PruneBackups(const std::string& folder_path,
                                                  const PrunePolicy& policy, int64_t now_us,
                                                  bool dry_run) {
  std::vector<int64_t> removed;
  GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<Backup> backups, ListBackups(folder_path));
  int newer_good = 0;
  for (auto it = backups.rbegin(); it != backups.rend(); ++it) {
    const bool many = policy.keep_count > 0 && newer_good >= policy.keep_count;
    const bool old =
        it->created_us > 0 && absl::Microseconds(now_us - it->created_us) > policy.keep_age;
    if (newer_good > 0 && (many || old)) removed.push_back(it->id);
    newer_good += it->good() ? 1 : 0;
  }
  std::reverse(removed.begin(), removed.end());
  if (dry_run) return removed;
  GLUTWATCH_ASSIGN_OR_RETURN(const BackupFolder folder,
                             BackupFolder::Open(folder_path, BackupFolder::Use::kRemove));
  const std::unique_ptr<rocksdb::Env> env = GuardedEnv(rocksdb::FileSystem::Default());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto engine, OpenEngine(folder, env.get(), 0));
  // The seals first: what is half removed must not count.
  for (const int64_t id : removed) GLUTWATCH_RETURN_IF_ERROR(folder.RemoveSeal(id));
  GLUTWATCH_RETURN_IF_ERROR(RemoveUnsealed(folder, engine.get()));
  GLUTWATCH_RETURN_IF_ERROR(
      FromRocks(engine->GarbageCollect(), absl::StrCat("cannot tidy up ", folder_path)));
  return removed;
}

}  // namespace glutwatch::storage

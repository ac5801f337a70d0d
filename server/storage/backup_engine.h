#pragma once
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/utilities/backup_engine.h"
#include "server/storage/backup.h"
#include "server/storage/backup_folder.h"

// How backup_*.cc use RocksDB's BackupEngine. Private to the room.
namespace glutwatch::storage {

// A view of the disk for one piece of work, which stops at the first failed fsync: the store's own
// must not stop because the disk of the backups failed.
std::unique_ptr<rocksdb::Env> GuardedEnv(const std::shared_ptr<rocksdb::FileSystem>& base);

// The least that is copied between two calls of a progress function.
inline constexpr int64_t kProgressBytes = int64_t{1} << 20;

// The engine for writing. `env` outlives it.
absl::StatusOr<std::unique_ptr<rocksdb::BackupEngine>> OpenEngine(const BackupFolder& folder,
                                                                  rocksdb::Env* env,
                                                                  int64_t bytes_per_second);
// The engine for reading; restores write through `restore_env`, which outlives it.
absl::StatusOr<std::unique_ptr<rocksdb::BackupEngineReadOnly>> OpenReadingEngine(
    const BackupFolder& folder, rocksdb::Env* restore_env, int64_t bytes_per_second);

// As FromRocks, but a file that is not there is damage to the backup as well.
absl::Status FromEngine(const rocksdb::Status& status, absl::string_view what);

// What the seal of `id` says, or of the newest that looks right for kNewestBackup. NOT_FOUND;
// DATA_LOSS if `id` does not look right.
absl::StatusOr<Backup> FindBackup(const BackupFolder& folder, int64_t id);

// Backup `id` open for reading, files not verified.
struct OpenBackup {
  rocksdb::BackupInfo info;  // holds the Env
  std::unique_ptr<Database> database;
};
absl::StatusOr<OpenBackup> OpenForReading(const rocksdb::BackupEngineReadOnlyBase& engine,
                                          const BackupFolder& folder, int64_t id);

// Sizes and checksums of all files, logs, and every value that storage encodes.
absl::StatusOr<StoreDigest> CheckBackup(const rocksdb::BackupEngineReadOnlyBase& engine,
                                        const BackupFolder& folder, int64_t id,
                                        const std::function<bool()>& stop);
// DATA_LOSS unless `digest` is what the backup had when it was made.
absl::Status CheckSameContent(const Backup& backup, const StoreDigest& digest);

// CreateBackup and RestoreBackup over `base` instead of the default file system: for tests that
// inject faults.
absl::StatusOr<Backup> CreateBackupOn(Database* database, const std::string& folder,
                                      const CreateBackupOptions& options,
                                      const std::shared_ptr<rocksdb::FileSystem>& base);
absl::StatusOr<RestoredBackup> RestoreBackupOn(const std::string& folder, int64_t id,
                                               const std::string& to, const RestoreOptions& options,
                                               const std::shared_ptr<rocksdb::FileSystem>& base);

}  // namespace glutwatch::storage

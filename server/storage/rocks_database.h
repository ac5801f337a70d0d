#pragma once
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "server/storage/database.h"

namespace glutwatch::storage {

// Database::Open over `base` instead of the default file system: for tests that inject faults.
// Private to the room.
absl::StatusOr<std::unique_ptr<Database>> OpenDatabaseOn(
    const DatabaseOptions& options, const std::shared_ptr<rocksdb::FileSystem>& base);

// A database that is only read, at `path` as `env` sees it: no lock, no file of ours, nothing on
// disk changes. Write answers FAILED_PRECONDITION. `env` outlives it. The logs are not judged:
// CheckLogs first.
absl::StatusOr<std::unique_ptr<Database>> OpenDatabaseReadOnly(const std::string& path,
                                                               rocksdb::Env* env);

// RocksDB under a Database, for as long as the call lasts.
struct RocksUse {
  rocksdb::DB* db = nullptr;
  // True once writing has stopped, so that the call should end soon: the database cannot be opened
  // anew before.
  std::function<bool()> interrupted;
};
// Calls `use` unless the database takes no writes just now: then the answer is that of Write.
// FAILED_PRECONDITION if `database` is only read.
absl::Status UseRocks(Database* database, const std::function<absl::Status(const RocksUse&)>& use);

// Gives the store under `database` a new epoch, which holds from the next opening, and returns it.
absl::StatusOr<uint64_t> WriteNewEpoch(Database* database);

}  // namespace glutwatch::storage

#pragma once
#include <memory>

#include "absl/status/statusor.h"
#include "rocksdb/file_system.h"
#include "server/storage/database.h"

namespace glutwatch::storage {

// Database::Open over `base` instead of the default file system: for tests that inject faults.
// Private to the room.
absl::StatusOr<std::unique_ptr<Database>> OpenDatabaseOn(
    const DatabaseOptions& options, const std::shared_ptr<rocksdb::FileSystem>& base);

}  // namespace glutwatch::storage

#pragma once
#include <memory>
#include <string>
#include <vector>

#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"
#include "server/storage/database.h"

namespace glutwatch::storage {

// How we run RocksDB; the reason stands beside each setting in the .cc. Private to the room.
rocksdb::DBOptions MakeDbOptions(const DatabaseOptions& options, rocksdb::Env* env,
                                 rocksdb::WALRecoveryMode recovery);
std::vector<rocksdb::ColumnFamilyDescriptor> MakeColumnFamilies(const DatabaseOptions& options);

// The column family's name; on disk.
const char* TableName(Table table);

}  // namespace glutwatch::storage

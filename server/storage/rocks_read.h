#pragma once
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rocksdb/db.h"
#include "server/storage/database.h"

// What every kind of Database does with an open rocksdb::DB. Private to the room.
namespace glutwatch::storage {

inline rocksdb::Slice ToSlice(absl::string_view s) { return rocksdb::Slice(s.data(), s.size()); }
inline absl::string_view FromSlice(const rocksdb::Slice& s) {
  return absl::string_view(s.data(), s.size());
}

// The one place where RocksDB's errors become ours: "`what`: <RocksDB's words>".
absl::Status FromRocks(const rocksdb::Status& status, absl::string_view what);

// Database::Get, Scan, ScanBackward and Walk of `table`, whose column family is `handle`.
absl::StatusOr<std::string> GetFrom(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* handle,
                                    Table table, absl::string_view key);
absl::Status ScanIn(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* handle, Table table,
                    absl::string_view begin, absl::string_view end,
                    const std::function<bool(absl::string_view, absl::string_view)>& visit);
absl::Status ScanBackwardIn(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* handle, Table table,
                            absl::string_view begin, absl::string_view end,
                            const std::function<bool(absl::string_view, absl::string_view)>& visit);

absl::Status WalkIn(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* handle, Table table,
                    const std::function<absl::Status(Cursor*)>& walk);

}  // namespace glutwatch::storage

#include "bench/store_files.h"

#include <rocksdb/db.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/utilities/options_util.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/status_macros.h"
#include "server/storage/database.h"
#include "server/storage/price_store.h"

namespace glutwatch::bench {
namespace {

constexpr int64_t kBlockBytes = 512;  // of st_blocks

absl::Status Ours(const rocksdb::Status& status) {
  return status.ok() ? absl::OkStatus() : absl::UnavailableError(status.ToString());
}

// A store's RocksDB, opened with the options that it was written with.
class Tables {
 public:
  static absl::StatusOr<std::unique_ptr<Tables>> Open(const std::string& folder, bool read_only) {
    rocksdb::DBOptions options;
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    GLUTWATCH_RETURN_IF_ERROR(Ours(rocksdb::LoadLatestOptions({}, folder, &options, &families)));
    options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
    std::unique_ptr<Tables> tables(new Tables());
    GLUTWATCH_RETURN_IF_ERROR(Ours(
        read_only ? rocksdb::DB::OpenForReadOnly(options, folder, families, &tables->handles_,
                                                 &tables->db_)
                  : rocksdb::DB::Open(options, folder, families, &tables->handles_, &tables->db_)));
    return tables;
  }
  ~Tables() {
    for (rocksdb::ColumnFamilyHandle* handle : handles_) {
      if (db_ != nullptr) db_->DestroyColumnFamilyHandle(handle);
    }
    delete db_;
  }
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;

  rocksdb::DB* db() const { return db_; }
  const std::vector<rocksdb::ColumnFamilyHandle*>& handles() const { return handles_; }

 private:
  Tables() = default;
  rocksdb::DB* db_ = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace

absl::Status FoldStore(const std::string& data_dir) {
  const SystemClock clock;
  {
    GLUTWATCH_ASSIGN_OR_RETURN(auto database, storage::Database::Open({.path = data_dir}));
    GLUTWATCH_ASSIGN_OR_RETURN(auto store, storage::PriceStore::Open(database.get(), &clock, {}));
    store->KeepJournalAfter(store->newest_recorded_us());
    GLUTWATCH_RETURN_IF_ERROR(store->Fold());
  }
  // Opening turns what is left in write-ahead logs into tables.
  return storage::Database::Open({.path = data_dir}).status();
}

absl::Status CompactStore(const std::string& data_dir) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto tables, Tables::Open(data_dir, false));
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  for (rocksdb::ColumnFamilyHandle* handle : tables->handles()) {
    GLUTWATCH_RETURN_IF_ERROR(Ours(tables->db()->CompactRange(options, handle, nullptr, nullptr)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, int64_t>> TableBytes(const std::string& data_dir) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto tables, Tables::Open(data_dir, true));
  std::map<std::string, int64_t> bytes;
  for (rocksdb::ColumnFamilyHandle* handle : tables->handles()) {
    uint64_t size = 0;
    tables->db()->GetIntProperty(handle, rocksdb::DB::Properties::kTotalSstFilesSize, &size);
    bytes[handle->GetName()] = static_cast<int64_t>(size);
  }
  return bytes;
}

int64_t DiskBytes(const std::string& data_dir) {
  int64_t bytes = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data_dir, error)) {
    struct stat file = {};
    if (lstat(entry.path().c_str(), &file) == 0) bytes += file.st_blocks * kBlockBytes;
  }
  return bytes;
}

}  // namespace glutwatch::bench

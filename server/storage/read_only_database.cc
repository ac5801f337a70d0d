#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/storage/bytes.h"
#include "server/storage/rocks_database.h"
#include "server/storage/rocks_options.h"
#include "server/storage/rocks_read.h"

namespace glutwatch::storage {
namespace {

using Visit = std::function<bool(absl::string_view, absl::string_view)>;

constexpr char kEpochKey[] = "epoch";

class ReadOnlyDatabase final : public Database {
 public:
  explicit ReadOnlyDatabase(std::string path) : path_(std::move(path)) {}
  ~ReadOnlyDatabase() override {
    if (db_ == nullptr) return;
    for (rocksdb::ColumnFamilyHandle* handle : handles_) {
      if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    }
  }

  absl::Status Open(rocksdb::Env* env) {
    DatabaseOptions options;
    options.path = path_;
    rocksdb::DBOptions db_options =
        MakeDbOptions(options, env, rocksdb::WALRecoveryMode::kPointInTimeRecovery);
    db_options.create_if_missing = db_options.create_missing_column_families = false;
    db_options.info_log = std::make_shared<NoLog>();
    std::vector<std::string> present;
    GLUTWATCH_RETURN_IF_ERROR(
        FromRocks(rocksdb::DB::ListColumnFamilies(db_options, path_, &present), Opening()));
    // A table that an older release did not have is read as empty.
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    std::vector<size_t> tables;
    auto all = MakeColumnFamilies(options);
    for (size_t i = 0; i < all.size(); ++i) {
      if (std::find(present.begin(), present.end(), all[i].name) == present.end()) continue;
      families.push_back(std::move(all[i]));
      tables.push_back(i);
    }
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    const rocksdb::Status status =
        rocksdb::DB::OpenForReadOnly(db_options, path_, families, &handles, &db);
    db_.reset(db);
    GLUTWATCH_RETURN_IF_ERROR(FromRocks(status, Opening()));
    for (size_t i = 0; i < handles.size(); ++i) handles_[tables[i]] = handles[i];
    const absl::StatusOr<std::string> epoch = Get(Table::kMeta, kEpochKey);
    if (epoch.ok() && epoch->size() == sizeof(epoch_)) epoch_ = GetBe64(epoch->data());
    return absl::IsNotFound(epoch.status()) ? absl::OkStatus() : epoch.status();
  }

  absl::Status Write(const WriteSet&, Durability) override {
    return absl::FailedPreconditionError(absl::StrCat(path_, " is open for reading"));
  }
  absl::StatusOr<std::string> Get(Table table, absl::string_view key) const override {
    if (Handle(table) == nullptr) return absl::NotFoundError("no such table");
    return GetFrom(db_.get(), Handle(table), table, key);
  }
  absl::Status Scan(Table table, absl::string_view begin, absl::string_view end,
                    const Visit& visit) const override {
    if (Handle(table) == nullptr) return absl::OkStatus();
    return ScanIn(db_.get(), Handle(table), table, begin, end, visit);
  }
  absl::Status ScanBackward(Table table, absl::string_view begin, absl::string_view end,
                            const Visit& visit) const override {
    if (Handle(table) == nullptr) return absl::OkStatus();
    return ScanBackwardIn(db_.get(), Handle(table), table, begin, end, visit);
  }
  absl::Status Walk(Table table, const std::function<absl::Status(Cursor*)>& walk) const override {
    if (Handle(table) != nullptr) return WalkIn(db_.get(), Handle(table), table, walk);
    NoKeys none;
    return walk(&none);
  }
  DatabaseHealth health() const override { return {}; }
  uint64_t epoch() const override { return epoch_; }
  int64_t bytes_on_disk() const override {
    uint64_t bytes = 0;
    db_->GetAggregatedIntProperty(rocksdb::DB::Properties::kTotalSstFilesSize, &bytes);
    return static_cast<int64_t>(bytes);
  }

 private:
  // Of a table that is not there.
  class NoKeys final : public Cursor {
   public:
    void Seek(absl::string_view) override {}
    void Next() override {}
    bool valid() const override { return false; }
    absl::string_view key() const override { return {}; }
    absl::string_view value() const override { return {}; }
  };
  // RocksDB would write its log beside the files, which may be on a disk for reading.
  class NoLog final : public rocksdb::Logger {
   public:
    using Logger::Logv;
    void Logv(const char*, va_list) override {}
  };

  std::string Opening() const { return absl::StrCat("cannot open ", path_, " for reading"); }
  rocksdb::ColumnFamilyHandle* Handle(Table table) const {
    return handles_[static_cast<size_t>(table)];
  }

  const std::string path_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::ColumnFamilyHandle* handles_[kTableCount] = {};
  uint64_t epoch_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenDatabaseReadOnly(const std::string& path,
                                                               rocksdb::Env* env) {
  auto database = std::make_unique<ReadOnlyDatabase>(path);
  GLUTWATCH_RETURN_IF_ERROR(database->Open(env));
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace glutwatch::storage

#include "server/storage/database.h"

#include <algorithm>
#include <atomic>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "rocksdb/db.h"
#include "rocksdb/listener.h"
#include "rocksdb/write_batch.h"
#include "server/storage/bytes.h"
#include "server/storage/data_folder.h"
#include "server/storage/file_ledger.h"
#include "server/storage/log_verifier.h"
#include "server/storage/rocks_database.h"
#include "server/storage/rocks_options.h"
#include "server/storage/rocks_read.h"
#include "server/storage/sync_guard.h"
#include "server/storage/table_check.h"

namespace glutwatch::storage {
namespace {

constexpr absl::Duration kFreeSpaceMaxAge = absl::Milliseconds(100);
constexpr absl::Duration kReopenInterval = absl::Milliseconds(200);
// How long a writer waits for readers to leave before RocksDB is opened anew.
constexpr int kReopenTries = 50;
constexpr absl::Duration kReopenPause = absl::Milliseconds(1);
constexpr char kEpochKey[] = "epoch";

// Errors that RocksDB meets in its own threads. Written there, read by any.
struct BackgroundErrors {
  std::atomic<bool> stopped{false};  // RocksDB takes no writes until it is opened anew
  Mutex mu;
  std::string corruption ABSL_GUARDED_BY(mu);
};

class ErrorListener final : public rocksdb::EventListener {
 public:
  explicit ErrorListener(std::shared_ptr<BackgroundErrors> errors) : errors_(std::move(errors)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                         rocksdb::Status* status) override {
    errors_->stopped = true;
    if (!status->IsCorruption()) return;
    MutexLock lock(&errors_->mu);
    if (errors_->corruption.empty()) errors_->corruption = status->ToString();
  }
  // RocksDB's own recovery can wait for ever for a flush that it has lost (7.8.3): see Reopen.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*status*/,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

 private:
  const std::shared_ptr<BackgroundErrors> errors_;
};

}  // namespace

void WriteSet::Put(Table table, absl::string_view key, absl::string_view value) {
  bytes_ += key.size() + value.size();
  changes_.push_back({Kind::kPut, table, std::string(key), std::string(value)});
}

void WriteSet::Delete(Table table, absl::string_view key) {
  bytes_ += key.size();
  changes_.push_back({Kind::kDelete, table, std::string(key), std::string()});
}

void WriteSet::DeleteRange(Table table, absl::string_view begin, absl::string_view end) {
  bytes_ += begin.size() + end.size();
  changes_.push_back({Kind::kDeleteRange, table, std::string(begin), std::string(end)});
}

Database::~Database() = default;

class RocksDatabase final : public Database {
 public:
  RocksDatabase(DatabaseOptions options, DataFolder folder,
                const std::shared_ptr<rocksdb::FileSystem>& base)
      : options_(std::move(options)),
        folder_(std::move(folder)),
        ledger_(options_.path),
        guard_(std::make_shared<SyncGuard>(base, &ledger_)),
        env_(rocksdb::NewCompositeEnv(guard_)),
        errors_(std::make_shared<BackgroundErrors>()) {}
  ~RocksDatabase() override;

  absl::Status Open();

  absl::Status Write(const WriteSet& set, Durability durability) override;
  absl::StatusOr<std::string> Get(Table table, absl::string_view key) const override;
  absl::Status Scan(
      Table table, absl::string_view begin, absl::string_view end,
      const std::function<bool(absl::string_view, absl::string_view)>& visit) const override;
  absl::Status ScanBackward(
      Table table, absl::string_view begin, absl::string_view end,
      const std::function<bool(absl::string_view, absl::string_view)>& visit) const override;
  absl::Status Walk(Table table, const std::function<absl::Status(Cursor*)>& walk) const override;
  DatabaseHealth health() const override;
  uint64_t epoch() const override { return epoch_; }
  int64_t bytes_on_disk() const override { return folder_.UsedBytes(); }
  absl::Status Use(const std::function<absl::Status(const RocksUse&)>& use);

 private:
  absl::Status OpenRocks(rocksdb::WALRecoveryMode recovery) ABSL_EXCLUSIVE_LOCKS_REQUIRED(db_mu_);
  absl::Status OpenChecked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(db_mu_);
  absl::Status CheckLogsThatAreRead(const absl::Status& logs, LeftBehind left)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(db_mu_);
  void OpenReadOnly() ABSL_EXCLUSIVE_LOCKS_REQUIRED(db_mu_);
  // Whether everything that was written is on disk.
  bool CloseRocks() ABSL_EXCLUSIVE_LOCKS_REQUIRED(db_mu_);
  absl::Status LoadEpoch();
  // OK, or why nothing may be written just now. Opens RocksDB anew if it has stopped.
  absl::Status AdmitWrite();
  absl::Status CheckFreeSpace() const;
  absl::Status Reopen();
  absl::Status NotOpen() const;
  absl::Status WriteFailure(const rocksdb::Status& status) const;
  rocksdb::WriteBatch ToBatch(const WriteSet& set) const ABSL_SHARED_LOCKS_REQUIRED(db_mu_);
  rocksdb::ColumnFamilyHandle* Handle(Table table) const ABSL_SHARED_LOCKS_REQUIRED(db_mu_) {
    return handles_[static_cast<size_t>(table)];
  }

  const DatabaseOptions options_;
  const DataFolder folder_;
  LedgerKeeper ledger_;
  const std::shared_ptr<SyncGuard> guard_;
  const std::unique_ptr<rocksdb::Env> env_;
  const std::shared_ptr<BackgroundErrors> errors_;
  // Held shared while db_ is used, exclusively (and only by TryLock) while it is opened anew.
  mutable SharedMutex db_mu_;
  std::unique_ptr<rocksdb::DB> db_ ABSL_GUARDED_BY(db_mu_);
  std::vector<rocksdb::ColumnFamilyHandle*> handles_ ABSL_GUARDED_BY(db_mu_);
  uint64_t epoch_ = 0;

  mutable Mutex space_mu_;
  mutable absl::Time space_checked_ ABSL_GUARDED_BY(space_mu_) = absl::InfinitePast();
  mutable int64_t free_bytes_ ABSL_GUARDED_BY(space_mu_) = 0;
  Mutex reopen_mu_;
  absl::Time reopen_tried_ ABSL_GUARDED_BY(reopen_mu_) = absl::InfinitePast();
  absl::Status reopen_failure_ ABSL_GUARDED_BY(reopen_mu_);
};

RocksDatabase::~RocksDatabase() {
  const WriterMutexLock lock(&db_mu_);
  // A ledger that was not closed only means that a torn end is believed.
  if (CloseRocks()) ledger_.Closed().IgnoreError();
}

bool RocksDatabase::CloseRocks() {
  if (db_ == nullptr) return false;
  // For the kBuffered writes. RocksDB asserts if its log has met an error.
  bool whole = !guard_->failed() && !errors_->stopped && db_->SyncWAL().ok();
  for (rocksdb::ColumnFamilyHandle* handle : handles_) {
    db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  handles_.clear();
  whole = db_->Close().ok() && whole && !guard_->failed() && !errors_->stopped;
  db_.reset();
  return whole;
}

absl::Status RocksDatabase::OpenRocks(rocksdb::WALRecoveryMode recovery) {
  rocksdb::DBOptions db_options = MakeDbOptions(options_, env_.get(), recovery);
  db_options.listeners.push_back(std::make_shared<ErrorListener>(errors_));
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(db_options, options_.path, MakeColumnFamilies(options_), &handles_, &db);
  db_.reset(db);
  const absl::Status opened = FromRocks(status, absl::StrCat("cannot open ", options_.path));
  if (!status.IsCorruption()) return opened;
  // RocksDB blames the MANIFEST for some damage that is in a table.
  const absl::Status tables = CheckTables(options_.path);
  return tables.ok() ? opened : tables;
}

absl::Status RocksDatabase::OpenChecked() {
  // RocksDB would drop everything from the first bad record on (kPointInTimeRecovery), take a torn
  // log in the middle for whole (kTolerateCorruptedTailRecords), and believe zeros in a log at its
  // strictest. So the logs are judged first.
  GLUTWATCH_ASSIGN_OR_RETURN(const std::optional<FileLedger> ledger, ReadLedger(options_.path));
  const bool closed = ledger.has_value() && ledger->closed;
  const LeftBehind left = closed ? LeftBehind::kClosed : LeftBehind::kOpen;
  const absl::Status logs = CheckLogs(options_.path, left);
  if (!logs.ok()) GLUTWATCH_RETURN_IF_ERROR(CheckLogsThatAreRead(logs, left));
  if (ledger.has_value()) GLUTWATCH_RETURN_IF_ERROR(CheckLedger(options_.path, *ledger));
  GLUTWATCH_RETURN_IF_ERROR(ledger_.Begin());
  return OpenRocks(rocksdb::WALRecoveryMode::kPointInTimeRecovery);
}

// What is bad in a log is only forgiven if its content is in the tables already: RocksDB, opened
// without writing, does not read it then. `logs` is what is wrong otherwise.
absl::Status RocksDatabase::CheckLogsThatAreRead(const absl::Status& logs, LeftBehind left) {
  OpenReadOnly();
  const bool opened = db_ != nullptr;
  (void)CloseRocks();
  if (!opened) return logs;
  const std::set<uint64_t> read = guard_->logs_read();
  return CheckLogs(options_.path, left, &read);
}

void RocksDatabase::OpenReadOnly() {
  rocksdb::DBOptions db_options =
      MakeDbOptions(options_, env_.get(), rocksdb::WALRecoveryMode::kPointInTimeRecovery);
  db_options.create_if_missing = db_options.create_missing_column_families = false;
  rocksdb::DB* db = nullptr;
  rocksdb::DB::OpenForReadOnly(db_options, options_.path, MakeColumnFamilies(options_), &handles_,
                               &db)
      .PermitUncheckedError();
  db_.reset(db);
}

absl::Status RocksDatabase::Open() {
  {
    const WriterMutexLock lock(&db_mu_);
    GLUTWATCH_RETURN_IF_ERROR(OpenChecked());
  }
  GLUTWATCH_RETURN_IF_ERROR(LoadEpoch());
  return folder_.StampFormat();
}

absl::Status RocksDatabase::LoadEpoch() {
  absl::StatusOr<std::string> stored = Get(Table::kMeta, kEpochKey);
  if (stored.ok() && stored->size() == sizeof(epoch_)) {
    epoch_ = GetBe64(stored->data());
    return absl::OkStatus();
  }
  if (stored.ok()) {
    return absl::DataLossError(absl::StrCat(options_.path, ": table meta, key epoch: expected 8 ",
                                            "bytes, found ", stored->size()));
  }
  if (!absl::IsNotFound(stored.status())) return stored.status();
  GLUTWATCH_ASSIGN_OR_RETURN(epoch_, WriteNewEpoch(this));
  return absl::OkStatus();
}

absl::Status RocksDatabase::CheckFreeSpace() const {
  MutexLock lock(&space_mu_);
  const absl::Time now = absl::Now();
  // Also after the wall clock was set back.
  if (now - space_checked_ > kFreeSpaceMaxAge || now < space_checked_) {
    GLUTWATCH_ASSIGN_OR_RETURN(free_bytes_, folder_.FreeBytes());
    space_checked_ = now;
  }
  if (free_bytes_ >= options_.disk_reserve_bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("DISK_FULL: ", options_.path, " has ", free_bytes_, " bytes free, ",
                   options_.disk_reserve_bytes, " must stay in reserve"));
}

// Opens RocksDB anew after an error that made it stop, a full disk as a rule: what is in its logs
// is what was acknowledged. Used instead of DB::Resume, which in 7.8.3 waits for ever if a flush
// was queued when the error came. If it does not open for writing, it is opened for reading.
absl::Status RocksDatabase::Reopen() {
  MutexLock lock(&reopen_mu_);
  if (!errors_->stopped) return absl::OkStatus();  // another thread did
  const absl::Time now = absl::Now();
  if (now - reopen_tried_ < kReopenInterval && now >= reopen_tried_ && !reopen_failure_.ok()) {
    return reopen_failure_;
  }
  int tries = 0;
  while (!db_mu_.TryLock()) {
    if (++tries == kReopenTries) {
      return absl::ResourceExhaustedError(
          absl::StrCat("DISK_FULL: ", options_.path, " waits for readers to open again"));
    }
    absl::SleepFor(kReopenPause);
  }
  (void)CloseRocks();
  errors_->stopped = false;
  reopen_failure_ = OpenChecked();
  if (!reopen_failure_.ok()) {
    errors_->stopped = true;
    (void)CloseRocks();
    OpenReadOnly();
  }
  db_mu_.Unlock();
  reopen_tried_ = absl::Now();
  return reopen_failure_;
}

absl::Status RocksDatabase::NotOpen() const {
  return absl::UnavailableError(
      absl::StrCat(options_.path, " could not be opened again after an error; see health"));
}

absl::Status RocksDatabase::AdmitWrite() {
  if (guard_->failed()) {
    return absl::UnavailableError(absl::StrCat("FAILED_SYNC: ", guard_->failure()));
  }
  {
    MutexLock lock(&errors_->mu);
    if (!errors_->corruption.empty()) return absl::DataLossError(errors_->corruption);
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckFreeSpace());
  if (!errors_->stopped) return absl::OkStatus();
  const absl::Status reopened = Reopen();
  if (guard_->failed()) {
    return absl::UnavailableError(absl::StrCat("FAILED_SYNC: ", guard_->failure()));
  }
  return reopened;
}

absl::Status RocksDatabase::WriteFailure(const rocksdb::Status& status) const {
  if (guard_->failed()) {
    return absl::UnavailableError(absl::StrCat("FAILED_SYNC: ", guard_->failure()));
  }
  errors_->stopped = true;
  return FromRocks(status, absl::StrCat("cannot write to ", options_.path));
}

rocksdb::WriteBatch RocksDatabase::ToBatch(const WriteSet& set) const {
  rocksdb::WriteBatch batch(set.bytes() + set.changes_.size() * 16 + 64);
  for (const WriteSet::Change& change : set.changes_) {
    rocksdb::ColumnFamilyHandle* handle = Handle(change.table);
    rocksdb::Status status;
    switch (change.kind) {
      case WriteSet::Kind::kPut:
        status = batch.Put(handle, change.key, change.value);
        break;
      case WriteSet::Kind::kDelete:
        status = batch.Delete(handle, change.key);
        break;
      case WriteSet::Kind::kDeleteRange:
        status = batch.DeleteRange(handle, change.key, change.value);
        break;
    }
    status.PermitUncheckedError();  // fails only beyond 4 GiB, which no caller builds
  }
  return batch;
}

absl::Status RocksDatabase::Write(const WriteSet& set, Durability durability) {
  if (set.empty()) return absl::OkStatus();
  GLUTWATCH_RETURN_IF_ERROR(AdmitWrite());
  const ReaderMutexLock lock(&db_mu_);
  if (db_ == nullptr) return NotOpen();
  rocksdb::WriteBatch batch = ToBatch(set);
  rocksdb::WriteOptions how;
  how.sync = durability == Durability::kFsynced;
  const rocksdb::Status status = db_->Write(how, &batch);
  return status.ok() ? absl::OkStatus() : WriteFailure(status);
}

absl::StatusOr<std::string> RocksDatabase::Get(Table table, absl::string_view key) const {
  const ReaderMutexLock lock(&db_mu_);
  if (db_ == nullptr) return NotOpen();
  return GetFrom(db_.get(), Handle(table), table, key);
}

absl::Status RocksDatabase::Scan(
    Table table, absl::string_view begin, absl::string_view end,
    const std::function<bool(absl::string_view, absl::string_view)>& visit) const {
  const ReaderMutexLock lock(&db_mu_);
  if (db_ == nullptr) return NotOpen();
  return ScanIn(db_.get(), Handle(table), table, begin, end, visit);
}

absl::Status RocksDatabase::ScanBackward(
    Table table, absl::string_view begin, absl::string_view end,
    const std::function<bool(absl::string_view, absl::string_view)>& visit) const {
  const ReaderMutexLock lock(&db_mu_);
  if (db_ == nullptr) return NotOpen();
  return ScanBackwardIn(db_.get(), Handle(table), table, begin, end, visit);
}

absl::Status RocksDatabase::Walk(Table table,
                                 const std::function<absl::Status(Cursor*)>& walk) const {
  const ReaderMutexLock lock(&db_mu_);
  if (db_ == nullptr) return NotOpen();
  return WalkIn(db_.get(), Handle(table), table, walk);
}

DatabaseHealth RocksDatabase::health() const {
  // Asking is what brings the database back when nobody writes: its state, not its content.
  const absl::Status admitted = const_cast<RocksDatabase*>(this)->AdmitWrite();
  if (admitted.ok()) return {};
  DatabaseHealth health;
  health.detail = std::string(admitted.message());
  health.state = absl::IsDataLoss(admitted) ? DatabaseHealth::State::kCorrupt
                 : guard_->failed()         ? DatabaseHealth::State::kFailedSync
                                            : DatabaseHealth::State::kDiskFull;
  return health;
}

absl::StatusOr<uint64_t> WriteNewEpoch(Database* database) {
  std::random_device random;
  const uint64_t epoch = (uint64_t{random()} << 32) | random();
  std::string value;
  PutBe64(epoch, &value);
  WriteSet set;
  set.Put(Table::kMeta, kEpochKey, value);
  GLUTWATCH_RETURN_IF_ERROR(database->Write(set, Durability::kFsynced));
  return epoch;
}

absl::Status RocksDatabase::Use(const std::function<absl::Status(const RocksUse&)>& use) {
  GLUTWATCH_RETURN_IF_ERROR(AdmitWrite());
  const ReaderMutexLock lock(&db_mu_);
  if (db_ == nullptr) return NotOpen();
  return use({db_.get(), [this] { return errors_->stopped || guard_->failed(); }});
}

absl::Status UseRocks(Database* database, const std::function<absl::Status(const RocksUse&)>& use) {
  auto* rocks = dynamic_cast<RocksDatabase*>(database);
  if (rocks == nullptr) return absl::FailedPreconditionError("the database is open for reading");
  return rocks->Use(use);
}

absl::StatusOr<std::unique_ptr<Database>> OpenDatabaseOn(
    const DatabaseOptions& options, const std::shared_ptr<rocksdb::FileSystem>& base) {
  GLUTWATCH_ASSIGN_OR_RETURN(DataFolder folder, DataFolder::Hold(options.path));
  auto database = std::make_unique<RocksDatabase>(options, std::move(folder), base);
  GLUTWATCH_RETURN_IF_ERROR(database->Open());
  return std::unique_ptr<Database>(std::move(database));
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  return OpenDatabaseOn(options, rocksdb::FileSystem::Default());
}

}  // namespace glutwatch::storage

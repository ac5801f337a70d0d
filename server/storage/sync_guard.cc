#include "server/storage/sync_guard.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace glutwatch::storage {
namespace {

using rocksdb::DataVerificationInfo;
using rocksdb::DirFsyncOptions;
using rocksdb::FileOptions;
using rocksdb::FSDirectory;
using rocksdb::FSRandomRWFile;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

bool IsLog(const std::string& name) { return absl::EndsWith(name, ".log"); }

// "/data/000012.log" -> 12; 0 for a name that RocksDB does not give.
uint64_t LogNumber(absl::string_view name) {
  name = absl::StripSuffix(name.substr(name.rfind('/') + 1), ".log");
  uint64_t number = 0;
  return absl::SimpleAtoi(name, &number) ? number : 0;
}

class GuardedFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  GuardedFile(SyncGuard* guard, std::string name, std::unique_ptr<FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), guard_(guard), name_(std::move(name)) {}
  ~GuardedFile() override { guard_->ForgetLog(this); }

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    IOStatus admitted = guard_->Admit();
    if (!admitted.ok()) return admitted;
    if (broken_log_) return AppendToBrokenLog();
    appends_.fetch_add(1, std::memory_order_acq_rel);
    return Noted(target()->Append(data, options, debug), data.size());
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const DataVerificationInfo& info,
                  IODebugContext* debug) override {
    IOStatus admitted = guard_->Admit();
    if (!admitted.ok()) return admitted;
    if (broken_log_) return AppendToBrokenLog();
    appends_.fetch_add(1, std::memory_order_acq_rel);
    return Noted(target()->Append(data, options, info, debug), data.size());
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions& options,
                            IODebugContext* debug) override {
    IOStatus admitted = guard_->Admit();
    return admitted.ok() ? target()->PositionedAppend(data, offset, options, debug) : admitted;
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions& options,
                            const DataVerificationInfo& info, IODebugContext* debug) override {
    IOStatus admitted = guard_->Admit();
    return admitted.ok() ? target()->PositionedAppend(data, offset, options, info, debug)
                         : admitted;
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    IOStatus admitted = guard_->Admit();
    return admitted.ok() ? target()->Truncate(size, options, debug) : admitted;
  }
  IOStatus Allocate(uint64_t offset, uint64_t length, const IOOptions& options,
                    IODebugContext* debug) override {
    IOStatus admitted = guard_->Admit();
    return admitted.ok() ? target()->Allocate(offset, length, options, debug) : admitted;
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return SyncBy([&] { return target()->Sync(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return SyncBy([&] { return target()->Fsync(options, debug); });
  }
  IOStatus RangeSync(uint64_t offset, uint64_t bytes, const IOOptions& options,
                     IODebugContext* debug) override {
    IOStatus admitted = guard_->Admit();
    if (!admitted.ok()) return admitted;
    return guard_->NoteSync(name_, target()->RangeSync(offset, bytes, options, debug));
  }
  // close(2) reports delayed write errors too; the descriptor must go in any case.
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    guard_->ForgetLog(this);
    IOStatus closed = guard_->NoteSync(name_, target()->Close(options, debug));
    IOStatus admitted = guard_->Admit();
    return closed.ok() ? admitted : closed;
  }

 private:
  // A log that has nothing new is not synced again, and says OK also after a failure. RocksDB syncs
  // earlier logs from the flushing thread and from the writing one, and aborts the process if the
  // second meets a log on which the first has seen an error.
  template <typename Sync>
  IOStatus SyncBy(const Sync& sync) {
    const uint64_t appends = appends_.load(std::memory_order_acquire);
    if (IsLog(name_) && appends == synced_.load(std::memory_order_acquire)) return IOStatus::OK();
    IOStatus status = guard_->Admit();
    if (status.ok()) status = guard_->NoteSync(name_, sync());
    if (status.ok()) synced_.store(appends, std::memory_order_release);
    return status;
  }
  IOStatus Noted(IOStatus appended, size_t bytes) {
    if (appended.ok()) {
      length_ += bytes;
    } else if (IsLog(name_)) {
      broken_log_ = true;
      target()->Truncate(length_, IOOptions(), nullptr).PermitUncheckedError();
    }
    return appended;
  }
  IOStatus AppendToBrokenLog() const {
    return IOStatus::NoSpace(name_, "an earlier append failed");
  }

  SyncGuard* const guard_;
  const std::string name_;
  uint64_t length_ = target()->GetFileSize(rocksdb::IOOptions(), nullptr);
  bool broken_log_ = false;  // RocksDB appends from one thread at a time
  std::atomic<uint64_t> appends_{1};
  std::atomic<uint64_t> synced_{0};  // of the appends; what there was before counts as one
};

class GuardedRandomRWFile final : public rocksdb::FSRandomRWFileOwnerWrapper {
 public:
  GuardedRandomRWFile(SyncGuard* guard, std::string name, std::unique_ptr<FSRandomRWFile> file)
      : FSRandomRWFileOwnerWrapper(std::move(file)), guard_(guard), name_(std::move(name)) {}

  IOStatus Write(uint64_t offset, const Slice& data, const IOOptions& options,
                 IODebugContext* debug) override {
    IOStatus admitted = guard_->Admit();
    return admitted.ok() ? target()->Write(offset, data, options, debug) : admitted;
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus admitted = guard_->Admit();
    return admitted.ok() ? guard_->NoteSync(name_, target()->Sync(options, debug)) : admitted;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus admitted = guard_->Admit();
    return admitted.ok() ? guard_->NoteSync(name_, target()->Fsync(options, debug)) : admitted;
  }

 private:
  SyncGuard* const guard_;
  const std::string name_;
};

class GuardedDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  GuardedDirectory(SyncGuard* guard, std::string name, std::unique_ptr<FSDirectory> directory)
      : FSDirectoryWrapper(std::move(directory)), guard_(guard), name_(std::move(name)) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus admitted = guard_->Admit();
    if (!admitted.ok()) return admitted;
    return guard_->NoteSync(name_, FSDirectoryWrapper::Fsync(options, debug));
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const DirFsyncOptions& how) override {
    IOStatus admitted = guard_->Admit();
    if (!admitted.ok()) return admitted;
    return guard_->NoteSync(name_, FSDirectoryWrapper::FsyncWithDirOptions(options, debug, how));
  }

 private:
  SyncGuard* const guard_;
  const std::string name_;
};

}  // namespace

std::string SyncGuard::failure() const {
  MutexLock lock(&mu_);
  return failure_;
}

IOStatus SyncGuard::NoteSync(const std::string& file, IOStatus status) {
  // A file system without sync_file_range or directory fsync loses nothing by it.
  if (status.ok() || status.IsNotSupported()) return status;
  MutexLock lock(&mu_);
  if (failure_.empty()) failure_ = absl::StrCat(file, ": ", status.ToString());
  failed_.store(true, std::memory_order_release);
  return status;
}

IOStatus SyncGuard::Admit() const {
  if (!failed()) return IOStatus::OK();
  return IOStatus::IOError("FAILED_SYNC", failure());
}

IOStatus SyncGuard::NoteLedger(const absl::Status& status) {
  if (status.ok()) return IOStatus::OK();
  return NoteSync("LEDGER", IOStatus::IOError(std::string(status.message())));
}

void SyncGuard::ForgetLog(const FSWritableFile* file) {
  MutexLock lock(&mu_);
  if (newest_log_ == file) newest_log_ = nullptr;
}

IOStatus SyncGuard::SyncNewestLog() {
  FSWritableFile* log;
  {
    MutexLock lock(&mu_);
    log = newest_log_;
  }
  // RocksDB makes the next log from the only thread that may write to or close this one.
  return log == nullptr ? IOStatus::OK() : log->Sync(IOOptions(), nullptr);
}

void SyncGuard::Wrap(const std::string& name, std::unique_ptr<FSWritableFile>* file) {
  *file = std::make_unique<GuardedFile>(this, name, std::move(*file));
  if (!IsLog(name)) return;
  MutexLock lock(&mu_);
  newest_log_ = file->get();
}

std::set<uint64_t> SyncGuard::logs_read() const {
  MutexLock lock(&mu_);
  return logs_read_;
}

IOStatus SyncGuard::NewSequentialFile(const std::string& name, const FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                      IODebugContext* debug) {
  if (IsLog(name)) {
    MutexLock lock(&mu_);
    logs_read_.insert(LogNumber(name));
  }
  return target()->NewSequentialFile(name, options, result, debug);
}

bool SyncGuard::IsNoted(const std::string& name) const { return ledger_ != nullptr && IsLog(name); }

IOStatus SyncGuard::NewWritableFile(const std::string& name, const FileOptions& options,
                                    std::unique_ptr<FSWritableFile>* result,
                                    IODebugContext* debug) {
  IOStatus status = Admit();
  if (status.ok() && IsLog(name)) status = SyncNewestLog();
  if (status.ok()) status = target()->NewWritableFile(name, options, result, debug);
  if (status.ok() && IsNoted(name)) status = NoteLedger(ledger_->LogMade(LogNumber(name)));
  if (status.ok()) Wrap(name, result);
  return status;
}

IOStatus SyncGuard::ReopenWritableFile(const std::string& name, const FileOptions& options,
                                       std::unique_ptr<FSWritableFile>* result,
                                       IODebugContext* debug) {
  IOStatus status = Admit();
  if (status.ok()) status = target()->ReopenWritableFile(name, options, result, debug);
  if (status.ok()) Wrap(name, result);
  return status;
}

IOStatus SyncGuard::ReuseWritableFile(const std::string& name, const std::string& old_name,
                                      const FileOptions& options,
                                      std::unique_ptr<FSWritableFile>* result,
                                      IODebugContext* debug) {
  IOStatus status = Admit();
  if (status.ok() && IsLog(name)) status = SyncNewestLog();
  if (status.ok() && IsNoted(old_name)) status = NoteLedger(ledger_->LogGoes(LogNumber(old_name)));
  if (status.ok()) status = target()->ReuseWritableFile(name, old_name, options, result, debug);
  if (status.ok() && IsNoted(name)) status = NoteLedger(ledger_->LogMade(LogNumber(name)));
  if (status.ok()) Wrap(name, result);
  return status;
}

IOStatus SyncGuard::NewRandomRWFile(const std::string& name, const FileOptions& options,
                                    std::unique_ptr<FSRandomRWFile>* result,
                                    IODebugContext* debug) {
  IOStatus status = Admit();
  if (status.ok()) status = target()->NewRandomRWFile(name, options, result, debug);
  if (status.ok()) {
    *result = std::make_unique<GuardedRandomRWFile>(this, name, std::move(*result));
  }
  return status;
}

IOStatus SyncGuard::NewDirectory(const std::string& name, const IOOptions& options,
                                 std::unique_ptr<FSDirectory>* result, IODebugContext* debug) {
  IOStatus status = target()->NewDirectory(name, options, result, debug);
  if (status.ok()) *result = std::make_unique<GuardedDirectory>(this, name, std::move(*result));
  return status;
}

IOStatus SyncGuard::RenameFile(const std::string& from, const std::string& to,
                               const IOOptions& options, IODebugContext* debug) {
  IOStatus status = Admit();
  if (status.ok()) status = target()->RenameFile(from, to, options, debug);
  if (status.ok() && ledger_ != nullptr && absl::EndsWith(to, "/CURRENT")) {
    status = NoteLedger(ledger_->CurrentReplaced());
  }
  return status;
}

IOStatus SyncGuard::LinkFile(const std::string& from, const std::string& to,
                             const IOOptions& options, IODebugContext* debug) {
  IOStatus admitted = Admit();
  return admitted.ok() ? target()->LinkFile(from, to, options, debug) : admitted;
}

IOStatus SyncGuard::DeleteFile(const std::string& name, const IOOptions& options,
                               IODebugContext* debug) {
  IOStatus status = Admit();
  if (status.ok() && IsNoted(name)) status = NoteLedger(ledger_->LogGoes(LogNumber(name)));
  return status.ok() ? target()->DeleteFile(name, options, debug) : status;
}

IOStatus SyncGuard::Truncate(const std::string& name, size_t size, const IOOptions& options,
                             IODebugContext* debug) {
  IOStatus admitted = Admit();
  return admitted.ok() ? target()->Truncate(name, size, options, debug) : admitted;
}

}  // namespace glutwatch::storage

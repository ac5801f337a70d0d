#pragma once
#include <atomic>
#include <memory>
#include <set>
#include <string>

#include "base/mutex.h"
#include "rocksdb/file_system.h"
#include "server/storage/file_ledger.h"

namespace glutwatch::storage {

// A file system that stops for good at the first failed fsync.
//
// After a failed fsync the kernel may have dropped the dirty pages and call the next fsync a
// success ("fsyncgate"). So: from then on nothing is written, synced, renamed or deleted through
// this object, and every try fails at once; reading goes on. Only a new object, that is a restart,
// which reads what the disk really has, writes again.
//
// It also fsyncs the newest write-ahead log before the next one is made. So no log but the last
// can lose its end in a power cut, and a torn end of any other is known to be damage.
//
// It notes in the folder's ledger which logs and which MANIFEST there are.
//
// And a log whose append failed (a full disk) is cut back to its last whole append and takes no
// more bytes, so that what was refused does not come back after a crash.
//
// Thread-safe.
class SyncGuard final : public rocksdb::FileSystemWrapper {
 public:
  // `ledger` outlives the guard and has begun before anything is written through it; null for
  // folders that keep none.
  SyncGuard(const std::shared_ptr<rocksdb::FileSystem>& base, LedgerKeeper* ledger)
      : rocksdb::FileSystemWrapper(base), ledger_(ledger) {}

  const char* Name() const override { return "glutwatch.SyncGuard"; }

  bool failed() const { return failed_.load(std::memory_order_acquire); }
  // "<file>: <error>" of the first failure; "" if there was none.
  std::string failure() const;

  // `status`, after noting it as the failed sync of `file` if it is an error.
  rocksdb::IOStatus NoteSync(const std::string& file, rocksdb::IOStatus status);
  // OK, or the error that every change gets once a sync has failed.
  rocksdb::IOStatus Admit() const;
  // The numbers of the logs that were opened for reading: those that recovery needs.
  std::set<uint64_t> logs_read() const;
  // The log `file` is being closed: it need not be synced before the next is made.
  void ForgetLog(const rocksdb::FSWritableFile* file);

  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* result,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomRWFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus Truncate(const std::string& name, size_t size,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;

 private:
  rocksdb::IOStatus SyncNewestLog();
  bool IsNoted(const std::string& name) const;  // a log of a folder with a ledger
  void Wrap(const std::string& name, std::unique_ptr<rocksdb::FSWritableFile>* file);
  // What the ledger answered, as the failed sync of a file if it is an error.
  rocksdb::IOStatus NoteLedger(const absl::Status& status);

  LedgerKeeper* const ledger_;
  std::atomic<bool> failed_{false};
  mutable Mutex mu_;
  std::string failure_ ABSL_GUARDED_BY(mu_);
  std::set<uint64_t> logs_read_ ABSL_GUARDED_BY(mu_);
  rocksdb::FSWritableFile* newest_log_ ABSL_GUARDED_BY(mu_) = nullptr;  // until it closes
};

}  // namespace glutwatch::storage

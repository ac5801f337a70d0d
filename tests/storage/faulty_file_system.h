#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "rocksdb/file_system.h"

namespace glutwatch::testing {

// The real file system with faults on command; lies under the store's own SyncGuard and counts
// what still reaches the disk. Thread-safe.
class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  FaultyFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FaultyFileSystem"; }

  std::atomic<bool> fail_syncs{false};  // every fsync of a file answers EIO
  std::atomic<bool> no_space{false};    // every append answers ENOSPC
  std::atomic<int64_t> appends{0};      // that were let through
  std::atomic<int64_t> syncs{0};        // tried, failed ones included

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->NewWritableFile(name, options, result, debug);
    if (status.ok()) *result = std::make_unique<File>(this, std::move(*result));
    return status;
  }

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(FaultyFileSystem* fs, std::unique_ptr<rocksdb::FSWritableFile> file)
        : FSWritableFileOwnerWrapper(std::move(file)), fs_(fs) {}

    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      if (fs_->no_space) return NoSpace(data, options, debug);
      ++fs_->appends;
      return target()->Append(data, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo&,
                             rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
      ++fs_->syncs;
      if (fs_->fail_syncs) return rocksdb::IOStatus::IOError("injected EIO");
      return target()->Sync(options, debug);
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
      ++fs_->syncs;
      if (fs_->fail_syncs) return rocksdb::IOStatus::IOError("injected EIO");
      return target()->Fsync(options, debug);
    }

   private:
    // As a full disk does it: the first half still fits.
    rocksdb::IOStatus NoSpace(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                              rocksdb::IODebugContext* debug) {
      target()
          ->Append(rocksdb::Slice(data.data(), data.size() / 2), options, debug)
          .PermitUncheckedError();
      return rocksdb::IOStatus::NoSpace("injected ENOSPC");
    }
    FaultyFileSystem* const fs_;
  };
};

}  // namespace glutwatch::testing

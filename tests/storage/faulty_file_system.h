#pragma once
#include <atomic>
#include <cstdint>
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
  // The sync with this number answers EIO; the others work. 0: none.
  std::atomic<int64_t> failing_sync{0};
  // Appends from the first to before the second, counted as they are tried, answer ENOSPC.
  std::atomic<int64_t> tried_appends{0};
  std::atomic<int64_t> no_space_from{INT64_MAX};
  std::atomic<int64_t> space_again_at{INT64_MAX};

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->NewWritableFile(name, options, result, debug);
    if (status.ok()) *result = std::make_unique<File>(this, std::move(*result));
    return status;
  }

  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->NewDirectory(name, options, result, debug);
    if (status.ok()) *result = std::make_unique<Directory>(this, std::move(*result));
    return status;
  }

 private:
  // Counts a sync; the error that it is to answer.
  rocksdb::IOStatus CountSync() {
    const int64_t number = ++syncs;
    return fail_syncs || number == failing_sync ? rocksdb::IOStatus::IOError("injected EIO")
                                                : rocksdb::IOStatus::OK();
  }
  bool CountAppend() {
    const int64_t number = ++tried_appends;
    return !no_space && (number < no_space_from || number >= space_again_at);
  }

  class Directory final : public rocksdb::FSDirectoryWrapper {
   public:
    Directory(FaultyFileSystem* fs, std::unique_ptr<rocksdb::FSDirectory> directory)
        : FSDirectoryWrapper(std::move(directory)), fs_(fs) {}
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
      rocksdb::IOStatus counted = fs_->CountSync();
      return counted.ok() ? FSDirectoryWrapper::Fsync(options, debug) : counted;
    }
    rocksdb::IOStatus FsyncWithDirOptions(const rocksdb::IOOptions& options,
                                          rocksdb::IODebugContext* debug,
                                          const rocksdb::DirFsyncOptions& how) override {
      rocksdb::IOStatus counted = fs_->CountSync();
      return counted.ok() ? FSDirectoryWrapper::FsyncWithDirOptions(options, debug, how) : counted;
    }

   private:
    FaultyFileSystem* const fs_;
  };

  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(FaultyFileSystem* fs, std::unique_ptr<rocksdb::FSWritableFile> file)
        : FSWritableFileOwnerWrapper(std::move(file)), fs_(fs) {}

    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      if (!fs_->CountAppend()) return NoSpace(data, options, debug);
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
      rocksdb::IOStatus counted = fs_->CountSync();
      return counted.ok() ? target()->Sync(options, debug) : counted;
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
      rocksdb::IOStatus counted = fs_->CountSync();
      return counted.ok() ? target()->Fsync(options, debug) : counted;
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

// After a failed fsync of any file, a sync of an earlier log, of which everything was on disk,
// failed as well. RocksDB's flushing thread marked the log as broken, and its writing thread
// aborted the process when it met the mark.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "server/storage/sync_guard.h"
#include "tests/storage/faulty_file_system.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::storage {
namespace {

using rocksdb::IOOptions;

class SyncedLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<rocksdb::FSWritableFile> Make(const std::string& name) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    EXPECT_TRUE(guard_.NewWritableFile(dir_.File(name), {}, &file, nullptr).ok());
    return file;
  }
  static bool Append(rocksdb::FSWritableFile* file) {
    return file->Append("record", IOOptions(), nullptr).ok();
  }
  static bool Sync(rocksdb::FSWritableFile* file) { return file->Sync(IOOptions(), nullptr).ok(); }

  testing::TempDir dir_;
  const std::shared_ptr<testing::FaultyFileSystem> fs_ =
      std::make_shared<testing::FaultyFileSystem>();
  SyncGuard guard_{fs_, nullptr};
};

TEST_F(SyncedLogTest, HasNothingToFailWith) {
  const auto log = Make("000001.log");
  ASSERT_TRUE(Append(log.get()));
  ASSERT_TRUE(Sync(log.get()));
  const auto table = Make("000002.sst");
  ASSERT_TRUE(Append(table.get()));
  fs_->fail_syncs = true;
  EXPECT_FALSE(Sync(table.get()));
  ASSERT_TRUE(guard_.failed());
  EXPECT_TRUE(Sync(log.get()));
  EXPECT_FALSE(Append(log.get())) << "nothing is written after a failed fsync";
}

TEST_F(SyncedLogTest, ALogWithNewRecordsIsSyncedAndFails) {
  const auto log = Make("000001.log");
  ASSERT_TRUE(Append(log.get()));
  ASSERT_TRUE(Sync(log.get()));
  ASSERT_TRUE(Append(log.get()));
  fs_->fail_syncs = true;
  EXPECT_FALSE(Sync(log.get()));
  EXPECT_FALSE(Sync(log.get())) << "what is not on disk stays so";
}

}  // namespace
}  // namespace glutwatch::storage

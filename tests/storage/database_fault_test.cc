// A failing fsync and a full disk under the database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <fstream>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/storage/rocks_database.h"
#include "tests/storage/faulty_file_system.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::FaultyFileSystem;
using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::glutwatch::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;

absl::Status PutOne(Database* database, const std::string& key, size_t bytes = 10,
                    Durability durability = Durability::kFsynced) {
  WriteSet set;
  set.Put(Table::kJournal, key, std::string(bytes, 'v'));
  return database->Write(set, durability);
}

class DatabaseFaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = OpenDatabaseOn({.path = dir_.File("db")}, fs_);
    ASSERT_THAT(database, IsOk());
    database_ = *std::move(database);
    ASSERT_THAT(PutOne(database_.get(), "before"), IsOk());
  }

  TempDir dir_;
  const std::shared_ptr<FaultyFileSystem> fs_ = std::make_shared<FaultyFileSystem>();
  std::unique_ptr<Database> database_;
};

TEST_F(DatabaseFaultTest, AfterAFailedSyncNothingIsWrittenOrSyncedUntilRestart) {
  fs_->fail_syncs = true;
  EXPECT_THAT(
      PutOne(database_.get(), "lost"),
      StatusIs(absl::StatusCode::kUnavailable,
               AllOf(HasSubstr("FAILED_SYNC: "), HasSubstr(".log"), HasSubstr("injected EIO"))));
  fs_->fail_syncs = false;  // the next fsync would "succeed": it must not be asked
  const int64_t appends = fs_->appends;
  const int64_t syncs = fs_->syncs;
  EXPECT_THAT(PutOne(database_.get(), "later"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("FAILED_SYNC: ")));
  EXPECT_THAT(PutOne(database_.get(), "later", 10, Durability::kBuffered),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("FAILED_SYNC: ")));
  EXPECT_EQ(database_->health().state, DatabaseHealth::State::kFailedSync);
  EXPECT_THAT(database_->health().detail, HasSubstr(".log"));
  EXPECT_THAT(database_->Get(Table::kJournal, "before"), IsOk());
  EXPECT_THAT(database_->Get(Table::kJournal, "lost"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("journal")));
  database_.reset();
  EXPECT_EQ(fs_->appends, appends);
  EXPECT_EQ(fs_->syncs, syncs);

  auto restarted = Database::Open({.path = dir_.File("db")});
  ASSERT_THAT(restarted, IsOk());
  EXPECT_THAT((*restarted)->Get(Table::kJournal, "before"), IsOk());
  EXPECT_THAT((*restarted)->Get(Table::kJournal, "later"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("journal")));
  EXPECT_THAT(PutOne(restarted->get(), "after"), IsOk());
}

TEST_F(DatabaseFaultTest, GoesOnByItselfAfterAFullDisk) {
  fs_->no_space = true;
  EXPECT_THAT(PutOne(database_.get(), "refused", 5000),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("DISK_FULL")));
  EXPECT_EQ(database_->health().state, DatabaseHealth::State::kDiskFull);
  EXPECT_THAT(PutOne(database_.get(), "refused", 5000),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("DISK_FULL")));
  EXPECT_THAT(database_->Get(Table::kJournal, "before"), IsOk());
  fs_->no_space = false;
  // Resuming is tried a few times a second at most.
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (!PutOne(database_.get(), "after").ok() && absl::Now() < deadline) {
  }
  EXPECT_EQ(database_->health().state, DatabaseHealth::State::kWritable);
  EXPECT_THAT(database_->Get(Table::kJournal, "refused"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("journal")));
  database_.reset();
  auto restarted = Database::Open({.path = dir_.File("db")});
  ASSERT_THAT(restarted, IsOk());
  EXPECT_THAT((*restarted)->Get(Table::kJournal, "after"), IsOk());
  EXPECT_THAT((*restarted)->Get(Table::kJournal, "refused"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("journal")));
}

TEST_F(DatabaseFaultTest, KilledWhileTheDiskIsFullOpensWithWhatWasAcknowledged) {
  fs_->no_space = true;
  ASSERT_FALSE(PutOne(database_.get(), "refused", 5000).ok());
  // The folder as a killed process would leave it: with half a record at the log's end.
  const std::string copy = dir_.File("copy");
  std::filesystem::copy(dir_.File("db"), copy, std::filesystem::copy_options::recursive);
  auto restarted = Database::Open({.path = copy});
  ASSERT_THAT(restarted, IsOk());
  EXPECT_THAT((*restarted)->Get(Table::kJournal, "before"), IsOk());
  EXPECT_THAT((*restarted)->Get(Table::kJournal, "refused"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("journal")));
}

TEST_F(DatabaseFaultTest, KilledRightAfterResumingOpensWithWhatWasAcknowledged) {
  fs_->no_space = true;
  ASSERT_FALSE(PutOne(database_.get(), "refused", 5000).ok());
  fs_->no_space = false;
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (!PutOne(database_.get(), "after").ok() && absl::Now() < deadline) {
  }
  const std::string copy = dir_.File("copy");
  std::filesystem::copy(dir_.File("db"), copy, std::filesystem::copy_options::recursive);
  auto restarted = Database::Open({.path = copy});
  ASSERT_THAT(restarted, IsOk());
  EXPECT_THAT((*restarted)->Get(Table::kJournal, "before"), IsOk());
  EXPECT_THAT((*restarted)->Get(Table::kJournal, "after"), IsOk());
  EXPECT_THAT((*restarted)->Get(Table::kJournal, "refused"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("journal")));
}

TEST(FullDiskTest, RealFileSystemOf64MegabytesFillsRefusesAndRecovers) {
  TempDir dir;
  const std::string disk = dir.File("disk");
  std::filesystem::create_directory(disk);
  if (::mount("none", disk.c_str(), "tmpfs", 0, "size=64m") != 0) {
    GTEST_SKIP() << "SKIPPED: may not mount a tmpfs here (needs root): " << strerror(errno);
  }
  const absl::Cleanup unmount = [&] { ::umount2(disk.c_str(), MNT_DETACH); };
  auto opened = Database::Open(
      {.path = disk + "/db", .disk_reserve_bytes = 16 << 20, .write_buffer_bytes = 2 << 20});
  ASSERT_THAT(opened, IsOk());
  std::unique_ptr<Database> database = *std::move(opened);
  int acknowledged = 0;
  absl::Status status;
  while (acknowledged < 1000) {
    status = PutOne(database.get(), absl::StrCat("k", acknowledged), 256 << 10);
    if (!status.ok()) break;
    ++acknowledged;
  }
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("DISK_FULL")));
  EXPECT_GT(acknowledged, 10);
  // Somebody else takes the reserve as well, and whatever compactions still give back.
  const std::string hog = disk + "/hog";
  const absl::Time full_deadline = absl::Now() + absl::Seconds(10);
  do {
    std::ofstream(hog, std::ios::app) << std::string(4 << 20, 'h');
    status = PutOne(database.get(), "squeezed in");
  } while ((status.ok() || database->health().state != DatabaseHealth::State::kDiskFull) &&
           absl::Now() < full_deadline);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("DISK_FULL")));
  EXPECT_THAT(database->Get(Table::kJournal, "k0"), IsOk());

  std::filesystem::remove(hog);
  ASSERT_EQ(::mount("none", disk.c_str(), "tmpfs", MS_REMOUNT, "size=256m"), 0);
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (!PutOne(database.get(), "after").ok() && absl::Now() < deadline) {
  }
  EXPECT_EQ(database->health().state, DatabaseHealth::State::kWritable);
  database.reset();
  auto restarted = Database::Open({.path = disk + "/db"});
  ASSERT_THAT(restarted, IsOk());
  for (int i = 0; i < acknowledged; ++i) {
    ASSERT_THAT((*restarted)->Get(Table::kJournal, absl::StrCat("k", i)), IsOk());
  }
  EXPECT_THAT((*restarted)->Get(Table::kJournal, "after"), IsOk());
  restarted = absl::CancelledError();
}

}  // namespace
}  // namespace glutwatch::storage

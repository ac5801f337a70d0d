// Backups whose bytes are damaged, whose disk fails, and whose makers die.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/storage/backup_engine.h"
#include "server/storage/backup_folder.h"
#include "server/storage/rocks_database.h"
#include "tests/storage/backup_fixture.h"
#include "tests/storage/faulty_file_system.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::FaultyFileSystem;
using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BackupFaultTest : public BackupTest {
 protected:
  void SetUp() override {
    BackupTest::SetUp();
    Fill();
    Reopen();  // so that there are table files
    MustAppend("in the log", {Row(3, 20'000, 30'000)});
    MustCreate();
  }
  // Everything that was good before is good still, and life goes on.
  void ExpectFirstBackupIsWholeAndAnotherCanBeMade() {
    EXPECT_THAT(VerifyBackup(backups(), 1, nullptr), IsOk());
    const auto next = CreateBackup(database_.get(), backups(), At());
    ASSERT_THAT(next, IsOk());
    EXPECT_THAT(VerifyBackup(backups(), next->id, nullptr), IsOk());
    EXPECT_THAT(GoodIds(), ElementsAre(1, next->id));
  }
  // What happens to a backup of which `file` is not as it was.
  void ExpectDamageIsNamed(const std::string& file) {
    const std::string name = std::filesystem::path(file).filename().string();
    const auto verified = VerifyBackup(backups(), 1, nullptr);
    EXPECT_THAT(verified, StatusIs(absl::StatusCode::kDataLoss, HasSubstr(name))) << file;
    const std::string to = dir_.File("restored");
    EXPECT_THAT(RestoreBackup(backups(), 1, to, {}),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(name)))
        << file;
    EXPECT_FALSE(std::filesystem::exists(to)) << file;
    EXPECT_FALSE(std::filesystem::exists(to + ".restoring")) << file;
  }
};

TEST_F(BackupFaultTest, FlippedBitInAnyFileIsNamedAndNeverRestored) {
  int kinds = 0;
  for (const auto& [file, bytes] : FilesOf(backups())) {
    if (bytes.empty()) continue;  // the locks
    ++kinds;
    const std::string path = backups() + "/" + file;
    for (const size_t at : {size_t{0}, bytes.size() / 3, bytes.size() / 2, bytes.size() - 1}) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ 0x04);
      WriteBytes(path, flipped);
      ExpectDamageIsNamed(file);
    }
    WriteBytes(path, bytes);
  }
  // FORMAT, seal, meta, CURRENT, MANIFEST, OPTIONS, a log, table files.
  EXPECT_GE(kinds, 8);
  EXPECT_THAT(VerifyBackup(backups(), 1, nullptr), IsOk());
}

TEST_F(BackupFaultTest, CutOrMissingFileIsNamedAndNeverRestored) {
  for (const auto& [file, bytes] : FilesOf(backups())) {
    if (bytes.empty() || file == "FORMAT" || file == "seal/1") continue;
    const std::string path = backups() + "/" + file;
    WriteBytes(path, bytes.substr(0, bytes.size() / 2));
    ExpectDamageIsNamed(file);
    std::filesystem::remove(path);
    ExpectDamageIsNamed(file);
    WriteBytes(path, bytes);
  }
  EXPECT_THAT(VerifyBackup(backups(), 1, nullptr), IsOk());
}

TEST_F(BackupFaultTest, ContentThatIsNotWhatWasSealedIsRefused) {
  const auto folder = BackupFolder::Open(backups(), BackupFolder::Use::kRead);
  ASSERT_THAT(folder, IsOk());
  Backup other = folder->ReadSeal(1)->backup;
  other.whole[0] = static_cast<char>(other.whole[0] ^ 1);
  ASSERT_THAT(folder->WriteSeal(other), IsOk());
  EXPECT_THAT(VerifyBackup(backups(), 1, nullptr),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("has digest")));
  EXPECT_THAT(RestoreBackup(backups(), 1, dir_.File("restored"), {}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("has digest")));
}

TEST_F(BackupFaultTest, FailedFsyncOfTheBackupsDiskLeavesStoreAndEarlierBackupsAlone) {
  const auto fs = std::make_shared<FaultyFileSystem>();
  fs->fail_syncs = true;
  MustAppend("more", {Row(1, 20'005, 7'000)});
  EXPECT_THAT(CreateBackupOn(database_.get(), backups(), At(), fs),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("injected EIO")));
  EXPECT_EQ(database_->health().state, DatabaseHealth::State::kWritable);
  MustAppend("and more", {Row(1, 20'006, 7'000)});
  ExpectFirstBackupIsWholeAndAnotherCanBeMade();
}

TEST_F(BackupFaultTest, FullDiskOfTheBackupsLeavesStoreAndEarlierBackupsAlone) {
  const auto fs = std::make_shared<FaultyFileSystem>();
  fs->no_space = true;
  EXPECT_THAT(CreateBackupOn(database_.get(), backups(), At(), fs),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("DISK_FULL")));
  EXPECT_EQ(database_->health().state, DatabaseHealth::State::kWritable);
  ExpectFirstBackupIsWholeAndAnotherCanBeMade();
}

TEST_F(BackupFaultTest, FailedFsyncWhileRestoringLeavesNothing) {
  const auto fs = std::make_shared<FaultyFileSystem>();
  fs->fail_syncs = true;
  const std::string to = dir_.File("restored");
  EXPECT_THAT(RestoreBackupOn(backups(), 1, to, {}, fs),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("injected EIO")));
  EXPECT_FALSE(std::filesystem::exists(to));
  EXPECT_THAT(RestoreBackup(backups(), 1, to, {}), IsOk());
}

TEST_F(BackupFaultTest, EndsRatherThanTakeTheReserve) {
  FillBulk(3);
  Reopen();
  CreateBackupOptions options = At();
  options.reserve_bytes = int64_t{1} << 60;
  EXPECT_THAT(CreateBackup(database_.get(), backups(), options),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("must stay in reserve")));
  ExpectFirstBackupIsWholeAndAnotherCanBeMade();
}

TEST_F(BackupFaultTest, StoppedWhenAskedAndWithoutTrace) {
  FillBulk(3);
  Reopen();
  const size_t files = FilesOf(backups()).size();
  CreateBackupOptions options = At();
  options.progress = [](int64_t) { return false; };
  EXPECT_THAT(CreateBackup(database_.get(), backups(), options),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("stopped")));
  EXPECT_EQ(FilesOf(backups()).size(), files);
  ExpectFirstBackupIsWholeAndAnotherCanBeMade();
}

TEST_F(BackupFaultTest, WhatWasNotSealedDoesNotCountAndGoesWithTheNext) {
  MustCreate();
  std::filesystem::remove(backups() + "/seal/2");  // as a process that died before the end
  const auto list = ListBackups(backups());
  ASSERT_THAT(list, IsOk());
  ASSERT_EQ(list->size(), 2u);
  EXPECT_THAT((*list)[1].problem, HasSubstr("did not come to its end"));
  EXPECT_THAT(VerifyBackup(backups(), 2, nullptr),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("did not come to its end")));
  EXPECT_EQ(VerifyBackup(backups(), kNewestBackup, nullptr)->backup.id, 1);
  MustCreate();
  EXPECT_FALSE(std::filesystem::exists(backups() + "/meta/2") &&
               !std::filesystem::exists(backups() + "/seal/2"));
  EXPECT_EQ(GoodIds().size(), 2u);
}

TEST_F(BackupFaultTest, LeftoverOfAKilledRestoreIsReplaced) {
  const std::string to = dir_.File("restored");
  std::filesystem::create_directories(to + ".restoring/lost");
  WriteBytes(to + ".restoring/000009.sst", "half a table");
  ASSERT_THAT(RestoreBackup(backups(), 1, to, {}), IsOk());
  EXPECT_FALSE(std::filesystem::exists(to + "/000009.sst"));
  EXPECT_FALSE(std::filesystem::exists(to + ".restoring"));
  EXPECT_THAT(Database::Open({.path = to}), IsOk());
}

TEST_F(BackupFaultTest, OneWriterAndNoRemovalUnderReaders) {
  PrunePolicy policy;
  policy.keep_count = 1;
  {
    const auto writer = BackupFolder::Open(backups(), BackupFolder::Use::kCreate);
    ASSERT_THAT(writer, IsOk());
    EXPECT_THAT(CreateBackup(database_.get(), backups(), At()),
                StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("written to")));
    EXPECT_THAT(VerifyBackup(backups(), 1, nullptr), IsOk());
  }
  {
    const auto reader = BackupFolder::Open(backups(), BackupFolder::Use::kRead);
    ASSERT_THAT(reader, IsOk());
    EXPECT_THAT(PruneBackups(backups(), policy, 0, false),
                StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("being read")));
    EXPECT_THAT(CreateBackup(database_.get(), backups(), At()), IsOk());
  }
  EXPECT_THAT(PruneBackups(backups(), policy, 0, false), IsOk());
}

TEST_F(BackupFaultTest, NewerFormatOfTheFolderIsRefusedBeforeAnythingIsTouched) {
  WriteBytes(backups() + "/FORMAT", "glutwatch backups, format 2\n");
  const auto before = FilesOf(backups());
  const auto newer = StatusIs(absl::StatusCode::kFailedPrecondition,
                              HasSubstr("format 2; this program knows formats up to 1"));
  EXPECT_THAT(CreateBackup(database_.get(), backups(), At()), newer);
  EXPECT_THAT(ListBackups(backups()), newer);
  EXPECT_THAT(VerifyBackup(backups(), 1, nullptr), newer);
  EXPECT_THAT(RestoreBackup(backups(), 1, dir_.File("restored"), {}), newer);
  EXPECT_THAT(PruneBackups(backups(), {}, 0, false), newer);
  EXPECT_EQ(FilesOf(backups()), before);
}

TEST_F(BackupFaultTest, BackupOfANewerStoreIsNotRestored) {
  const auto folder = BackupFolder::Open(backups(), BackupFolder::Use::kRead);
  Backup newer = folder->ReadSeal(1)->backup;
  newer.store_format = 99;
  ASSERT_THAT(folder->WriteSeal(newer), IsOk());
  EXPECT_THAT(RestoreBackup(backups(), 1, dir_.File("restored"), {}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("backup 1 has format 99")));
  EXPECT_FALSE(std::filesystem::exists(dir_.File("restored")));
}

TEST_F(BackupFaultTest, StoreThatTakesNoWritesIsNotBackedUp) {
  Close();
  const auto fs = std::make_shared<FaultyFileSystem>();
  database_ = *OpenDatabaseOn({.path = dir_.File("db")}, fs);
  fs->fail_syncs = true;
  WriteSet set;
  set.Put(Table::kMeta, "price/probe", "");
  ASSERT_FALSE(database_->Write(set, Durability::kFsynced).ok());
  EXPECT_THAT(CreateBackup(database_.get(), backups(), At()),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("FAILED_SYNC")));
  EXPECT_THAT(VerifyBackup(backups(), 1, nullptr), IsOk());
}

}  // namespace
}  // namespace glutwatch::storage

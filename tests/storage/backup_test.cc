// Making, listing, verifying, restoring and pruning backups, when nothing goes wrong.
#include "server/storage/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/storage/backup_fixture.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(BackupTest, RestoredCopyHasTheSameContentAndAnEpochOfItsOwn) {
  Fill();
  const StoreDigest original = MustDigest();
  const uint64_t epoch = database_->epoch();
  const Backup backup = MustCreate();
  EXPECT_EQ(backup.id, 1);
  EXPECT_EQ(backup.store_epoch, epoch);
  EXPECT_EQ(backup.newest_recorded_us, store_->newest_recorded_us());
  EXPECT_EQ(backup.whole, original.whole);
  Close();

  const std::string to = dir_.File("restored");
  const auto restored = RestoreBackup(backups(), kNewestBackup, to, {});
  ASSERT_THAT(restored, IsOk());
  EXPECT_EQ(restored->digest.whole, original.whole);
  EXPECT_NE(restored->epoch, epoch);
  EXPECT_FALSE(std::filesystem::exists(to + ".restoring"));
  database_ = *Database::Open({.path = to});
  OpenStore();
  EXPECT_EQ(database_->epoch(), restored->epoch);
  EXPECT_EQ(ReadBytes(to + "/FORMAT"), "glutwatch store, format 2\n");
  EXPECT_EQ(MustDigest().whole, original.whole);
  ASSERT_EQ(AllVersions(1).size(), 3u);
  EXPECT_EQ(ReadAll(1)[0].observation.modal_e4, 30'500);
  EXPECT_TRUE(MustAppend("b", {}).replayed);  // the same digest: the receipt is there
  EXPECT_FALSE(MustAppend("c", {Row(1, 20'002, 1'000)}).replayed);
}

TEST_F(BackupTest, HoldsWhatWasCommittedWhenItWasMadeAndNothingLater) {
  Fill();
  const std::string then = MustDigest().history;
  const Backup backup = MustCreate();
  MustAppend("later", {Row(1, 20'003, 1'000)});
  const auto verified = VerifyBackup(backups(), backup.id, nullptr);
  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(verified->digest.history, then);
  EXPECT_EQ(verified->backup.history, then);
  EXPECT_NE(MustDigest().history, then);
  EXPECT_EQ(MustDigest(backup.newest_recorded_us).history, then);
}

TEST_F(BackupTest, IsOneInstantOfAStoreThatIsWrittenToMeanwhile) {
  Fill();
  FillBulk(2);
  std::atomic<bool> stop{false};
  std::atomic<int> appended{0};
  std::thread writer([&] {
    for (int i = 0; !stop || i < 20; ++i) {
      MustAppend(absl::StrCat("w", i), {Row(11, 10'000 + i, 5'000), Row(12, 10'000 + i, 6'000)});
      if (i % 10 == 9) {
        EXPECT_THAT(store_->Fold(), IsOk());
      }
      ++appended;
    }
  });
  std::vector<Backup> made;
  for (int i = 0; i < 4; ++i) made.push_back(MustCreate());
  stop = true;
  writer.join();
  EXPECT_GT(appended, 0);
  for (const Backup& backup : made) {
    const auto verified = VerifyBackup(backups(), backup.id, nullptr);
    ASSERT_THAT(verified, IsOk());
    EXPECT_EQ(verified->digest.history, MustDigest(backup.newest_recorded_us).history) << backup.id;
    EXPECT_EQ(verified->digest.newest_recorded_us, backup.newest_recorded_us);
  }
}

TEST_F(BackupTest, SharesTableFilesWithTheBackupBefore) {
  Fill();
  Reopen();  // everything is in table files
  MustCreate();
  const size_t files = FilesOf(backups() + "/shared_checksum").size();
  MustAppend("small", {Row(1, 20'000, 30'000)});
  MustCreate();
  EXPECT_GT(files, 3u);
  EXPECT_EQ(FilesOf(backups() + "/shared_checksum").size(), files);
  EXPECT_THAT(VerifyBackup(backups(), 1, nullptr), IsOk());
  EXPECT_THAT(VerifyBackup(backups(), 2, nullptr), IsOk());
}

TEST_F(BackupTest, TellsItsProgressAndKeepsToItsRate) {
  FillBulk(6);
  Reopen();
  int64_t copied = 0;
  CreateBackupOptions options = At();
  options.bytes_per_second = 64 << 20;
  options.progress = [&](int64_t bytes) {
    copied = bytes;
    return true;
  };
  const Backup backup = MustCreate(options);
  EXPECT_GE(copied, int64_t{5} << 20);
  EXPECT_LE(copied, backup.bytes + (int64_t{1} << 20));
}

TEST_F(BackupTest, WithoutVerificationHasNoDigestButRestores) {
  Fill();
  CreateBackupOptions options = At();
  options.verify = false;
  const Backup backup = MustCreate(options);
  EXPECT_EQ(backup.whole, "");
  const auto restored = RestoreBackup(backups(), backup.id, dir_.File("restored"), {});
  ASSERT_THAT(restored, IsOk());
  EXPECT_EQ(restored->digest.whole, MustDigest().whole);
}

TEST_F(BackupTest, OfAnEmptyStoreRestores) {
  const Backup backup = MustCreate();
  EXPECT_EQ(backup.newest_recorded_us, 0);
  EXPECT_THAT(RestoreBackup(backups(), backup.id, dir_.File("restored"), {}), IsOk());
}

TEST_F(BackupTest, RestoresAnOlderBackupById) {
  Fill();
  MustCreate();
  const std::string first = MustDigest().whole;
  MustAppend("later", {Row(1, 20'003, 1'000)});
  MustCreate();
  const auto restored = RestoreBackup(backups(), 1, dir_.File("restored"), {});
  ASSERT_THAT(restored, IsOk());
  EXPECT_EQ(restored->digest.whole, first);
}

TEST_F(BackupTest, RestoreGoesIntoANewOrEmptyFolderOnly) {
  Fill();
  MustCreate();
  const std::string full = dir_.File("full");
  std::filesystem::create_directory(full);
  WriteBytes(full + "/somebody's", "data");
  EXPECT_THAT(RestoreBackup(backups(), 1, full, {}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("new folder")));
  EXPECT_EQ(ReadBytes(full + "/somebody's"), "data");
  EXPECT_THAT(RestoreBackup(backups(), 1, full + "/somebody's", {}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("new folder")));
  EXPECT_THAT(RestoreBackup(backups(), 1, dir_.File("db"), {}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("new folder")));
  const std::string empty = dir_.File("empty");
  std::filesystem::create_directory(empty);
  EXPECT_THAT(RestoreBackup(backups(), 1, empty + "/", {}), IsOk());
  EXPECT_THAT(Database::Open({.path = empty}), IsOk());
}

TEST_F(BackupTest, UnknownPlacesAndIdsAreNamed) {
  EXPECT_THAT(ListBackups(backups()), StatusIs(absl::StatusCode::kNotFound, HasSubstr(backups())));
  EXPECT_THAT(ListBackups(dir_.File("db")),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("folder of a store")));
  EXPECT_THAT(ListBackups(dir_.path()),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("holds no backups")));
  MustCreate();
  EXPECT_THAT(VerifyBackup(backups(), 9, nullptr),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no backup 9")));
  EXPECT_THAT(RestoreBackup(backups(), 9, dir_.File("restored"), {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no backup 9")));
  EXPECT_THAT(RestoreBackup(backups(), 1, dir_.File("no/such"), {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no/such.restoring")));
}

TEST_F(BackupTest, FolderOfSomethingElseIsNotTouched) {
  const std::string other = dir_.File("other");
  std::filesystem::create_directory(other);
  WriteBytes(other + "/letter", "dear");
  EXPECT_THAT(CreateBackup(database_.get(), other, At()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("letter")));
  EXPECT_EQ(FilesOf(other).size(), 1u);
  const std::string within = dir_.File("db") + "/backups";
  EXPECT_THAT(CreateBackup(database_.get(), within, At()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("store's folder")));
  EXPECT_FALSE(std::filesystem::exists(within));
  EXPECT_THAT(CreateBackup(database_.get(), dir_.path(), At()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("around it")));
}

TEST_F(BackupTest, PruneKeepsTheNewestByCount) {
  Fill();
  for (int i = 0; i < 4; ++i) MustCreate();
  PrunePolicy policy;
  policy.keep_count = 2;
  const auto would = PruneBackups(backups(), policy, 0, /*dry_run=*/true);
  ASSERT_THAT(would, IsOk());
  EXPECT_THAT(*would, ElementsAre(1, 2));
  EXPECT_THAT(GoodIds(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(*PruneBackups(backups(), policy, 0, false), ElementsAre(1, 2));
  EXPECT_THAT(GoodIds(), ElementsAre(3, 4));
  EXPECT_THAT(VerifyBackup(backups(), 3, nullptr), IsOk());
  EXPECT_FALSE(std::filesystem::exists(backups() + "/private/1"));
  EXPECT_EQ(MustCreate().id, 5);
}

TEST_F(BackupTest, PruneByAgeNeverTakesTheNewest) {
  Fill();
  for (int day = 0; day < 3; ++day) MustCreate(At(absl::Hours(24 * day)));
  PrunePolicy policy;
  policy.keep_age = absl::Hours(36);
  const int64_t day_4 = absl::ToUnixMicros(clock_.Now() + absl::Hours(24 * 3));
  EXPECT_THAT(*PruneBackups(backups(), policy, day_4, false), ElementsAre(1, 2));
  const int64_t much_later = absl::ToUnixMicros(clock_.Now() + absl::Hours(24 * 300));
  EXPECT_THAT(*PruneBackups(backups(), policy, much_later, false), IsEmpty());
  EXPECT_THAT(GoodIds(), ElementsAre(3));
}

TEST_F(BackupTest, DamagedBackupCountsForNothingWhenPruning) {
  Fill();
  for (int i = 0; i < 3; ++i) MustCreate();
  WriteBytes(backups() + "/seal/3", "damaged");
  PrunePolicy policy;
  policy.keep_count = 1;
  EXPECT_THAT(*PruneBackups(backups(), policy, 0, false), ElementsAre(1));
  EXPECT_THAT(GoodIds(), ElementsAre(2));
}

}  // namespace
}  // namespace glutwatch::storage

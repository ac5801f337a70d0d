#include "server/storage/backup_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>

#include "tests/storage/backup_fixture.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BackupDeskTest : public BackupTest {
 protected:
  void TearDown() override {
    desk_.reset();
    BackupTest::TearDown();
  }
  void Open(BackupSettings settings) {
    desk_.reset();
    settings.folder = backups();
    desk_ = std::make_unique<BackupDesk>(database_.get(), &clock_, settings,
                                         [this](const BackupJob& job) {
                                           const std::lock_guard<std::mutex> lock(mu_);
                                           heard_.push_back(job);
                                           if (hold_) hold_();
                                         });
  }
  static BackupSettings Every(absl::Duration interval) {
    BackupSettings settings;
    settings.interval = interval;
    return settings;
  }
  BackupJob Finished(const absl::StatusOr<BackupJob>& job) {
    EXPECT_THAT(job, IsOk());
    desk_->WaitIdle();
    return *desk_->Find(job->id);
  }
  void Tick() {
    desk_->StartIfDue();
    desk_->WaitIdle();
  }

  std::mutex mu_;
  std::vector<BackupJob> heard_;
  std::function<void()> hold_;
  std::unique_ptr<BackupDesk> desk_;
};

TEST_F(BackupDeskTest, MakesAndVerifiesOnRequestAndTellsWhatCameOfIt) {
  Fill();
  Open({});
  EXPECT_THAT(*desk_->List(), IsEmpty());
  const BackupJob made = Finished(desk_->StartCreate("r1", "chen", true));
  EXPECT_EQ(made.state, BackupJob::State::kSucceeded);
  EXPECT_EQ(made.by, "chen");
  EXPECT_EQ(made.backup.id, 1);
  const BackupJob verified = Finished(desk_->StartVerify(kNewestBackup, "r2", "chen"));
  EXPECT_EQ(verified.state, BackupJob::State::kSucceeded);
  EXPECT_EQ(verified.digest.whole, MustDigest().whole);
  EXPECT_EQ(desk_->List()->size(), 1u);
  EXPECT_EQ(heard_.size(), 4u);  // two begun, two ended
  EXPECT_EQ(desk_->stats().newest_good_us, made.begun_us);
  EXPECT_EQ(desk_->stats().succeeded, 1);
}

TEST_F(BackupDeskTest, SameRequestIsTheSameJob) {
  Open({});
  const BackupJob first = Finished(desk_->StartCreate("r1", "chen", true));
  const BackupJob again = Finished(desk_->StartCreate("r1", "chen", true));
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(desk_->List()->size(), 1u);
  EXPECT_THAT(desk_->StartVerify(1, "r1", "chen"),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("REQUEST_ID_REUSED")));
  EXPECT_NE(Finished(desk_->StartCreate("", "chen", true)).id, first.id);
  EXPECT_THAT(desk_->Find(99), StatusIs(absl::StatusCode::kNotFound, HasSubstr("no job 99")));
}

TEST_F(BackupDeskTest, OneJobAtATime) {
  Open({});
  absl::StatusOr<BackupJob> second = absl::UnknownError("not asked");
  hold_ = [&] {
    if (heard_.size() == 1) second = desk_->StartCreate("r2", "li", true);
  };
  Finished(desk_->StartCreate("r1", "chen", true));
  EXPECT_THAT(second,
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("BACKUP_RUNNING: job 1")));
}

TEST_F(BackupDeskTest, ScheduleMakesOneWhenTheNewestIsOldEnough) {
  Open(Every(absl::Hours(6)));
  Tick();
  EXPECT_THAT(GoodIds(), ElementsAre(1));
  clock_.Advance(absl::Hours(5));
  Tick();
  EXPECT_THAT(GoodIds(), ElementsAre(1));
  Open(Every(absl::Hours(6)));  // a restart does not forget when
  Tick();
  EXPECT_THAT(GoodIds(), ElementsAre(1));
  clock_.Advance(absl::Hours(1));
  Tick();
  EXPECT_THAT(GoodIds(), ElementsAre(1, 2));
  EXPECT_EQ(heard_.back().by, "schedule");
}

TEST_F(BackupDeskTest, ClockThatWasSetBackDelaysByOneIntervalAtMost) {
  Open(Every(absl::Hours(6)));
  Tick();
  clock_.Advance(-absl::Hours(1000));
  Tick();
  clock_.Advance(absl::Hours(6));
  Tick();
  EXPECT_THAT(GoodIds(), ElementsAre(1, 2));
}

TEST_F(BackupDeskTest, FailureIsTriedAgainSoonAndShows) {
  Open(Every(absl::Hours(24)));
  WriteBytes(backups(), "a file where the folder should be");
  Tick();
  EXPECT_TRUE(desk_->stats().last_failed);
  EXPECT_EQ(desk_->stats().failed, 1);
  EXPECT_EQ(heard_.back().state, BackupJob::State::kFailed);
  Tick();
  EXPECT_EQ(desk_->stats().failed, 1);  // not at once
  std::filesystem::remove(backups());
  clock_.Advance(BackupDesk::kRetryInterval);
  Tick();
  EXPECT_FALSE(desk_->stats().last_failed);
  EXPECT_THAT(GoodIds(), ElementsAre(1));
}

TEST_F(BackupDeskTest, PolicyIsAppliedAfterEveryBackup) {
  BackupSettings settings;
  settings.keep.keep_count = 2;
  Open(settings);
  BackupJob job;
  for (int i = 0; i < 4; ++i) job = Finished(desk_->StartCreate("", "chen", true));
  EXPECT_THAT(GoodIds(), ElementsAre(3, 4));
  EXPECT_THAT(job.pruned, ElementsAre(2));
  PrunePolicy one;
  one.keep_count = 1;
  EXPECT_THAT(*desk_->Prune(one, /*dry_run=*/true), ElementsAre(3));
  EXPECT_THAT(*desk_->Prune(one, /*dry_run=*/false), ElementsAre(3));
}

TEST_F(BackupDeskTest, StopsWhatRunsWhenItGoes) {
  FillBulk(4);
  Reopen();
  BackupSettings settings;
  settings.bytes_per_second = 2 << 20;  // for some seconds
  Open(settings);
  ASSERT_THAT(desk_->StartCreate("", "chen", true), IsOk());
  desk_.reset();
  ASSERT_EQ(heard_.size(), 2u);
  EXPECT_THAT(heard_.back().error, StatusIs(absl::StatusCode::kAborted, HasSubstr("stopped")));
  EXPECT_THAT(GoodIds(), IsEmpty());
}

}  // namespace
}  // namespace glutwatch::storage

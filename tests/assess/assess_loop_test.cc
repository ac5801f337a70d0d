#include "server/assess/assess_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "base/mutex.h"
#include "tests/assess/price_world.h"

namespace glutwatch::assess {
namespace {

constexpr absl::Duration kLong = absl::Seconds(60);
constexpr AssessLoop::Options kFast{.delay = absl::ZeroDuration(), .retry = absl::Milliseconds(1)};

// What was handed over.
struct Handed {
  std::string group;
  int first_day = 0;
  int64_t vintage_us = 0;
  bool last = false;
  bool operator==(const Handed&) const = default;
};
void PrintTo(const Handed& h, std::ostream* os) {
  *os << h.group << " from " << h.first_day << " at " << h.vintage_us << (h.last ? " last" : "");
}

class AssessLoopTest : public PriceWorldTest {
 protected:
  void Close() override {
    loop_.reset();
    PriceWorldTest::Close();
  }
  void Start(int64_t judged_through_us, const AssessLoop::Options& options = kFast) {
    auto loop = AssessLoop::Start(
        store_.get(), catalog_.get(), registry_.get(), judged_through_us,
        [this](absl::Span<const ChangedGroup> groups, int64_t vintage_us, bool last) {
          return Take(groups, vintage_us, last);
        },
        options);
    GLUTWATCH_ASSERT_OK(loop);
    loop_ = *std::move(loop);
  }
  absl::Status Take(absl::Span<const ChangedGroup> groups, int64_t vintage_us, bool last) {
    if (failures_.fetch_sub(1) > 0) return absl::ResourceExhaustedError("DISK_FULL: test");
    MutexLock lock(&mu_);
    for (const ChangedGroup& group : groups) {
      handed_.push_back({absl::StrCat(group.group.product, "@", group.group.region),
                         DayNumber(group.first_day), vintage_us, last});
    }
    if (last) position_ = vintage_us;
    return absl::OkStatus();
  }
  std::vector<Handed> TakeHanded() {
    MutexLock lock(&mu_);
    return std::exchange(handed_, {});
  }

  Mutex mu_;
  std::vector<Handed> handed_ ABSL_GUARDED_BY(mu_);
  int64_t position_ ABSL_GUARDED_BY(mu_) = 0;
  std::atomic<int> failures_{0};
  std::unique_ptr<AssessLoop> loop_;
};

TEST_F(AssessLoopTest, HandsOverTheGroupsThatChanged) {
  Start(0);
  const int64_t at = Append({Row(Garlic("a"), 100, 1), Row(Garlic("b"), 90, 1),
                             Row(Series({"xinfadi", "garlic", "", "CNY", "jin"}), 95, 1)});
  ASSERT_TRUE(loop_->WaitIdle(kLong));
  EXPECT_THAT(TakeHanded(), ::testing::ElementsAre(Handed{"garlic@110106", 95, at, true},
                                                   Handed{"garlic@532930", 90, at, true}));
  EXPECT_EQ(loop_->stats().groups_judged, 2);
  EXPECT_EQ(loop_->stats().lag, absl::ZeroDuration());
}

TEST_F(AssessLoopTest, AMarketThatIsClosedAsAWholeIsNoGroup) {
  Start(0);
  Append({Row(Series({"eryuan", catalog::kAllProducts, "", "CNY", "kg"}), 100, 1)});
  ASSERT_TRUE(loop_->WaitIdle(kLong));
  EXPECT_THAT(TakeHanded(), ::testing::IsEmpty());
  EXPECT_EQ(loop_->stats().rounds, 1);
}

TEST_F(AssessLoopTest, CatchesUpFromTheJournalAfterARestart) {
  const int64_t first = Append({Row(Garlic(), 100, 1)});
  const int64_t second = Append({Row(Garlic(), 101, 1)});
  const int64_t third = Append({Row(Garlic(), 102, 1)});
  Reopen();
  Start(first);
  ASSERT_TRUE(loop_->WaitIdle(kLong));
  const auto handed = TakeHanded();
  ASSERT_FALSE(handed.empty());
  EXPECT_EQ(handed.front().first_day, 101);
  EXPECT_EQ(handed.back().vintage_us, third);
  EXPECT_LT(second, third);
  Reopen();
  Start(third);
  ASSERT_TRUE(loop_->WaitIdle(kLong));
  EXPECT_THAT(TakeHanded(), ::testing::IsEmpty());
}

TEST_F(AssessLoopTest, TheJournalReachesBackToWhatWasNotJudgedEvenWhenItWasFolded) {
  failures_ = 1'000'000;
  Start(0);
  Append({Row(Garlic(), 100, 1)});
  GLUTWATCH_ASSERT_OK(store_->Fold());
  Append({Row(Garlic(), 101, 1)});
  GLUTWATCH_ASSERT_OK(store_->Fold());
  Reopen();
  failures_ = 0;
  Start(0);
  ASSERT_TRUE(loop_->WaitIdle(kLong));
  EXPECT_EQ(TakeHanded().front().first_day, 100);
}

TEST_F(AssessLoopTest, AFailedRoundIsTriedAgainAsAWhole) {
  failures_ = 3;
  Start(0);
  const int64_t at = Append({Row(Garlic(), 100, 1)});
  ASSERT_TRUE(loop_->WaitIdle(kLong));
  EXPECT_THAT(TakeHanded(), ::testing::ElementsAre(Handed{"garlic@532930", 100, at, true}));
  EXPECT_EQ(loop_->stats().failed_rounds, 3);
}

TEST_F(AssessLoopTest, ALargeRoundComesInPiecesOfWhichOnlyTheLastMovesThePosition) {
  Start(0, {.delay = absl::ZeroDuration(), .groups_per_round = 1});
  const int64_t at =
      Append({Row(Garlic(), 100, 1), Row(Series({"xinfadi", "garlic", "", "CNY", "jin"}), 95, 1)});
  ASSERT_TRUE(loop_->WaitIdle(kLong));
  EXPECT_THAT(TakeHanded(), ::testing::ElementsAre(Handed{"garlic@110106", 95, at, false},
                                                   Handed{"garlic@532930", 100, at, true}));
}

TEST_F(AssessLoopTest, WhatWasNotJudgedWhenItStoppedIsJudgedAfterTheRestart) {
  Start(0);
  Append({Row(Garlic(), 100, 1)});
  ASSERT_TRUE(loop_->WaitIdle(kLong));
  TakeHanded();
  failures_ = 1'000'000;
  const int64_t at = Append({Row(Garlic(), 101, 1)});
  EXPECT_FALSE(loop_->WaitIdle(absl::ZeroDuration()));
  EXPECT_GT(loop_->stats().lag, absl::ZeroDuration());
  int64_t position = 0;
  {
    MutexLock lock(&mu_);
    position = position_;
  }
  EXPECT_LT(position, at);
  Reopen();
  failures_ = 0;
  Start(position);
  ASSERT_TRUE(loop_->WaitIdle(kLong));
  EXPECT_THAT(TakeHanded(), ::testing::ElementsAre(Handed{"garlic@532930", 101, at, true}));
}

TEST_F(AssessLoopTest, EveryCommitOfABurstIsJudged) {
  Start(0);
  int64_t at = 0;
  for (int day = 200; day > 0; --day) at = Append({Row(Garlic(), day, 1)});
  ASSERT_TRUE(loop_->WaitIdle(kLong));
  const auto handed = TakeHanded();
  EXPECT_EQ(handed.back().vintage_us, at);
  EXPECT_EQ(handed.back().first_day, 1);
  EXPECT_LE(loop_->stats().rounds, 200);
}

}  // namespace
}  // namespace glutwatch::assess

#include "server/assess/change_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>

namespace glutwatch::assess {
namespace {

using storage::SeriesId;

constexpr absl::Duration kLong = absl::Seconds(60);
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

std::map<uint32_t, int> DaysOf(const ChangeSet::Round& round) {
  std::map<uint32_t, int> days;
  for (const auto& change : round.changes) {
    days[static_cast<uint32_t>(change.series)] = DayNumber(change.first_day);
  }
  return days;
}

void Add(ChangeSet* set, int64_t recorded_us, const std::map<uint32_t, int>& days,
         absl::Time now = kNow) {
  std::vector<ChangeSet::Change> changes;
  for (const auto& [series, day] : days) changes.push_back({SeriesId{series}, Day{day}});
  set->Add(recorded_us, changes, now);
}

TEST(ChangeSetTest, CoalescesASeriesToItsEarliestDay) {
  ChangeSet set;
  Add(&set, 10, {{1, 100}, {2, 50}});
  Add(&set, 20, {{1, 90}, {3, 7}});
  Add(&set, 30, {{2, 60}});
  const auto round = set.Take(absl::ZeroDuration());
  ASSERT_TRUE(round.has_value());
  EXPECT_EQ(DaysOf(*round), (std::map<uint32_t, int>{{1, 90}, {2, 50}, {3, 7}}));
  EXPECT_EQ(round->through_us, 30);
  EXPECT_EQ(round->since, kNow);
}

TEST(ChangeSetTest, ACommitThatTouchedNoSeriesStillMovesThePosition) {
  ChangeSet set;
  Add(&set, 10, {});
  const auto round = set.Take(absl::ZeroDuration());
  EXPECT_TRUE(round->changes.empty());
  EXPECT_EQ(round->through_us, 10);
}

TEST(ChangeSetTest, WhatComesWhileARoundIsOutIsTheNextRound) {
  ChangeSet set;
  Add(&set, 10, {{1, 100}});
  ASSERT_TRUE(set.Take(absl::ZeroDuration()).has_value());
  Add(&set, 20, {{2, 100}});
  set.Done();
  const auto round = set.Take(absl::ZeroDuration());
  EXPECT_EQ(DaysOf(*round), (std::map<uint32_t, int>{{2, 100}}));
  EXPECT_EQ(round->through_us, 20);
}

TEST(ChangeSetTest, ARoundThatWasPutBackComesAgainWithWhatIsNew) {
  ChangeSet set;
  Add(&set, 10, {{1, 100}, {2, 40}});
  auto round = set.Take(absl::ZeroDuration());
  Add(&set, 20, {{1, 120}, {2, 30}}, kNow + absl::Seconds(5));
  set.PutBack(*std::move(round));
  EXPECT_EQ(set.Lag(kNow + absl::Seconds(9)), absl::Seconds(9));
  round = set.Take(absl::ZeroDuration());
  EXPECT_EQ(DaysOf(*round), (std::map<uint32_t, int>{{1, 100}, {2, 30}}));
  EXPECT_EQ(round->through_us, 20);
  EXPECT_EQ(round->since, kNow);
}

TEST(ChangeSetTest, LagIsTheAgeOfTheOldestChangeThatIsNotJudged) {
  ChangeSet set;
  EXPECT_EQ(set.Lag(kNow), absl::ZeroDuration());
  Add(&set, 10, {{1, 100}});
  EXPECT_EQ(set.Lag(kNow + absl::Seconds(3)), absl::Seconds(3));
  ASSERT_TRUE(set.Take(absl::ZeroDuration()).has_value());
  Add(&set, 20, {{1, 100}}, kNow + absl::Seconds(4));
  EXPECT_EQ(set.Lag(kNow + absl::Seconds(5)), absl::Seconds(5));
  set.Done();
  EXPECT_EQ(set.Lag(kNow + absl::Seconds(6)), absl::Seconds(2));
  EXPECT_EQ(set.Lag(kNow), absl::ZeroDuration());  // a clock that was set back
}

TEST(ChangeSetTest, IdleAtOnceWhenThereIsNothing) {
  ChangeSet set;
  EXPECT_TRUE(set.WaitIdle(absl::ZeroDuration()));
  Add(&set, 10, {{1, 1}});
  EXPECT_FALSE(set.WaitIdle(absl::ZeroDuration()));
  ASSERT_TRUE(set.Take(absl::ZeroDuration()).has_value());
  EXPECT_FALSE(set.WaitIdle(absl::ZeroDuration()));
  set.Done();
  EXPECT_TRUE(set.WaitIdle(absl::ZeroDuration()));
}

TEST(ChangeSetTest, StopWakesTakeAndWaitIdle) {
  ChangeSet set;
  std::jthread taker([&] { EXPECT_EQ(set.Take(absl::ZeroDuration()), std::nullopt); });
  set.Stop();
  taker.join();
  ChangeSet waited;
  Add(&waited, 10, {{1, 1}});
  std::jthread waiter([&] { EXPECT_FALSE(waited.WaitIdle(kLong)); });
  waited.Stop();
}

TEST(ChangeSetTest, ManyWritersAndOneJudgeLoseNothing) {
  constexpr int kWriters = 4;
  constexpr int kCommits = 500;
  ChangeSet set;
  Mutex order;  // commits come in order
  int64_t recorded_us = 0;
  std::map<uint32_t, int> judged;  // the earliest day ever handed out
  int64_t through_us = 0;
  std::jthread judge([&] {
    bool refuse = false;
    while (auto round = set.Take(absl::ZeroDuration())) {
      if ((refuse = !refuse)) {
        set.PutBack(*std::move(round));
        continue;
      }
      for (const auto& [series, day] : DaysOf(*round)) {
        const auto [it, added] = judged.try_emplace(series, day);
        it->second = std::min(it->second, day);
      }
      through_us = std::max(through_us, round->through_us);
      set.Done();
    }
  });
  {
    std::vector<std::jthread> writers;
    for (int w = 0; w < kWriters; ++w) {
      writers.emplace_back([&, w] {
        for (int c = kCommits; c > 0; --c) {
          {
            MutexLock lock(&order);
            Add(&set, ++recorded_us, {{static_cast<uint32_t>(w), c}, {100, c}});
          }
          (void)set.Lag(kNow);
        }
      });
    }
  }
  EXPECT_TRUE(set.WaitIdle(kLong));
  set.Stop();
  judge.join();
  EXPECT_EQ(judged, (std::map<uint32_t, int>{{0, 1}, {1, 1}, {2, 1}, {3, 1}, {100, 1}}));
  EXPECT_EQ(through_us, kCommits * kWriters);
}

}  // namespace
}  // namespace glutwatch::assess

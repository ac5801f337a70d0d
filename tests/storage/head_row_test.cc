#include "server/storage/head_row.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "server/storage/head.h"

namespace glutwatch::storage {
namespace {

void ExpectEqual(const Observation& a, const Observation& b) {
  EXPECT_TRUE(a.SameQuoteAs(b)) << DayNumber(a.day) << " " << a.modal_e4 << " " << b.modal_e4;
  EXPECT_EQ(a.flags, b.flags);
  EXPECT_EQ(a.source, b.source);
}

Observation Usual() {
  Observation o;
  o.day = Day{20454};
  o.presence = kHasLow | kHasModal | kHasHigh | kHasArrivals;
  o.low_e4 = 31'000;
  o.modal_e4 = 35'500;
  o.high_e4 = 41'234;
  o.arrivals_e4 = 3'456'000'000'000;  // 345,600,000 kg: only in tenths
  return o;
}

TEST(HeadRowTest, NumbersAtTheEndsOfTheirRangesComeBack) {
  PackedRow row;
  for (const Day day : {kMinDay, kMaxDay}) {
    for (const DayStatus status : {DayStatus::kTraded, DayStatus::kNotReported}) {
      Observation o = Usual();
      o.day = day;
      o.status = status;
      o.lot = 4095;
      o.flags = 1023;
      o.modal_e4 = std::numeric_limits<int32_t>::max();
      o.low_e4 = 0;
      o.high_e4 = int64_t{o.modal_e4} * 2;
      ASSERT_TRUE(PackRow(o, &row));
      ExpectEqual(UnpackRow(row), o);
    }
  }
}

TEST(HeadRowTest, WhatDoesNotFitIsRefusedNotCut) {
  PackedRow row;
  const auto packs = [&](auto change) {
    Observation o = Usual();
    change(&o);
    return PackRow(o, &row);
  };
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(packs([](Observation* o) { o->modal_e4 = int64_t{1} << 31; }));
  EXPECT_FALSE(packs([](Observation* o) { o->low_e4 = -(int64_t{1} << 32); }));
  EXPECT_FALSE(packs([](Observation* o) { o->high_e4 = kMost; }));
  EXPECT_FALSE(packs([](Observation* o) { o->low_e4 = std::numeric_limits<int64_t>::min(); }));
  EXPECT_FALSE(packs([](Observation* o) { o->arrivals_e4 = (int64_t{1} << 31) + 1; }));
  EXPECT_FALSE(packs([](Observation* o) { o->day = kMaxDay + 1; }));
  EXPECT_FALSE(packs([](Observation* o) { o->presence = 16; }));
  EXPECT_FALSE(packs([](Observation* o) { o->lot = 4096; }));
  EXPECT_FALSE(packs([](Observation* o) { o->flags = 1024; }));
}

// Rows of every size, some of which no packed row can hold.
TEST(HeadRowTest, TheHeadGivesBackWhatItWasGiven) {
  std::mt19937_64 random(20261127);
  HeadEpoch epoch(1);
  std::vector<Observation> rows;
  for (int i = 0; i < 20'000; ++i) {
    Observation o;
    const auto number = [&] { return static_cast<int64_t>(random() >> (random() % 64)); };
    o.day = kMinDay + static_cast<int>(random() % 98'000);
    o.lot = static_cast<uint16_t>(random());
    o.status = static_cast<DayStatus>(1 + random() % 5);
    o.presence = static_cast<uint8_t>(random() % 16);
    o.flags = static_cast<uint16_t>(random());
    o.modal_e4 = number();
    o.low_e4 = o.modal_e4 / 2;
    o.high_e4 = number();
    o.arrivals_e4 = number();
    o.source = static_cast<uint16_t>(i % 3);
    epoch.BeginCommit(1000 + i, o.source);
    epoch.Append(SeriesId{7}, o);
    rows.push_back(o);
  }
  size_t left = rows.size();
  epoch.ForEach(SeriesId{7}, [&](const HeadRow& row) {
    ASSERT_GT(left, 0u);
    --left;
    ExpectEqual(row.observation, rows[left]);
    EXPECT_EQ(row.recorded_us, 1000 + static_cast<int64_t>(left));
  });
  EXPECT_EQ(left, 0u);
}

TEST(HeadRowTest, RowsFromADayOnAreAllVisitedWhateverTheOrderOfArrival) {
  std::mt19937_64 random(20261128);
  for (int round = 0; round < 200; ++round) {
    HeadEpoch epoch(1);
    epoch.BeginCommit(1, 0);
    std::vector<int> days;
    for (int i = 0; i < 100; ++i) {
      Observation o = Usual();
      // In order, nearly in order, in the reverse order, in none; now and then far apart.
      const int disorder = round % 4 == 1 ? static_cast<int>(random() % 5) : 0;
      int day = round % 4 == 2 ? -i : round % 4 == 3 ? static_cast<int>(random() % 100) : i;
      if (round % 40 == 3 && i % 7 == 0) day += 50'000;
      o.day = Day{day - disorder};
      if (i % 11 == 0) o.modal_e4 = int64_t{1} << 40;  // a wide row
      epoch.Append(SeriesId{1}, o);
      days.push_back(DayNumber(o.day));
    }
    const Day from{static_cast<int>(random() % 140) - 20};
    std::vector<int> visited;
    epoch.ForEach(SeriesId{1}, from, [&](const HeadRow& row) {
      if (row.observation.day >= from) visited.push_back(DayNumber(row.observation.day));
    });
    std::reverse(visited.begin(), visited.end());
    days.erase(
        std::remove_if(days.begin(), days.end(), [&](int day) { return day < DayNumber(from); }),
        days.end());
    EXPECT_EQ(visited, days) << "round " << round;
    EXPECT_TRUE(days.empty() || epoch.MayHave(SeriesId{1}, from, kMaxDay));
  }
}

TEST(HeadRowTest, OrderedRowsBeforeTheFirstDayAreNotVisited) {
  HeadEpoch epoch(1);
  epoch.BeginCommit(1, 0);
  for (int i = 0; i < 1000; ++i) {
    Observation o = Usual();
    o.day = Day{i};
    epoch.Append(SeriesId{1}, o);
  }
  int visits = 0;
  epoch.ForEach(SeriesId{1}, Day{990}, [&](const HeadRow&) { ++visits; });
  EXPECT_EQ(visits, 10);
  EXPECT_FALSE(epoch.MayHave(SeriesId{1}, Day{1000}, Day{2000}));
  EXPECT_FALSE(epoch.MayHave(SeriesId{1}, Day{-5}, Day{-1}));
}

TEST(HeadRowTest, UnlinkTakesBackTheNewestRowsOfASeries) {
  HeadEpoch epoch(1);
  epoch.BeginCommit(1, 0);
  for (int i = 0; i < 3; ++i) {
    Observation o = Usual();
    o.day = Day{i};
    epoch.Append(SeriesId{1}, o);
    epoch.Append(SeriesId{2}, o);
  }
  epoch.Unlink(SeriesId{1});
  epoch.Unlink(SeriesId{1});
  const auto days = [&](SeriesId series) {
    std::vector<int> result;
    epoch.ForEach(series,
                  [&](const HeadRow& row) { result.push_back(DayNumber(row.observation.day)); });
    return result;
  };
  EXPECT_EQ(days(SeriesId{1}), std::vector<int>{0});
  EXPECT_EQ(days(SeriesId{2}), (std::vector<int>{2, 1, 0}));
  EXPECT_EQ(epoch.rows(), 4);
}

}  // namespace
}  // namespace glutwatch::storage

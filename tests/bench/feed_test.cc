#include "bench/feed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

namespace glutwatch::bench {
namespace {

auto Fields(const FeedRow& row) {
  return std::tie(row.market, row.product, row.day, row.low_fen, row.average_fen, row.high_fen,
                  row.arrivals_tenths);
}

constexpr FeedShape kSmall{3, 5, 40};

// Made by the generator that the peers were first measured with (feed_reference_test.py runs it
// again where it is at hand).
TEST(FeedTest, RowsAreThoseThatThePeersWereMeasuredWith) {
  EXPECT_EQ(ChecksumOf(MakeRows(kDailyShape, FeedOrder::kByDay)), 0xec6f68921f7e25c0u);
  EXPECT_EQ(ChecksumOf(MakeRows(kBackfillShape, FeedOrder::kBySeries)), 0x52927a4a4a664aa0u);
  EXPECT_EQ(ChecksumOf(MakeRows(kBackfillShape, FeedOrder::kByDay)), 0x52ed48a57c654a94u);
}

TEST(FeedTest, BothOrdersHoldTheSameRows) {
  auto by_series = MakeRows(kSmall, FeedOrder::kBySeries);
  const auto by_day = MakeRows(kSmall, FeedOrder::kByDay);
  ASSERT_EQ(by_series.size(), kSmall.rows());
  ASSERT_EQ(by_day.size(), kSmall.rows());
  std::stable_sort(by_series.begin(), by_series.end(),
                   [](const FeedRow& a, const FeedRow& b) { return a.day < b.day; });
  for (size_t i = 0; i < by_day.size(); ++i) EXPECT_EQ(Fields(by_series[i]), Fields(by_day[i]));
}

TEST(FeedTest, DaysTakenInPiecesAreThoseTakenAtOnce) {
  FeedDays whole(kSmall);
  FeedDays pieces(kSmall);
  const auto all = whole.Take(kSmall.days);
  std::vector<FeedRow> joined = pieces.Take(7);
  for (const FeedRow& row : pieces.Take(kSmall.days - 7)) joined.push_back(row);
  EXPECT_EQ(ChecksumOf(joined), ChecksumOf(all));
  EXPECT_EQ(ChecksumOf(all), ChecksumOf(MakeRows(kSmall, FeedOrder::kByDay)));
}

TEST(FeedTest, EverySeriesHasOneRowADayUpToTheLast) {
  const auto rows = MakeRows(kSmall, FeedOrder::kBySeries);
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(kSmall.SeriesOf(rows[i]), i / kSmall.days);
    EXPECT_EQ(rows[i].day, FirstDay(kSmall) + static_cast<int32_t>(i % kSmall.days));
    EXPECT_LE(rows[i].low_fen, rows[i].average_fen);
    EXPECT_LE(rows[i].average_fen, rows[i].high_fen);
  }
  EXPECT_EQ(rows.back().day, kLastFeedDay);
}

TEST(FeedTest, ChecksumSeesEveryFieldAndTheOrder) {
  const auto rows = MakeRows(kSmall, FeedOrder::kByDay);
  const uint64_t checksum = ChecksumOf(rows);
  const auto after = [&rows](auto change) {
    auto changed = rows;
    change(&changed);
    return ChecksumOf(changed);
  };
  EXPECT_NE(after([](auto* r) { ++(*r)[9].market; }), checksum);
  EXPECT_NE(after([](auto* r) { ++(*r)[9].product; }), checksum);
  EXPECT_NE(after([](auto* r) { ++(*r)[9].day; }), checksum);
  EXPECT_NE(after([](auto* r) { ++(*r)[9].low_fen; }), checksum);
  EXPECT_NE(after([](auto* r) { ++(*r)[9].average_fen; }), checksum);
  EXPECT_NE(after([](auto* r) { ++(*r)[9].high_fen; }), checksum);
  EXPECT_NE(after([](auto* r) { ++(*r)[9].arrivals_tenths; }), checksum);
  EXPECT_NE(after([](auto* r) { std::swap((*r)[0], (*r)[1]); }), checksum);
}

}  // namespace
}  // namespace glutwatch::bench

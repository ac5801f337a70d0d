#pragma once
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"

// The rows that every store is measured with: a national price feed that is made up, the same on
// every machine. tests/bench/feed_test.cc holds their checksums.
namespace glutwatch::bench {

// One quotation. Prices are in fen per kg, arrivals in tenths of a tonne.
struct FeedRow {
  uint32_t market = 0;   // from 0
  uint32_t product = 0;  // from 0
  int32_t day = 0;       // since 1970-01-01
  int32_t low_fen = 0;
  int32_t average_fen = 0;
  int32_t high_fen = 0;
  int32_t arrivals_tenths = 0;
};

// How many rows there are of what. Series s is product s % products of market s / products; each
// has one row a day, up to and including kLastFeedDay.
struct FeedShape {
  uint32_t markets = 0;
  uint32_t products = 0;
  uint32_t days = 0;

  uint32_t series() const { return markets * products; }
  uint64_t rows() const { return uint64_t{series()} * days; }
  uint32_t SeriesOf(const FeedRow& row) const { return row.market * products + row.product; }
};

inline constexpr int32_t kLastFeedDay = 20453;             // 2025-12-31
inline constexpr FeedShape kDailyShape{2000, 250, 10};     // 500,000 series x 10 days
inline constexpr FeedShape kBackfillShape{100, 50, 1000};  // 5,000 series x 1,000 days
inline constexpr int32_t FirstDay(const FeedShape& shape) {
  return kLastFeedDay - static_cast<int32_t>(shape.days) + 1;
}

// One series' quotations: product level x market level x seasons of the year and the week x
// exp(AR(1) noise); 30 % of the quotations repeat the day before, as bulletins do. Draws from its
// own generator, so that its values depend neither on other series nor on the order of rows.
class FeedSeries {
 public:
  FeedSeries(const FeedShape& shape, uint32_t series);
  // The next day's row. `day` goes up by one from call to call.
  FeedRow Next(int32_t day);

 private:
  FeedRow last_;
  float base_ = 0;       // yuan per kg
  float amplitude_ = 0;  // of the year
  float phase_ = 0;
  float arrivals_ = 0;  // tonnes
  float spread_ = 0;    // of low and high from the average
  float price_walk_ = 0;
  float arrivals_walk_ = 0;
  uint64_t random_ = 0;
};

// All series of a shape, day after day, from its first day on. Not thread-safe.
class FeedDays {
 public:
  explicit FeedDays(const FeedShape& shape);
  // Calls `visit` for the next day's rows; series ascend.
  void Next(absl::FunctionRef<void(const FeedRow&)> visit);
  // The rows of the next `days` days.
  std::vector<FeedRow> Take(uint32_t days);

 private:
  std::vector<FeedSeries> series_;
  int32_t day_;
};

enum class FeedOrder { kBySeries, kByDay };

// Calls `visit` for each row of `shape`. By day, series ascend within a day.
void ForEachRow(const FeedShape& shape, FeedOrder order,
                absl::FunctionRef<void(const FeedRow&)> visit);

// All rows; 28 bytes each.
std::vector<FeedRow> MakeRows(const FeedShape& shape, FeedOrder order);

// FNV-1a over every field of every row in order.
uint64_t ChecksumOf(const std::vector<FeedRow>& rows);

}  // namespace glutwatch::bench

#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "base/day.h"
#include "server/observe/day_prices.h"
#include "server/observe/period.h"

namespace glutwatch::observe {

// How markets count. Values are those of glutwatch.v1.AggregateWeighting.
enum class Weighting : uint8_t {
  kPlain = 1,   // every market once
  kVolume = 2,  // by arrivals; days without are left out
};

struct AggregateOptions {
  Period period = Period::kDay;
  Weighting weighting = Weighting::kPlain;
  std::vector<double> quantiles = {};  // each 0..1
  bool with_arrivals = false;          // DayPrices have arrivals; implied by kVolume
  bool with_extremes = true;           // otherwise minima and maxima are NaN
};

// One group's figures: element i of every column is the i-th period, oldest first. A period
// without any row is absent; where everything was left out, prices are NaN and markets 0.
struct AggregateFigures {
  std::vector<Day> period_starts;
  std::vector<double> means;
  std::vector<double> minima;  // of the days that count
  std::vector<double> maxima;
  std::vector<std::vector<double>> quantiles;  // as AggregateOptions::quantiles
  std::vector<double> arrivals;                // NaN where no day that counts has any
  std::vector<int64_t> markets;                // behind the mean
  std::vector<int64_t> observations;           // days of series behind the mean
  std::vector<int64_t> suspicious;             // rows
  std::vector<int64_t> unweighed;              // days of series with a price but no arrivals
  std::vector<int64_t> unweighed_markets;      // markets that have only such days

  size_t size() const { return period_starts.size(); }
};

// Averages the days of one group's series over periods and markets.
//
// kPlain: a market's figure of a period is the mean over its series of each series' mean over its
// days; the group's is the mean over markets. Neither many days nor many series make a market
// count more. kVolume: the sum of price times arrivals over the sum of arrivals, over all days.
//
// Quantiles are over the markets' figures of the period, by interpolation (kPlain: 0.5 of 1, 2 is
// 1.5), or by arrivals (kVolume: the lowest figure up to which that share of arrivals was traded).
//
// Not thread-safe; keeps its memory from group to group. Costs a few nanoseconds for each day of a
// series, and 40 bytes for each market and period if there are quantiles.
class GroupAggregator {
 public:
  explicit GroupAggregator(AggregateOptions options);

  // Adds a series. Those of one market come one after the other; `last_of_market` ends it.
  //
  // INVALID_ARGUMENT "TOO_MANY_VALUES" if quantiles would need more than kMaxQuantileValues
  // markets' figures.
  absl::Status Add(const DayPrices& series, bool last_of_market);
  static constexpr size_t kMaxQuantileValues = 4'000'000;

  // Replaces `out` by the figures and begins the next group. After a `last_of_market`. Prices are
  // divided by `price_divisor` here, once, where series of one unit were added undivided: sums of
  // quoted prices are exact, and quotes come out as they went in.
  void Finish(double price_divisor, AggregateFigures* out);

 private:
  // The periods of the group, in columns: sums of many series run over each as a whole.
  struct Cells {
    std::vector<double> sum;  // of the markets' means, or of price times arrivals
    std::vector<double> min;  // infinite where there is none
    std::vector<double> max;
    std::vector<double> arrivals;
    std::vector<int32_t> markets;
    std::vector<int32_t> observations;
    std::vector<int32_t> suspicious;
    std::vector<int32_t> unweighed;
    std::vector<int32_t> unweighed_markets;

    size_t size() const { return sum.size(); }
    // Makes room for `count` new cells, in front or at the end.
    void Add(size_t count, bool in_front);
    void Clear();
  };
  // A period of the market that is being added.
  struct MarketCell {
    double sum = 0;  // of the series' means, or of price times arrivals
    double arrivals = 0;
    int32_t series = 0;  // that have a price in it
  };
  // A market's figure.
  struct Value {
    double figure = 0;
    double weight = 0;
  };

  // Makes cells for the periods from `first` to `last`.
  void Cover(int32_t first, int32_t last);
  size_t Index(int32_t period) const { return static_cast<size_t>(period - base_); }
  // One series' days of one period, as its part of a market; counted in the cell.
  template <bool kVolume, bool kArrivals>
  MarketCell TakeDays(const DayPrices& series, size_t begin, size_t end, size_t cell);
  template <bool kVolume, bool kArrivals>
  void AddDays(const DayPrices& series, bool only_of_market);
  // The same, faster, where there is nothing to average within a market and a period: a market's
  // only series by day, with equal weights and without quantiles.
  template <bool kArrivals>
  void AddLoneDays(const DayPrices& series);
  template <bool kArrivals>
  void AddConsecutiveDays(const DayPrices& series);
  // The market's part of one period into the group.
  template <bool kVolume, bool kArrivals>
  void AddMarket(int32_t period, const MarketCell& market);
  template <bool kVolume, bool kArrivals>
  void AddSeries(const DayPrices& series, bool last_of_market);
  void FinishPeriod(size_t cell, double price_divisor, AggregateFigures* out) const;
  void FinishQuantiles(double price_divisor, AggregateFigures* out);

  const AggregateOptions options_;
  int32_t base_ = 0;  // the period of the first cell
  Cells cells_;
  std::vector<MarketCell> market_;  // as long as cells_; between markets all as new
  // The periods that the market has touched.
  int32_t market_first_ = std::numeric_limits<int32_t>::max();
  int32_t market_last_ = std::numeric_limits<int32_t>::min();
  // The markets' figures and their periods, for quantiles.
  std::vector<Value> values_;
  std::vector<int32_t> value_periods_;
  std::vector<Value> sorted_;  // scratch of FinishQuantiles
};

}  // namespace glutwatch::observe

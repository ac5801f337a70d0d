#pragma once
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "base/day.h"
#include "forecast/price_history.h"

namespace glutwatch::forecast::risk {

// Where a price stands on one day, judged only by what was known on that day. An indicator that the
// data cannot support is nullopt.
struct DayIndicators {
  Day day{};
  std::optional<double> price;          // the day's own
  std::optional<double> median_price;   // of the newest five prices of the last 21 days
  std::optional<double> norm;           // usual at this time of the year, unit of the price
  int norm_years = 0;                   // earlier years that the norm rests on
  std::optional<double> price_to_norm;  // median_price / norm
  std::optional<double> ifpa;           // FAO; low is negative
  std::optional<double> alps;  // WFP on log prices, in standard deviations; low is negative
  // Hold them against a line with IsBelow and IsAtMost of cost_ratio.h, which see exact fractions.
  std::optional<double> price_to_total_cost;  // median_price / total cost
  std::optional<double> price_to_cash_cost;   // median_price / cash cost
  std::optional<double> year_on_year;         // median_price / median around the same day last year
  std::optional<double> norm_in_28_days;      // norm 28 days ahead / today's norm
  std::optional<double> forecast_to_norm;     // forecast 28 days ahead / norm of that day
  bool operator==(const DayIndicators&) const = default;
};

// What it costs to produce one unit of the price; nullopt if unknown.
struct Costs {
  std::optional<double> total;
  std::optional<double> cash;
};

struct IndicatorOptions {
  bool with_forecast = false;  // fills forecast_to_norm, which costs a fit per day
};

// The indicators of `history` on every day of [from, to] that has a price, ascending.
//
// A day's value uses only prices dated up to it, so that asking for [d, d] gives bit for bit what
// asking for a longer range gives for d. Pure and deterministic. About 5 us a day without the
// forecast, amortised over a range.
//
// INVALID_ARGUMENT: from > to, or a price up to `to` that is infinite or not above 0 (names the
// day); a cost that is not above 0.
absl::StatusOr<std::vector<DayIndicators>> ComputeIndicators(const PriceHistory& history,
                                                             const Costs& costs, Day from, Day to,
                                                             const IndicatorOptions& options = {});

}  // namespace glutwatch::forecast::risk

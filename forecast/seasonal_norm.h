#pragma once
#include <optional>

#include "base/day.h"
#include "forecast/price_history.h"

namespace glutwatch::forecast {

// What is usual at a time of the year.
struct Norm {
  double price = 0;  // unit of the history
  int years = 0;     // earlier years that it rests on
};

struct SeasonalNormOptions {
  int half_window_days = 10;  // around the same day of an earlier year; one 旬 either way
  int max_years = 5;
  int min_years = 2;  // fewer earlier years with a price in the window: no norm
  // The norm is never below this, say the direct cost: a glut of years must not become usual.
  double floor = 0;
};

// The norm for `day`, from the prices dated up to `known_through`: for each of the earlier years,
// the median of the prices in a window around the same civil day; over the years, the mean
// without the highest and the lowest from four years on (the Olympic mean that Taiwan's cost rule
// uses), the median below; at least `floor`. 29 February falls on the 28th in common years.
//
// nullopt with fewer than min_years. `day` may lie up to a year ahead. About 1 us. Pure.
std::optional<Norm> SeasonalNorm(const PriceHistory& history, Day day, Day known_through,
                                 const SeasonalNormOptions& options = {});

// The median of `values`, which it reorders; NaN if empty. The mean of the middle two if even.
double Median(absl::Span<double> values);

}  // namespace glutwatch::forecast

#pragma once
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace glutwatch::forecast {

// y = seasonal + trend + remainder. A remainder is NaN where the value is missing; the rest is not.
struct Decomposition {
  std::vector<double> seasonal;
  std::vector<double> trend;
  std::vector<double> remainder;
  std::vector<double> weights;  // how far each value counted, 0..1: below 1 for outliers if robust
};

struct StlOptions {
  static constexpr int kPeriodic = 0;
  // Values of one place in the season that are smoothed over; odd, at least 7 for a smooth season.
  int seasonal_window = kPeriodic;
  // Steps that the trend is smoothed over, odd; 0: the least that keeps the season out of it.
  int trend_window = 0;
  // Ten steps between two fits of a window's width or one: as R does, and hardly to be seen.
  bool jumps = true;
  // Outliers count less and less over 15 rounds.
  bool robust = false;
};

// Seasonal-trend decomposition by loess. Equal to R's stl(s.degree = 0) with the same windows, but
// for robust fits to an even number of values, where R (4.2) does not always take the median.
// Missing values, which R refuses, are drawn straight between their neighbours and do not count.
//
// INVALID_ARGUMENT: an infinite value, a period below 2, an even or negative window.
// FAILED_PRECONDITION: fewer than two whole seasons, or two observed values.
// About 0.1 ms for 1,000 values, 1 ms if robust.
//
// Source: Cleveland, Cleveland, McRae, Terpenning, "STL: A Seasonal-Trend Decomposition Procedure
// Based on Loess", Journal of Official Statistics 6 (1990).
absl::StatusOr<Decomposition> Stl(absl::Span<const double> y, int period,
                                  const StlOptions& options = {});

// How much of what is left without the trend (the season) the season (the trend) explains, 0..1:
// Hyndman and Athanasopoulos, "Forecasting: Principles and Practice" (2021), section 4.3.
double SeasonalStrength(const Decomposition& decomposition);
double TrendStrength(const Decomposition& decomposition);

// Missing values drawn straight between their neighbours, and level before the first and after the
// last one. `y` has at least one that is not missing.
std::vector<double> FillStraight(absl::Span<const double> y);

}  // namespace glutwatch::forecast

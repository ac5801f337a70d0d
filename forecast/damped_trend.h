#pragma once
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace glutwatch::forecast {

// A fitted damped trend, ETS(A,Ad,N): parameters and state, no reference to the data.
//
//   y_t = l + phi b + e;  l' = l + phi b + alpha e;  b' = phi b + alpha beta e
//
// A missing day moves the state along its forecast and widens the next one: an error that follows
// g missing days is taken to be a forecast error g + 1 days ahead. So a weekly or monthly series
// has honest intervals, and a forecast widens while no price comes.
//
// Value type. Source: Hyndman et al., "Forecasting with Exponential Smoothing" (2008), chapters
// 2, 5, 6.
class DampedTrend {
 public:
  // Fits to `y`, equally spaced, oldest first; NaN is a missing day, over which the state moves on.
  // Chooses among a fixed grid of parameters the likeliest under normal errors, which without
  // missing days is the one of least squared one-step error. Deterministic; about 0.3 ms for 730
  // points.
  //
  // INVALID_ARGUMENT: an infinite value. FAILED_PRECONDITION: fewer than kMinObserved points.
  // OUT_OF_RANGE: values beyond 10^150 or so, whose squares overflow.
  static absl::StatusOr<DampedTrend> Fit(absl::Span<const double> y);
  static constexpr int kMinObserved = 10;

  // Moves the state on by one day. NaN is a missing day. O(1).
  void Update(double y);

  // The forecast `h` >= 1 days after the last one.
  double Mean(int h) const;
  // The standard deviation of its error, in the unit of y. O(h + missing days before it).
  double Deviation(int h) const;

  int observed() const { return observed_; }

 private:
  struct Parameters {
    double alpha;
    double beta;  // of the level's own correction
    double phi;
  };
  struct Fitness {
    double sum_squares = 0;  // of the errors, each over its spread
    double log_spread = 0;   // sum of the spreads' logarithms
  };
  // Runs the filter from the first observed value. `y` has at most `most_missing` NaN in a row.
  Fitness Run(absl::Span<const double> y, const Parameters& parameters, int most_missing);
  // The variance of the forecast error h days ahead over that of one day ahead.
  double Spread(int h) const;

  Parameters parameters_{0.5, 0.1, 0.9};
  double level_ = 0;
  double slope_ = 0;
  double variance_ = 0;  // of the one-step error
  int observed_ = 0;
  int missing_ = 0;  // days since the last observed value
};

}  // namespace glutwatch::forecast

#pragma once
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace glutwatch::forecast {

// A fitted damped trend, ETS(A,Ad,N): parameters and state, no reference to the data.
//
//   y_t = l + phi b + e;  l' = l + phi b + alpha e;  b' = phi b + alpha beta e
//
// Value type. Source: Hyndman et al., "Forecasting with Exponential Smoothing" (2008), chapters
// 2, 6.
class DampedTrend {
 public:
  // Fits to `y`, equally spaced, oldest first; NaN is a missing day, over which the state moves on.
  // Chooses among a fixed grid of parameters the one of least squared one-step error.
  // Deterministic; about 0.2 ms for 730 points.
  //
  // INVALID_ARGUMENT: an infinite value. FAILED_PRECONDITION: fewer than kMinObserved points.
  static absl::StatusOr<DampedTrend> Fit(absl::Span<const double> y);
  static constexpr int kMinObserved = 10;

  // Moves the state on by one day. NaN is a missing day. O(1).
  void Update(double y);

  // The forecast `h` >= 1 days after the last one.
  double Mean(int h) const;
  // The standard deviation of its error, in the unit of y. O(h).
  double Deviation(int h) const;

  int observed() const { return observed_; }

 private:
  struct Parameters {
    double alpha;
    double beta;  // of the level's own correction
    double phi;
  };
  // Runs the filter from the first observed value; returns the sum of squared errors.
  double Run(absl::Span<const double> y, const Parameters& parameters);

  Parameters parameters_{0.5, 0.1, 0.9};
  double level_ = 0;
  double slope_ = 0;
  double variance_ = 0;  // of the one-step error
  int observed_ = 0;
};

}  // namespace glutwatch::forecast

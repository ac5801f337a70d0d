#pragma once
#include <memory>
#include <string>
#include <vector>

#include "forecast/models/model.h"

namespace glutwatch::forecast {

// The plain models that every other has to beat: the next value is the last one, or that of a
// season ago, or the last one plus the mean step. As R's naive, snaive and rwf(drift = TRUE).
//
//   y_t = y_{t-lag} + drift + e,  e normal
//
// A missing value counts as that of a lag before. Errors after a gap are errors of more than one
// step, and so are forecasts that rest on an old value: their variance is divided and multiplied by
// the steps, so that intervals are honest in series with gaps. Without gaps all equals R's.
class LagWalk final : public Model {
 public:
  std::string name() const override;  // "naive", "seasonal naive [7]", "drift"
  absl::Status Update(double y) override;
  absl::StatusOr<Forecast> Predict(int horizon,
                                   absl::Span<const double> probabilities) const override;
  void Simulate(Random* random, absl::Span<double> path) const override;
  absl::Span<const double> residuals() const override { return residuals_; }
  const FitScore& score() const override { return score_; }
  std::string Serialize() const override;
  std::unique_ptr<Model> Clone() const override { return std::make_unique<LagWalk>(*this); }

  double drift() const { return drift_; }
  double sigma() const { return sigma_; }  // of an error one lag ahead

 private:
  friend absl::StatusOr<std::unique_ptr<LagWalk>> FitLagWalk(absl::Span<const double> y, int lag,
                                                             bool with_drift);
  friend absl::StatusOr<std::unique_ptr<LagWalk>> ParseLagWalk(absl::string_view bytes);

  struct Last {
    double value = 0;
    int age = -1;  // lags since it was observed; -1: never
  };
  // Moves on; the error over the forecast, NaN if there is none.
  double Advance(double y);
  size_t lag() const { return last_.size(); }

  std::vector<Last> last_;  // by place in the season
  size_t place_ = 0;        // of the next value
  bool with_drift_ = false;
  double drift_ = 0;
  double drift_error_ = 0;  // the standard error of the drift
  double sigma_ = 0;
  FitScore score_;
  std::vector<double> residuals_;
};

// All: INVALID_ARGUMENT for infinite values and a period outside [2, 1000]; FAILED_PRECONDITION
// with fewer than two errors to learn from, three for the drift, or a step of the season without
// any value. O(n).
absl::StatusOr<std::unique_ptr<LagWalk>> FitNaive(absl::Span<const double> y);
absl::StatusOr<std::unique_ptr<LagWalk>> FitSeasonalNaive(absl::Span<const double> y, int period);
absl::StatusOr<std::unique_ptr<LagWalk>> FitDrift(absl::Span<const double> y);

// What LagWalk::Serialize wrote. DATA_LOSS for anything else.
absl::StatusOr<std::unique_ptr<LagWalk>> ParseLagWalk(absl::string_view bytes);

}  // namespace glutwatch::forecast

#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forecast/models/forecast.h"
#include "forecast/numeric/random.h"

namespace glutwatch::forecast {

// A model that was fitted to a series: parameters and the state after the last value, with no
// reference to the data.
//
// Steps are equally spaced; NaN is a missing value, over which the state moves on. Equal input
// gives equal bits. A const model may be read from many threads.
class Model {
 public:
  virtual ~Model() = default;

  // What it is, for people and programs: "ETS(A,Ad,M)", "ARIMA(1,1,1)(0,1,1)[7]".
  virtual std::string name() const = 0;

  // Moves the state on by one step, without fitting again: what a fit of the same parameters to
  // the longer series would have. O(1) in the length of the series.
  //
  // INVALID_ARGUMENT: an infinite value; the state is as it was.
  virtual absl::Status Update(double y) = 0;

  // The `horizon` steps after the last one, with a quantile for each probability.
  //
  // INVALID_ARGUMENT: see CheckHorizon, CheckProbabilities. OUT_OF_RANGE: the forecast is no
  // finite number.
  virtual absl::StatusOr<Forecast> Predict(int horizon,
                                           absl::Span<const double> probabilities) const = 0;

  // One possible future: fills `path` with the steps after the last one.
  virtual void Simulate(Random* random, absl::Span<double> path) const = 0;

  // One-step errors over the series that it was fitted to, in its unit; NaN where the value is
  // missing or the model could not forecast yet. Empty after parsing.
  virtual absl::Span<const double> residuals() const = 0;
  // Of the fit; Update does not move it.
  virtual const FitScore& score() const = 0;

  // The state as bytes: a kind, a version, then what the kind needs, without residuals. A newer
  // program reads the bytes of an older one.
  virtual std::string Serialize() const = 0;

  virtual std::unique_ptr<Model> Clone() const = 0;
};

// The first byte of a serialised model. Values are on disk: they never change.
enum class ModelKind : uint8_t {
  kNaive = 1,
  kSeasonalNaive = 2,
  kDrift = 3,
  kEts = 4,
  kTheta = 5,
  kSeasonallyAdjusted = 6,
  kMedianEnsemble = 7,
};

}  // namespace glutwatch::forecast

#pragma once
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace glutwatch::forecast {

// The longest forecast, in steps.
inline constexpr int kMaxHorizon = 1000;

// What a model says of the steps after the last one it saw. Index 0 of a step is the first of them.
// In the unit of the series.
struct Forecast {
  std::vector<double> mean;                    // [step]
  std::vector<double> probabilities;           // ascending, each in (0, 1)
  std::vector<std::vector<double>> quantiles;  // [probability][step]

  int horizon() const { return static_cast<int>(mean.size()); }
};

// How well a model explains the series that it was fitted to. Compare models of one likelihood
// only: see each model for what its constant leaves out.
struct FitScore {
  double log_likelihood = 0;
  int parameters = 0;  // estimated, the variance and the initial states included
  int observed = 0;    // values that were not missing
  double aic = 0;
  double aicc = 0;  // infinite where observed <= parameters + 1
  double bic = 0;
};

// The score with its criteria worked out: AIC = 2k - 2L, AICc = AIC + 2k(k + 1) / (n - k - 1),
// BIC = k log n - 2L.
FitScore MakeFitScore(double log_likelihood, int parameters, int observed);

// INVALID_ARGUMENT unless 1 <= horizon <= kMaxHorizon.
absl::Status CheckHorizon(int horizon);
// INVALID_ARGUMENT unless the probabilities lie in (0, 1) and ascend. None at all is fine.
absl::Status CheckProbabilities(absl::Span<const double> probabilities);
// OUT_OF_RANGE names `model` and the first step whose mean or quantile is no finite number.
absl::Status CheckFinite(const Forecast& forecast, absl::string_view model);
// INVALID_ARGUMENT names the first infinite value; NaN is a missing one.
// FAILED_PRECONDITION if fewer than `least` are not missing.
absl::Status CheckSeries(absl::Span<const double> y, int least);

}  // namespace glutwatch::forecast

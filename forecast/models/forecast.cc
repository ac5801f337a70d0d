#include "forecast/models/forecast.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"

namespace glutwatch::forecast {

FitScore MakeFitScore(double log_likelihood, int parameters, int observed) {
  const double k = parameters;
  const double spare = observed - k - 1;
  FitScore score{.log_likelihood = log_likelihood, .parameters = parameters, .observed = observed};
  score.aic = 2 * k - 2 * log_likelihood;
  score.aicc =
      spare > 0 ? score.aic + 2 * k * (k + 1) / spare : std::numeric_limits<double>::infinity();
  score.bic = k * std::log(observed) - 2 * log_likelihood;
  return score;
}

absl::Status CheckHorizon(int horizon) {
  if (horizon >= 1 && horizon <= kMaxHorizon) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("horizon is ", horizon, ", expected 1 to ", kMaxHorizon));
}

absl::Status CheckProbabilities(absl::Span<const double> probabilities) {
  double before = 0;
  for (size_t i = 0; i < probabilities.size(); ++i) {
    const double p = probabilities[i];
    if (!(p > before && p < 1)) {
      return absl::InvalidArgumentError(absl::StrCat("probability ", i, " is ", p,
                                                     ", expected more than ", before,
                                                     " and less than 1: they ascend"));
    }
    before = p;
  }
  return absl::OkStatus();
}

absl::Status CheckFinite(const Forecast& forecast, absl::string_view model) {
  for (size_t h = 0; h < forecast.mean.size(); ++h) {
    double sum = forecast.mean[h];
    for (const std::vector<double>& quantile : forecast.quantiles) sum += std::fabs(quantile[h]);
    if (std::isfinite(sum)) continue;
    return absl::OutOfRangeError(
        absl::StrCat(model, ": the forecast of step ", h + 1, " is no finite number"));
  }
  return absl::OkStatus();
}

absl::Status CheckSeries(absl::Span<const double> y, int least) {
  int observed = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    if (std::isinf(y[i])) {
      return absl::InvalidArgumentError(
          absl::StrCat("value ", i, " is ", y[i], ", expected a finite one or NaN"));
    }
    observed += std::isnan(y[i]) ? 0 : 1;
  }
  if (observed >= least) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the series has ", observed,
                                                    " values that are not missing, at least ",
                                                    least, " are needed"));
}

}  // namespace glutwatch::forecast

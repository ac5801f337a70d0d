#include "forecast/decompose/mstl.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace glutwatch::forecast {
namespace {

absl::Status CheckPeriods(absl::Span<const int> periods, size_t windows) {
  int before = 1;
  for (size_t i = 0; i < periods.size(); ++i) {
    if (periods[i] <= before) {
      return absl::InvalidArgumentError(absl::StrCat(
          "period ", i, " is ", periods[i], ", expected more than ", before, ": periods ascend"));
    }
    before = periods[i];
  }
  if (!periods.empty() && periods.size() <= windows) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(periods.size(), " periods, expected 1 to ", windows));
}

}  // namespace

double MultipleDecomposition::SeasonAt(size_t step) const {
  double sum = 0;
  for (const std::vector<double>& seasonal : seasonals) sum += seasonal[step];
  return sum;
}

double MultipleDecomposition::SeasonAhead(int ahead) const {
  double sum = 0;
  for (size_t i = 0; i < periods.size(); ++i) {
    const auto place = static_cast<size_t>((ahead - 1) % periods[i]);
    sum += seasonals[i][trend.size() - static_cast<size_t>(periods[i]) + place];
  }
  return sum;
}

absl::StatusOr<MultipleDecomposition> Mstl(absl::Span<const double> y,
                                           absl::Span<const int> periods,
                                           const MstlOptions& options) {
  GLUTWATCH_RETURN_IF_ERROR(CheckPeriods(periods, options.seasonal_windows.size()));
  MultipleDecomposition result;
  for (const int period : periods) {
    if (2 * static_cast<size_t>(period) < y.size()) result.periods.push_back(period);
  }
  if (result.periods.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("the series has ", y.size(),
                                                      " steps, more than two seasons of ",
                                                      periods[0], " are needed"));
  }
  result.seasonals.assign(result.periods.size(), std::vector<double>(y.size(), 0));
  std::vector<double> rest(y.begin(), y.end());
  const int iterations = result.periods.size() == 1 ? 1 : options.iterations;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    for (size_t i = 0; i < result.periods.size(); ++i) {
      std::vector<double>& seasonal = result.seasonals[i];
      for (size_t t = 0; t < y.size(); ++t) rest[t] += seasonal[t];
      GLUTWATCH_ASSIGN_OR_RETURN(
          Decomposition one,
          Stl(rest, result.periods[i],
              {.seasonal_window = options.seasonal_windows[i], .robust = options.robust}));
      seasonal = std::move(one.seasonal);
      result.trend = std::move(one.trend);
      for (size_t t = 0; t < y.size(); ++t) rest[t] -= seasonal[t];
    }
  }
  for (size_t t = 0; t < y.size(); ++t) rest[t] -= result.trend[t];
  result.remainder = std::move(rest);
  return result;
}

}  // namespace glutwatch::forecast

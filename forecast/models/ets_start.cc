#include "forecast/models/ets_start.h"

#include <algorithm>
#include <cmath>

namespace glutwatch::forecast {
namespace {

constexpr size_t kCycles = 4;  // that the first seasons are taken from
constexpr size_t kLeastPoints = 10;
constexpr double kLeastSeason = 0.01;  // of a multiplicative one
constexpr double kLeastStep = 1e-6;    // of the size of the values

struct Line {
  double at_zero = 0;
  double slope = 0;
  double At(size_t t) const { return at_zero + slope * static_cast<double>(t); }
};

// Least squares over the observed values; flat where they do not tell a slope.
Line FitLine(absl::Span<const double> y) {
  double n = 0, t_sum = 0, y_sum = 0, tt = 0, ty = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    if (std::isnan(y[i])) continue;
    const auto t = static_cast<double>(i);
    n += 1;
    t_sum += t;
    y_sum += y[i];
    tt += t * t;
    ty += t * y[i];
  }
  if (n == 0) return {};
  const double spread = tt - t_sum * t_sum / n;
  const double slope = spread > 0 ? (ty - t_sum * y_sum / n) / spread : 0;
  return {(y_sum - slope * t_sum) / n, slope};
}

// The seasons around a line through the first cycles, by place; their sum is 0, or the period.
std::vector<double> FirstSeasons(absl::Span<const double> y, size_t period, bool multiplies) {
  const absl::Span<const double> first = y.subspan(0, std::min(y.size(), kCycles * period));
  const Line line = FitLine(first);
  std::vector<double> sums(period, 0);
  std::vector<int> counts(period, 0);
  for (size_t t = 0; t < first.size(); ++t) {
    const double season = multiplies ? first[t] / line.At(t) : first[t] - line.At(t);
    if (!std::isfinite(season)) continue;
    sums[t % period] += season;
    ++counts[t % period];
  }
  double total = 0;
  for (size_t i = 0; i < period; ++i) {
    sums[i] = counts[i] > 0 ? sums[i] / counts[i] : multiplies ? 1 : 0;
    if (multiplies) sums[i] = std::max(sums[i], kLeastSeason);
    total += sums[i];
  }
  const auto steps = static_cast<double>(period);
  for (double& season : sums) season = multiplies ? season * steps / total : season - total / steps;
  return sums;
}

}  // namespace

double TypicalStep(absl::Span<const double> y) {
  double steps = 0, size = 0, before = std::nan("");
  double count = 0;
  for (const double value : y) {
    if (std::isnan(value)) continue;
    if (!std::isnan(before)) steps += std::fabs(value - before);
    size += std::fabs(value);
    before = value;
    count += 1;
  }
  const double least = std::max(kLeastStep * size / std::max(count, 1.0), 1e-12);
  return std::max(steps / std::max(count - 1, 1.0), least);
}

EtsState FirstGuess(absl::Span<const double> y, const EtsSpec& spec) {
  EtsState state;
  const bool multiplies = spec.season == EtsPart::kMultiplicative;
  const auto period = static_cast<size_t>(spec.period);
  std::vector<double> adjusted(
      y.begin(), y.begin() + static_cast<std::ptrdiff_t>(
                                 std::min(y.size(), std::max(kLeastPoints, 2 * period))));
  if (spec.season != EtsPart::kNone) {
    state.season = FirstSeasons(y, period, multiplies);
    for (size_t t = 0; t < adjusted.size(); ++t) {
      const double season = state.season[t % period];
      adjusted[t] = multiplies ? adjusted[t] / season : adjusted[t] - season;
    }
  }
  const Line line = FitLine(adjusted);
  if (spec.trend == EtsPart::kNone) {
    state.level = line.At(adjusted.size() / 2);
  } else {
    state.level = line.At(0) - line.slope;
    state.slope = line.slope;
  }
  if (spec.trend == EtsPart::kMultiplicative || spec.error == EtsPart::kMultiplicative) {
    // Positive values whose line begins at or below 0.
    if (!(state.level > 0)) {
      state.slope = 0;
      state.level = line.At(adjusted.size() / 2);
    }
  }
  if (spec.trend == EtsPart::kMultiplicative) state.slope = 1 + state.slope / state.level;
  return state;
}

}  // namespace glutwatch::forecast

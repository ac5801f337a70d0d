#include <algorithm>
#include <cmath>
#include <numeric>

#include "forecast/models/theta.h"

namespace glutwatch::forecast {
namespace {

constexpr double kNinetyPercent = 1.6448536269514722;  // two-sided
constexpr double kLeastIndex = 1e-4;

// The autocorrelations at lags 1 to `most`, over the pairs that are observed.
std::vector<double> Autocorrelations(absl::Span<const double> y, size_t most) {
  double sum = 0, count = 0;
  for (const double value : y) {
    if (std::isnan(value)) continue;
    sum += value;
    count += 1;
  }
  const double mean = sum / count;
  double variance = 0;
  std::vector<double> products(most, 0);
  for (size_t t = 0; t < y.size(); ++t) {
    if (std::isnan(y[t])) continue;
    variance += (y[t] - mean) * (y[t] - mean);
    for (size_t lag = 1; lag <= std::min(most, t); ++lag) {
      if (!std::isnan(y[t - lag])) products[lag - 1] += (y[t] - mean) * (y[t - lag] - mean);
    }
  }
  for (double& product : products) product = variance > 0 ? product / variance : 0;
  return products;
}

// Bartlett's bound for a moving average of order period - 1.
bool HasSeason(absl::Span<const double> y, size_t period) {
  const std::vector<double> r = Autocorrelations(y, period);
  const double before = std::inner_product(r.begin(), r.end() - 1, r.begin(), 0.0);
  const double error = std::sqrt((1 + 2 * before) / static_cast<double>(y.size()));
  return std::fabs(r.back()) > kNinetyPercent * error;
}

// y over its centred moving mean over a season, by place.
std::vector<double> MeanRatios(absl::Span<const double> y, size_t period) {
  const size_t half = period / 2;
  const bool even = period % 2 == 0;
  std::vector<double> sums(period, 0);
  std::vector<double> counts(period, 0);
  for (size_t t = half; t + half < y.size(); ++t) {
    double mean = 0;
    for (size_t i = t - half; i <= t + half; ++i) {
      mean += even && (i == t - half || i == t + half) ? y[i] / 2 : y[i];
    }
    const double ratio = y[t] / (mean / static_cast<double>(period));
    if (std::isnan(ratio)) continue;
    sums[t % period] += ratio;
    counts[t % period] += 1;
  }
  for (size_t i = 0; i < period; ++i) sums[i] /= counts[i];
  return sums;
}

}  // namespace

std::vector<double> SeasonalIndices(absl::Span<const double> y, int period) {
  const auto steps = static_cast<size_t>(period);
  if (period < 2 || y.size() <= 2 * steps) return {};
  if (std::any_of(y.begin(), y.end(), [](double value) { return value <= 0; })) return {};
  if (!HasSeason(y, steps)) return {};
  std::vector<double> indices = MeanRatios(y, steps);
  const double mean = std::accumulate(indices.begin(), indices.end(), 0.0) / period;
  for (double& index : indices) index /= mean;
  // A place without a value has no index, and without all of them there is no season to take out.
  const bool whole =
      std::all_of(indices.begin(), indices.end(), [](double index) { return index > kLeastIndex; });
  return whole ? indices : std::vector<double>();
}

}  // namespace glutwatch::forecast

#include "forecast/models/simulated_quantiles.h"

#include <algorithm>
#include <cmath>

namespace glutwatch::forecast {
namespace {

constexpr size_t kPaths = 2000;
constexpr uint64_t kSeed = 20'221'231;

}  // namespace

double SortedQuantile(absl::Span<const double> sorted, double probability) {
  const double place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

std::vector<std::vector<double>> SimulatedQuantiles(
    int horizon, absl::Span<const double> probabilities,
    absl::FunctionRef<void(Random*, absl::Span<double>)> simulate) {
  const auto steps = static_cast<size_t>(horizon);
  Random random(kSeed);
  std::vector<double> path(steps);
  std::vector<std::vector<double>> values(steps, std::vector<double>(kPaths));
  for (size_t i = 0; i < kPaths; ++i) {
    simulate(&random, absl::MakeSpan(path));
    for (size_t step = 0; step < steps; ++step) values[step][i] = path[step];
  }
  std::vector<std::vector<double>> quantiles(probabilities.size(), std::vector<double>(steps));
  for (size_t step = 0; step < steps; ++step) {
    std::sort(values[step].begin(), values[step].end());
    for (size_t p = 0; p < probabilities.size(); ++p) {
      quantiles[p][step] = SortedQuantile(values[step], probabilities[p]);
    }
  }
  return quantiles;
}

}  // namespace glutwatch::forecast

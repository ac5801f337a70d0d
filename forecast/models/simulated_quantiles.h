#pragma once
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "forecast/numeric/random.h"

namespace glutwatch::forecast {

// Quantiles by step, [probability][step], of 2,000 paths that `simulate` fills, each as long as
// `horizon`; between two paths' values they are interpolated (R's type 7). Deterministic: the seed
// is fixed. Cost: 2,000 paths and the sorting of each step.
std::vector<std::vector<double>> SimulatedQuantiles(
    int horizon, absl::Span<const double> probabilities,
    absl::FunctionRef<void(Random*, absl::Span<double>)> simulate);

// The quantile of ascending values by R's type 7. `sorted` is not empty.
double SortedQuantile(absl::Span<const double> sorted, double probability);

}  // namespace glutwatch::forecast

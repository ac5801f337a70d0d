#pragma once
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forecast/models/model.h"

namespace glutwatch::forecast {

// What a method is to fit to.
struct SeriesToFit {
  absl::Span<const double> y;  // equally spaced, oldest first; NaN is a missing value
  std::vector<int> periods;    // steps of its seasons, ascending; empty: none
};

// The methods by name, the plainest first: "naive", "snaive", "drift", "theta", "dotm", "ets",
// "stl-dotm", "stl-ets" and "ensemble", the median of what can be fitted of theta, dotm, ets and,
// with seasons, the two on the seasonally adjusted series.
const std::vector<std::string>& MethodNames();

// Fits a method. A season that a series is too short for is left out; without any, "snaive" is
// naive and "stl-" falls away. "ets" takes a season of up to kMaxEtsMethodPeriod steps.
//
// INVALID_ARGUMENT: an unknown method (names those there are), an infinite value, periods that do
// not ascend from 2 on. FAILED_PRECONDITION: too few observed values for the method; the ensemble
// falls back on what there is, and with two values on "naive".
absl::StatusOr<std::unique_ptr<Model>> FitMethod(absl::string_view method,
                                                 const SeriesToFit& series);

// Longer seasons have more states than a series has cycles to tell them.
inline constexpr int kMaxEtsMethodPeriod = 24;

}  // namespace glutwatch::forecast

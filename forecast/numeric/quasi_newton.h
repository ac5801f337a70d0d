#pragma once
#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "forecast/numeric/minimum.h"

namespace glutwatch::forecast {

struct QuasiNewtonOptions {
  int max_evaluations = 200;
  // Ends when two steps in a row lower the value by less than this.
  double tolerance = 1e-7;
  // Gives up as soon as the value is so high that a hundred steps like the last one would not bring it
  // down to this: somebody else has won.
  double hopeless_above = 1e300;
};

// The value of a function at `x`, and its derivatives in `gradient` (of x's size). Infinity or NaN
// means "not here"; then the gradient is not looked at.
using Differentiable =
    absl::FunctionRef<double(absl::Span<const double> x, absl::Span<double> gradient)>;

// The least value of `f` near `start`, where `f` must be finite: Broyden, Fletcher, Goldfarb and
// Shanno's method with backtracking. Choose the unknowns so that steps of size 1 are large and of
// 0.01 are small. Deterministic.
//
// Source: Nocedal and Wright, "Numerical Optimization" (2006), algorithms 3.1 and 6.1.
Minimum QuasiNewton(Differentiable f, absl::Span<const double> start,
                    const QuasiNewtonOptions& options = {});

}  // namespace glutwatch::forecast

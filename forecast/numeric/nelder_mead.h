#pragma once
#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "forecast/numeric/minimum.h"

namespace glutwatch::forecast {

struct NelderMeadOptions {
  int max_evaluations = 2000;
  // Ends when the values at the simplex' corners differ by less than this times the best one's
  // size or 1, whichever is more.
  double tolerance = 1e-8;
};

// The least value of `f` near `start`, without derivatives. `f` may return infinity or NaN for
// "not here"; at `start` it must not. The first simplex has `start` and, in each direction, a
// corner `step[i]` (not 0) away. Deterministic.
//
// Source: Nelder and Mead (1965), with the coefficients that adapt to the dimension of Gao and Han
// (2012).
Minimum NelderMead(absl::FunctionRef<double(absl::Span<const double>)> f,
                   absl::Span<const double> start, absl::Span<const double> step,
                   const NelderMeadOptions& options = {});

}  // namespace glutwatch::forecast

#pragma once
#include "absl/types/span.h"
#include "forecast/models/ets_filter.h"

namespace glutwatch::forecast {

// Where the search for a model's initial states begins: seasons from the first cycles around a
// straight line, level and slope from a line through the first seasonally adjusted values
// (Hyndman et al. 2008, section 2.6.1). Linear in n. `y` has at least two observed values.
EtsState FirstGuess(absl::Span<const double> y, const EtsSpec& spec);

// A typical step from one observed value to the next, above 0.
double TypicalStep(absl::Span<const double> y);

}  // namespace glutwatch::forecast

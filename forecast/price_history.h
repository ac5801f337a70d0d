#pragma once
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/day.h"

namespace glutwatch::forecast {

// A series' prices by day: price[i] is that of first_day + i.
//
// Greater than 0, in one unit throughout; NaN is a day without a price. A view: the prices must
// outlive it.
struct PriceHistory {
  Day first_day{};
  absl::Span<const double> price;

  bool Covers(Day day) const {
    return day >= first_day && day - first_day < static_cast<int>(price.size());
  }
};

// INVALID_ARGUMENT names the first day up to `through` whose price is infinite or not above 0;
// later prices are not looked at. O(n).
absl::Status CheckPrices(const PriceHistory& history, Day through);

}  // namespace glutwatch::forecast

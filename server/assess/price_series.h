#pragma once
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "forecast/price_history.h"
#include "server/catalog/price_basis.h"
#include "server/storage/observation.h"

namespace glutwatch::assess {

using catalog::BasisOf;
using catalog::PriceBasis;

// Prices by day, in base units, NaN where there is none.
struct DailyPrices {
  Day first_day{};
  std::vector<double> price;
  forecast::PriceHistory view() const { return {first_day, price}; }
  // The index of `day`, or nullopt outside.
  std::optional<size_t> IndexOf(Day day) const;
};

// The days' modal prices of `versions` (in order of day and lot, newest versions only). Where only
// low and high are quoted, their middle. Suspicious and discarded observations, days without trade and
// quotes without a price are left out; several lots count by their arrivals, or equally where a
// lot has none.
DailyPrices ToDailyPrices(absl::Span<const storage::Version> versions, const PriceBasis& basis);

}  // namespace glutwatch::assess

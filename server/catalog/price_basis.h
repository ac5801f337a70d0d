#pragma once
#include <string>

#include "absl/strings/string_view.h"
#include "server/catalog/resources.h"

namespace glutwatch::catalog {

// What a series' prices are per, once the unit is undone.
struct PriceBasis {
  std::string unit;        // "CNY/kg"; "CNY/box" where there is no conversion
  double divisor = 1;      // quoted price / divisor = price per base unit
  bool converted = false;  // per base unit of a dimension, so that a cost can be compared
};

// Undoes `unit`, nullptr for a unit that the catalog does not know.
PriceBasis BasisOf(absl::string_view currency, absl::string_view unit_code, const Unit* unit);

// "kg", "piece", "litre": what units of a dimension convert into.
absl::string_view BaseUnitOf(Dimension dimension);

}  // namespace glutwatch::catalog

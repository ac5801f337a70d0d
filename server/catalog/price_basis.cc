#include "server/catalog/price_basis.h"

#include "absl/strings/str_cat.h"
#include "base/decimal.h"

namespace glutwatch::catalog {

absl::string_view BaseUnitOf(Dimension dimension) {
  switch (dimension) {
    case Dimension::kMass:
      return "kg";
    case Dimension::kCount:
      return "piece";
    case Dimension::kVolume:
      return "litre";
    case Dimension::kArea:
      return "mu";
    case Dimension::kTime:
      return "h";
    case Dimension::kUnspecified:
      break;
  }
  return "unit";
}

PriceBasis BasisOf(absl::string_view currency, absl::string_view unit_code, const Unit* unit) {
  if (unit == nullptr || !unit->base_quantity_e4.has_value()) {
    return {absl::StrCat(currency, "/", unit_code), 1, false};
  }
  return {absl::StrCat(currency, "/", BaseUnitOf(unit->dimension)),
          E4ToDouble(*unit->base_quantity_e4), true};
}

}  // namespace glutwatch::catalog

#include "server/catalog/resource_check.h"

#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/decimal.h"
#include "base/resource_id.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "server/catalog/catalog.h"

namespace glutwatch::catalog {
namespace {

constexpr size_t kMaxNameBytes = 256;      // display names, aliases, categories
constexpr size_t kMaxSourceBytes = 2'000;  // where a cost or a list entry comes from
constexpr size_t kMaxListed = 1'000;       // aliases, costs, memberships, grades of one resource
constexpr int kMaxShelfLifeDays = 3'650;

absl::Status Bad(absl::string_view path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}
absl::Status BadValue(absl::string_view path, absl::string_view value, absl::string_view expected) {
  return Bad(path, absl::StrCat("is \"", absl::Utf8SafeCEscape(value.substr(0, 100)),
                                "\", expected ", expected));
}

absl::Status CheckIdAt(absl::string_view path, absl::string_view id) {
  const absl::Status status = CheckId(id);
  return status.ok() ? status : Bad(path, absl::StrCat("is ", status.message()));
}

absl::Status CheckText(absl::string_view path, absl::string_view text, bool required,
                       size_t max_bytes = kMaxNameBytes) {
  if (required && text.empty()) return Bad(path, "is empty, expected a text");
  if (text.size() > max_bytes) {
    return Bad(path, absl::StrCat("has ", text.size(), " bytes, expected at most ", max_bytes));
  }
  return IsUtf8(text) ? absl::OkStatus() : BadValue(path, text, "UTF-8");
}

absl::Status CheckPosition(absl::string_view path, const std::optional<GeoPoint>& position) {
  if (!position.has_value()) return absl::OkStatus();
  if (!(std::abs(position->latitude) <= 90)) {
    return BadValue(absl::StrCat(path, ".latitude"), absl::StrCat(position->latitude),
                    "-90 to 90 degrees");
  }
  if (!(std::abs(position->longitude) <= 180)) {
    return BadValue(absl::StrCat(path, ".longitude"), absl::StrCat(position->longitude),
                    "-180 to 180 degrees");
  }
  return absl::OkStatus();
}

absl::Status CheckValidity(absl::string_view path, Day from, const std::optional<Day>& to) {
  if (from < kMinDay || from > kMaxDay) {
    return Bad(absl::StrCat(path, ".valid_from"), "is not a day between 1900 and 2170");
  }
  if (to.has_value() && (*to < from || *to > kMaxDay)) {
    return BadValue(absl::StrCat(path, ".valid_to"), FormatDay(*to),
                    absl::StrCat("a day from ", FormatDay(from), " (valid_from) on"));
  }
  return absl::OkStatus();
}

// What the state will be: the resources that are put hide those that are there.
class Checker {
 public:
  Checker(const Resources& resources, const CatalogState& state)
      : resources_(resources), state_(state) {}

  absl::Status Check() {
    GLUTWATCH_RETURN_IF_ERROR(IndexIds());
    for (size_t i = 0; i < resources_.units.size(); ++i) {
      GLUTWATCH_RETURN_IF_ERROR(CheckUnit(absl::StrCat("units[", i, "]"), resources_.units[i]));
    }
    for (size_t i = 0; i < resources_.regions.size(); ++i) {
      GLUTWATCH_RETURN_IF_ERROR(
          CheckRegion(absl::StrCat("regions[", i, "]"), resources_.regions[i]));
    }
    for (size_t i = 0; i < resources_.markets.size(); ++i) {
      GLUTWATCH_RETURN_IF_ERROR(
          CheckMarket(absl::StrCat("markets[", i, "]"), resources_.markets[i]));
    }
    for (size_t i = 0; i < resources_.products.size(); ++i) {
      GLUTWATCH_RETURN_IF_ERROR(
          CheckProduct(absl::StrCat("products[", i, "]"), resources_.products[i]));
    }
    return absl::OkStatus();
  }

 private:
  using Indexes = absl::flat_hash_map<absl::string_view, size_t>;

  template <typename T, typename IdOf>
  absl::Status IndexOne(absl::string_view list, absl::string_view id_field,
                        const std::vector<T>& values, const IdOf& id_of, Indexes* indexes) {
    for (size_t i = 0; i < values.size(); ++i) {
      const auto [found, added] = indexes->emplace(id_of(values[i]), i);
      if (!added) {
        return Bad(absl::StrCat(list, "[", i, "].", id_field),
                   absl::StrCat("\"", id_of(values[i]), "\" is also in ", list, "[", found->second,
                                "], expected once"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status IndexIds() {
    GLUTWATCH_RETURN_IF_ERROR(IndexOne(
        "units", "code", resources_.units,
        [](const Unit& u) -> absl::string_view { return u.code; }, &units_));
    GLUTWATCH_RETURN_IF_ERROR(IndexOne(
        "regions", "name", resources_.regions,
        [](const Region& r) -> absl::string_view { return r.code; }, &regions_));
    GLUTWATCH_RETURN_IF_ERROR(IndexOne(
        "markets", "name", resources_.markets,
        [](const Market& m) -> absl::string_view { return m.id; }, &markets_));
    return IndexOne(
        "products", "name", resources_.products,
        [](const Product& p) -> absl::string_view { return p.id; }, &products_);
  }

  const Region* FindRegion(absl::string_view code) const {
    const auto found = regions_.find(code);
    return found != regions_.end() ? &resources_.regions[found->second] : state_.regions.Get(code);
  }

  // Every name leads to one resource only: among those put, and against those that stay.
  template <typename T>
  absl::Status CheckNames(absl::string_view path, const std::string& id, const T& value,
                          const NameIndex& existing, const Indexes& replaced,
                          absl::flat_hash_map<std::string, std::string>* taken) {
    for (std::string& name : NamesOf(value)) {
      std::string owner = id;
      const auto there = existing.find(name);
      if (there != existing.end() && !replaced.contains(there->second)) owner = there->second;
      const auto [found, added] = taken->emplace(name, id);
      if (!added) owner = found->second;
      if (owner != id) {
        return Bad(path, absl::StrCat("the name \"", name, "\" leads to \"", owner,
                                      "\" already, expected a name of its own"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckAliases(absl::string_view path, const std::vector<std::string>& aliases) {
    if (aliases.size() > kMaxListed) {
      return Bad(path, absl::StrCat("has ", aliases.size(), ", expected at most ", kMaxListed));
    }
    for (size_t i = 0; i < aliases.size(); ++i) {
      const std::string here = absl::StrCat(path, "[", i, "]");
      GLUTWATCH_RETURN_IF_ERROR(CheckText(here, aliases[i], true));
      if (!CanonicalId(aliases[i]).ok()) return BadValue(here, aliases[i], "a letter or a digit");
    }
    return absl::OkStatus();
  }

  // What `value` is merged into must stay; then chains of merges have no loop.
  template <typename T>
  absl::Status CheckStanding(const std::string& path, const T& value, const std::vector<T>& put,
                             const Indexes& put_at, const ResourceTable<T>& existing) {
    const Standing& standing = value.standing;
    if (standing.retired_date.has_value() &&
        (*standing.retired_date < kMinDay || *standing.retired_date > kMaxDay)) {
      return Bad(path + ".retired_date", "is not a day between 1900 and 2170");
    }
    if (!standing.is_merged()) {
      if (standing.merged_us == 0) return absl::OkStatus();
      return Bad(path + ".merge_time", "is set, expected merged_into as well");
    }
    if (standing.merged_us <= 0) {
      return Bad(path + ".merge_time", "is missing, expected when it was merged");
    }
    const auto found = put_at.find(standing.merged_into);
    const T* target =
        found != put_at.end() ? &put[found->second] : existing.Get(standing.merged_into);
    if (target == nullptr || target == &value || target->standing.is_merged()) {
      return BadValue(path + ".merged_into", standing.merged_into,
                      "another one that exists and is not merged itself");
    }
    return absl::OkStatus();
  }

  absl::Status CheckUnit(const std::string& path, const Unit& unit);
  absl::Status CheckRegion(const std::string& path, const Region& region);
  absl::Status CheckMarket(const std::string& path, const Market& market);
  absl::Status CheckProduct(const std::string& path, const Product& product);
  absl::Status CheckCost(const std::string& path, const ProductionCost& cost);
  absl::Status CheckLists(const std::string& path, const Product& product);

  const Resources& resources_;
  const CatalogState& state_;
  Indexes units_;
  Indexes regions_;
  Indexes markets_;
  Indexes products_;
  absl::flat_hash_map<std::string, std::string> unit_names_;
  absl::flat_hash_map<std::string, std::string> market_names_;
  absl::flat_hash_map<std::string, std::string> product_names_;
};

absl::Status Checker::CheckUnit(const std::string& path, const Unit& unit) {
  GLUTWATCH_RETURN_IF_ERROR(CheckIdAt(path + ".code", unit.code));
  if (unit.dimension > Dimension::kTime) {
    return Bad(path + ".dimension", "is unknown, expected mass, count, volume, area or time");
  }
  if (unit.base_quantity_e4.has_value()) {
    if (*unit.base_quantity_e4 <= 0 || *unit.base_quantity_e4 > kMaxE4) {
      return BadValue(path + ".base_quantity_e4", FormatE4(*unit.base_quantity_e4),
                      "a number above 0");
    }
    if (unit.dimension == Dimension::kUnspecified) {
      return Bad(path + ".dimension", "is not stated, expected one, because there is a conversion");
    }
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckAliases(path + ".aliases", unit.aliases));
  return CheckNames(path + ".aliases", unit.code, unit, state_.unit_names, units_, &unit_names_);
}

absl::Status Checker::CheckRegion(const std::string& path, const Region& region) {
  GLUTWATCH_RETURN_IF_ERROR(CheckIdAt(path + ".name", region.code));
  GLUTWATCH_RETURN_IF_ERROR(CheckText(path + ".display_name", region.display_name, true));
  GLUTWATCH_RETURN_IF_ERROR(CheckText(path + ".display_name_en", region.display_name_en, false));
  GLUTWATCH_RETURN_IF_ERROR(CheckText(path + ".code_system", region.code_system, false));
  GLUTWATCH_RETURN_IF_ERROR(CheckPosition(path + ".position", region.position));
  const Region* at = &region;
  for (int depth = 0; !at->parent.empty(); ++depth) {
    const Region* parent = FindRegion(at->parent);
    if (parent == nullptr) {
      return BadValue(path + ".parent", at->parent, "a region that exists or is in the same file");
    }
    if (parent->code == region.code || depth > kMaxRegionDepth) {
      return Bad(path + ".parent",
                 absl::StrCat("leads back to \"", region.code, "\" or is more than ",
                              kMaxRegionDepth, " levels deep, expected a tree"));
    }
    at = parent;
  }
  return absl::OkStatus();
}

absl::Status Checker::CheckMarket(const std::string& path, const Market& market) {
  GLUTWATCH_RETURN_IF_ERROR(CheckIdAt(path + ".name", market.id));
  GLUTWATCH_RETURN_IF_ERROR(CheckText(path + ".display_name", market.display_name, true));
  GLUTWATCH_RETURN_IF_ERROR(CheckText(path + ".display_name_en", market.display_name_en, false));
  GLUTWATCH_RETURN_IF_ERROR(CheckPosition(path + ".position", market.position));
  if (market.kind < MarketKind::kWholesale || market.kind > MarketKind::kFarmGate) {
    return Bad(path + ".kind",
               "is not stated, expected wholesale, producing_area, retail or farm_gate");
  }
  if (FindRegion(market.region) == nullptr) {
    return BadValue(path + ".region", market.region, "a region that exists or is in the same file");
  }
  absl::TimeZone zone;
  if (market.time_zone.empty() || !absl::LoadTimeZone(market.time_zone, &zone)) {
    return BadValue(path + ".time_zone", market.time_zone,
                    "an IANA time zone such as Asia/Shanghai");
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckAliases(path + ".aliases", market.aliases));
  GLUTWATCH_RETURN_IF_ERROR(
      CheckStanding(path, market, resources_.markets, markets_, state_.markets));
  return CheckNames(path + ".aliases", market.id, market, state_.market_names, markets_,
                    &market_names_);
}

absl::Status Checker::CheckCost(const std::string& path, const ProductionCost& cost) {
  if (FindRegion(cost.region) == nullptr) {
    return BadValue(path + ".region", cost.region, "a region that exists or is in the same file");
  }
  if (cost.cost_concept < CostConcept::kCash || cost.cost_concept > CostConcept::kHarvest) {
    return Bad(path + ".cost_concept", "is not stated, expected cash, total or harvest");
  }
  if (!IsCurrencyCode(cost.currency)) {
    return BadValue(path + ".currency_code", cost.currency, "an ISO 4217 code such as CNY");
  }
  if (cost.cost_e4 <= 0 || cost.cost_e4 > kMaxE4) {
    return BadValue(path + ".cost_e4", FormatE4(cost.cost_e4), "a number above 0");
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckText(path + ".season", cost.season, false));
  GLUTWATCH_RETURN_IF_ERROR(CheckText(path + ".source", cost.source, true, kMaxSourceBytes));
  return CheckValidity(path, cost.valid_from, cost.valid_to);
}

absl::Status Checker::CheckLists(const std::string& path, const Product& product) {
  if (product.costs.size() > kMaxListed || product.green_channel.size() > kMaxListed ||
      product.kilograms_per_piece.size() > kMaxListed) {
    return Bad(path, absl::StrCat("has more than ", kMaxListed, " costs, memberships or grades"));
  }
  for (size_t i = 0; i < product.costs.size(); ++i) {
    GLUTWATCH_RETURN_IF_ERROR(CheckCost(absl::StrCat(path, ".costs[", i, "]"), product.costs[i]));
  }
  for (size_t i = 0; i < product.green_channel.size(); ++i) {
    const GreenChannelMembership& member = product.green_channel[i];
    const std::string here = absl::StrCat(path, ".green_channel[", i, "]");
    GLUTWATCH_RETURN_IF_ERROR(CheckText(here + ".source", member.source, true, kMaxSourceBytes));
    GLUTWATCH_RETURN_IF_ERROR(CheckValidity(here, member.valid_from, member.valid_to));
  }
  for (const auto& [grade, kilograms] : product.kilograms_per_piece) {
    const std::string here = absl::StrCat(path, ".kilograms_per_piece[", grade, "]");
    GLUTWATCH_RETURN_IF_ERROR(CheckText(here, grade, false));
    if (!(kilograms > 0) || !std::isfinite(kilograms)) {
      return BadValue(here, absl::StrCat(kilograms), "a number above 0");
    }
  }
  return absl::OkStatus();
}

absl::Status Checker::CheckProduct(const std::string& path, const Product& product) {
  GLUTWATCH_RETURN_IF_ERROR(CheckIdAt(path + ".name", product.id));
  const absl::StatusOr<std::string> canonical = CanonicalId(product.id);
  if (!canonical.ok() || *canonical != product.id) {
    return BadValue(
        path + ".name", product.id,
        absl::StrCat("\"", canonical.ok() ? *canonical : "garlic", "\", in lower case"));
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckText(path + ".display_name", product.display_name, true));
  if (!CanonicalId(product.display_name).ok()) {
    return BadValue(path + ".display_name", product.display_name, "a letter or a digit");
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckText(path + ".display_name_en", product.display_name_en, false));
  GLUTWATCH_RETURN_IF_ERROR(CheckText(path + ".category", product.category, false));
  if (product.shelf_life_days.has_value() &&
      (*product.shelf_life_days < 0 || *product.shelf_life_days > kMaxShelfLifeDays)) {
    return BadValue(path + ".shelf_life_days", absl::StrCat(*product.shelf_life_days),
                    absl::StrCat("0 to ", kMaxShelfLifeDays, " days"));
  }
  if (product.dimension > Dimension::kVolume) {
    return Bad(path + ".dimension", "is unknown, expected mass, count or volume");
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckAliases(path + ".aliases", product.aliases));
  GLUTWATCH_RETURN_IF_ERROR(CheckLists(path, product));
  GLUTWATCH_RETURN_IF_ERROR(
      CheckStanding(path, product, resources_.products, products_, state_.products));
  return CheckNames(path + ".aliases", product.id, product, state_.product_names, products_,
                    &product_names_);
}

}  // namespace

bool IsCurrencyCode(absl::string_view code) {
  if (code.size() != 3) return false;
  for (const char c : code) {
    if (!absl::ascii_isupper(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

absl::Status CheckResources(const Resources& resources, const CatalogState& state) {
  return Checker(resources, state).Check();
}

}  // namespace glutwatch::catalog

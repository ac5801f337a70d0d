#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/day.h"

namespace glutwatch::catalog {

// The values of the catalog. Ids are the last part of resource names: Region.code of
// regions/{code}, Market.id of markets/{id}, Product.id of products/{id}.

struct GeoPoint {
  double latitude = 0;   // degrees, north positive
  double longitude = 0;  // degrees, east positive
  bool operator==(const GeoPoint&) const = default;
};

struct Region {
  std::string code = {};
  std::string parent = {};  // a code; "" for a country
  std::string code_system = {};
  std::string display_name = {};
  std::string display_name_en = {};
  std::optional<GeoPoint> position = {};
  bool operator==(const Region&) const = default;
};

// Whether a market or product is still in use. Nothing is ever taken out of the catalog.
struct Standing {
  std::optional<Day> retired_date = {};  // the first day on which it is no longer expected
  std::string merged_into = {};          // the id of what took its place; "" if nothing did
  int64_t merged_us = 0;  // when that was recorded, microseconds since 1970 UTC; 0 if it was not
  bool is_merged() const { return !merged_into.empty(); }
  bool operator==(const Standing&) const = default;
};

// On disk; never renumber. Equal to glutwatch.v1.MarketKind.
enum class MarketKind : uint8_t { kWholesale = 1, kProducingArea = 2, kRetail = 3, kFarmGate = 4 };

struct Market {
  std::string id = {};
  std::string region = {};  // a code
  MarketKind kind = MarketKind::kWholesale;
  std::string display_name = {};
  std::string display_name_en = {};
  std::string time_zone = {};  // IANA
  std::optional<GeoPoint> position = {};
  std::vector<std::string> aliases = {};  // other ids by which feeds call it
  Standing standing = {};
  bool operator==(const Market&) const = default;
};

// On disk; never renumber. Equal to glutwatch.v1.Dimension.
enum class Dimension : uint8_t {
  kUnspecified = 0,
  kMass = 1,
  kCount = 2,
  kVolume = 3,
  kArea = 4,  // of units only
  kTime = 5,  // of units only
};

struct Unit {
  std::string code = {};
  Dimension dimension = Dimension::kMass;
  std::optional<int64_t> base_quantity_e4 =
      {};  // base units (kg, 1, litre, mu, h) in one, in 1/10,000
  std::vector<std::string> aliases = {};
  bool operator==(const Unit&) const = default;
};

// On disk; never renumber. Equal to glutwatch.v1.CostConcept.
enum class CostConcept : uint8_t { kCash = 1, kTotal = 2, kHarvest = 3 };

struct ProductionCost {
  std::string region = {};  // a code; counts for its subtree
  CostConcept cost_concept = CostConcept::kTotal;
  std::string currency = {};
  int64_t cost_e4 = 0;  // per base unit of the product's dimension
  std::string season = {};
  std::string source = {};
  Day valid_from{};
  std::optional<Day> valid_to = {};  // last day
  bool operator==(const ProductionCost&) const = default;
};

struct GreenChannelMembership {
  Day valid_from{};
  std::optional<Day> valid_to = {};  // last day
  std::string source = {};
  bool operator==(const GreenChannelMembership&) const = default;
};

struct Product {
  std::string id = {};
  std::string display_name = {};
  std::string display_name_en = {};
  std::string category = {};
  std::optional<int> shelf_life_days = {};
  Dimension dimension = Dimension::kUnspecified;
  std::vector<std::string> aliases = {};
  std::vector<ProductionCost> costs = {};
  std::vector<GreenChannelMembership> green_channel = {};
  std::map<std::string, double> kilograms_per_piece = {};  // by grade
  Standing standing = {};
  bool operator==(const Product&) const = default;
};

// The product that stands for a market as a whole; always there.
inline constexpr char kAllProducts[] = "all";

// A set of resources to be added or replaced together.
struct Resources {
  std::string description = {};
  std::vector<Unit> units = {};
  std::vector<Region> regions = {};
  std::vector<Market> markets = {};
  std::vector<Product> products = {};
};

// One resource of any kind.
using Resource = std::variant<Unit, Region, Market, Product>;

}  // namespace glutwatch::catalog

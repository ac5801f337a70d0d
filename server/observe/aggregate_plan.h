#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/observe/day_prices.h"

namespace glutwatch::observe {

// What groups are made by; sets are sums.
enum GroupBy : uint8_t {
  kByRegion = 1,
  kByProduct = 2,
  kByCategory = 4,
  kByMarket = 8,
};

// Steps below a country; a level of GroupingQuestion. Values are those of glutwatch.v1.RegionLevel.
enum class RegionLevel : uint8_t { kNone = 0, kProvince = 1, kPrefecture = 2, kCounty = 3 };

// What prices are per where they are quoted by mass.
struct MassUnit {
  std::string code = "kg";
  double kilograms = 1;
};

struct GroupingQuestion {
  catalog::SeriesSelection selection = {};  // its as_of_us counts for merges
  std::string category = {};                // "" for all
  uint8_t group_by = 0;                     // GroupBy
  RegionLevel region_level = RegionLevel::kNone;
  MassUnit mass_unit = {};
};

// What a group is. Names are set where the question asks for them: ids of the catalog.
struct AggregateGroup {
  std::string region = {};
  std::string category = {};
  std::string product = {};
  std::string market = {};
  std::string price_unit = {};     // "CNY/kg"; never mixed
  std::string arrivals_unit = {};  // "t" where prices are per mass, otherwise what prices are per
  int64_t series = 0;
  int64_t markets = 0;
  int64_t products = 0;
  // What prices are still to be divided by: the divisor that all series of the group have, which
  // SeriesScale leaves to the end then; 1 if they differ.
  double price_divisor = 1;
};

// A series and where it goes.
struct PlannedSeries {
  storage::SeriesId id{};
  uint32_t group = 0;  // index into AggregatePlan::groups
  bool last_of_market = false;
  SeriesScale scale;
};

struct AggregatePlan {
  std::vector<AggregateGroup> groups;  // by region, category, product, market, price unit
  std::vector<PlannedSeries> series;   // by group, market, number
};
inline constexpr size_t kMaxAggregatedSeries = 100'000;

// Which series are aggregated, in which groups and units. Costs about a microsecond a series.
//
// Prices by mass are shown per `mass_unit`, others per their base unit or, where there is no
// conversion, as quoted. A market's region at a level is the nearest of its own region and those
// above it that is at that level or higher; where codes are of six digits and of GB/T 2260 they
// say their level, elsewhere it is the number of steps below the country.
//
// NOT_FOUND if nothing matches, and names what does not exist. INVALID_ARGUMENT: an empty
// question, no level for regions, or "TOO_MANY_SERIES" above kMaxAggregatedSeries.
absl::StatusOr<AggregatePlan> PlanAggregation(const GroupingQuestion& question,
                                              const catalog::Catalog& catalog,
                                              const catalog::SeriesRegistry& registry);

}  // namespace glutwatch::observe

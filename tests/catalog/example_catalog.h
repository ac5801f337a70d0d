#pragma once
#include <memory>

#include "server/catalog/resources.h"
#include "server/storage/database.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::testing {

inline absl::StatusOr<std::unique_ptr<storage::Database>> OpenDatabase(const TempDir& dir) {
  storage::DatabaseOptions options;
  options.path = dir.File("db");
  return storage::Database::Open(options);
}

// Five regions (CN > 110106; CN > 530000 > 532900 > 532930), two markets (xinfadi, eryuan), two
// products (garlic, napa-cabbage) and a unit (catty): ten resources.
inline catalog::Resources ExampleResources() {
  using namespace catalog;  // NOLINT(google-build-using-namespace): a test's table
  Resources r;
  r.regions = {
      {"CN", "", "ISO 3166", "中国", "China", std::nullopt},
      {"110106", "CN", "GB/T 2260", "丰台区", "Fengtai", std::nullopt},
      {"530000", "CN", "GB/T 2260", "云南省", "Yunnan", std::nullopt},
      {"532900", "530000", "GB/T 2260", "大理白族自治州", "Dali", std::nullopt},
      {"532930", "532900", "GB/T 2260", "洱源县", "", GeoPoint{26.11, 99.94}},
  };
  r.units = {{"catty", Dimension::kMass, 6'000, {"台斤"}}};
  r.markets = {
      {"xinfadi", "110106", MarketKind::kWholesale, "北京新发地", "", "Asia/Shanghai",
       std::nullopt},
      {"eryuan", "532930", MarketKind::kProducingArea, "洱源大蒜市场", "", "Asia/Shanghai",
       GeoPoint{26.1, 99.9}},
  };
  Product garlic;
  garlic.id = "garlic";
  garlic.display_name = "大蒜";
  garlic.display_name_en = "Garlic";
  garlic.category = "vegetable";
  garlic.shelf_life_days = 90;
  garlic.dimension = Dimension::kMass;
  garlic.aliases = {"蒜头", "Garlic (dry)"};
  garlic.costs = {
      {"532930", CostConcept::kTotal, "CNY", 15'000, "2018", "survey", Day{17'532}, std::nullopt}};
  garlic.green_channel = {{Day{14'579}, Day{19'000}, "list"}};
  garlic.kilograms_per_piece = {{"", 0.05}, {"big", 0.08}};
  Product cabbage;
  cabbage.id = "napa-cabbage";
  cabbage.display_name = "大白菜";
  cabbage.category = "vegetable";
  cabbage.dimension = Dimension::kMass;
  r.products = {garlic, cabbage};
  return r;
}

}  // namespace glutwatch::testing

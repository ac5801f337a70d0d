#include "server/catalog/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <ostream>
#include <thread>

#include "server/catalog/builtin.h"
#include "tests/catalog/example_catalog.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using testing::ExampleResources;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::OpenDatabase;
using ::testing::StartsWith;
using testing::StatusIs;
using testing::TempDir;

class CatalogTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen() {
    catalog_.reset();
    database_.reset();
    auto database = OpenDatabase(dir_);
    GLUTWATCH_ASSERT_OK(database);
    database_ = *std::move(database);
    auto catalog = Catalog::Open(database_.get());
    GLUTWATCH_ASSERT_OK(catalog);
    catalog_ = *std::move(catalog);
  }

  TempDir dir_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<Catalog> catalog_;
};

void ExpectSame(const Resources& a, const Resources& b) {
  EXPECT_EQ(a.units, b.units);
  EXPECT_EQ(a.regions, b.regions);
  EXPECT_EQ(a.markets, b.markets);
  EXPECT_EQ(a.products, b.products);
}

TEST_F(CatalogTest, NewCatalogHoldsBuiltinUnitsAndTheWholeMarketProduct) {
  EXPECT_EQ(catalog_->ListUnits().size(), BuiltinUnits().size());
  ASSERT_NE(catalog_->FindProduct(kAllProducts), nullptr);
  EXPECT_EQ(catalog_->FindRegion("CN"), nullptr);
}

TEST_F(CatalogTest, MeasuresAreaInMuAndTimeInMinutes) {
  struct UnitCase {
    const char* name;
    const char* code;
    Dimension dimension;
    int64_t base_quantity_e4;
  };
  for (const UnitCase& c : {UnitCase{"亩", "mu", Dimension::kArea, 10'000},
                            {"万亩", "wan-mu", Dimension::kArea, 100'000'000},
                            {"公顷", "ha", Dimension::kArea, 150'000},
                            {"平方米", "m2", Dimension::kArea, 15},
                            {"分钟", "min", Dimension::kTime, 10'000},
                            {"小时", "h", Dimension::kTime, 600'000},
                            {"天", "d", Dimension::kTime, 14'400'000}}) {
    const auto unit = catalog_->FindUnit(c.name);
    ASSERT_NE(unit, nullptr) << c.name;
    EXPECT_EQ(unit->code, c.code);
    EXPECT_EQ(unit->dimension, c.dimension);
    EXPECT_EQ(unit->base_quantity_e4, c.base_quantity_e4);
  }
}

TEST_F(CatalogTest, PutIsThereAfterReopening) {
  ASSERT_THAT(catalog_->Put(ExampleResources()), IsOk());
  const Resources before = catalog_->Export();
  Reopen();
  ExpectSame(catalog_->Export(), before);
  EXPECT_EQ(catalog_->FindMarket("xinfadi")->display_name, "北京新发地");
}

TEST_F(CatalogTest, ExportedCatalogPutIntoANewOneIsEqual) {
  ASSERT_THAT(catalog_->Put(ExampleResources()), IsOk());
  Unit jin = *catalog_->FindUnit("jin");
  jin.aliases.push_back("pao");
  ASSERT_THAT(catalog_->Put({.units = {jin}}), IsOk());
  const Resources exported = catalog_->Export();
  const TempDir other_dir;
  auto other_database = OpenDatabase(other_dir);
  GLUTWATCH_ASSERT_OK(other_database);
  auto other = Catalog::Open(other_database->get());
  GLUTWATCH_ASSERT_OK(other);
  ASSERT_THAT((*other)->Put(exported), IsOk());
  ExpectSame((*other)->Export(), exported);
}

TEST_F(CatalogTest, PutCountsWhatIsNewOrDifferent) {
  Resources resources = ExampleResources();
  EXPECT_THAT(catalog_->Put(resources, {.validate_only = true}).value(), Eq(10));
  EXPECT_EQ(catalog_->FindRegion("CN"), nullptr);
  EXPECT_THAT(catalog_->Put(resources).value(), Eq(10));
  EXPECT_THAT(catalog_->Put(resources).value(), Eq(0));
  resources.markets[0].display_name_en = "Xinfadi";
  EXPECT_THAT(catalog_->Put(resources).value(), Eq(1));
}

TEST_F(CatalogTest, HeldPointerDoesNotChange) {
  Resources resources = ExampleResources();
  ASSERT_THAT(catalog_->Put(resources), IsOk());
  const std::shared_ptr<const Market> held = catalog_->FindMarket("xinfadi");
  resources.markets[0].display_name = "renamed";
  ASSERT_THAT(catalog_->Put(resources), IsOk());
  EXPECT_EQ(held->display_name, "北京新发地");
  EXPECT_EQ(catalog_->FindMarket("xinfadi")->display_name, "renamed");
}

TEST_F(CatalogTest, ProductIsFoundByIdNameAndAliasInAnyWriting) {
  ASSERT_THAT(catalog_->Put(ExampleResources()), IsOk());
  for (const char* name :
       {"garlic", "Garlic", "GARLIC ", "大蒜", "蒜头", "Garlic(Dry)", "garlic-dry"}) {
    ASSERT_NE(catalog_->FindProduct(name), nullptr) << name;
    EXPECT_EQ(catalog_->FindProduct(name)->id, "garlic");
  }
  EXPECT_EQ(catalog_->FindProduct("ginger"), nullptr);
  EXPECT_EQ(catalog_->FindProduct(""), nullptr);
}

TEST_F(CatalogTest, DroppedAliasNoLongerLeadsAnywhereAndIsFree) {
  Resources resources = ExampleResources();
  ASSERT_THAT(catalog_->Put(resources), IsOk());
  Product garlic = resources.products[0];
  garlic.aliases = {"蒜"};
  Product sprout;
  sprout.id = "garlic-sprout";
  sprout.display_name = "蒜头";  // was garlic's
  ASSERT_THAT(catalog_->Put({.products = {sprout, garlic}}), IsOk());
  EXPECT_EQ(catalog_->FindProduct("蒜头")->id, "garlic-sprout");
  Reopen();
  EXPECT_EQ(catalog_->FindProduct("蒜头")->id, "garlic-sprout");
  EXPECT_EQ(catalog_->FindProduct("garlic (dry)"), nullptr);
}

struct UnitCase {
  std::string name;
  std::string code;
  Dimension dimension;
  int64_t base_quantity_e4;
};
TEST_F(CatalogTest, UnitIsFoundInTheWritingOfFeeds) {
  const std::vector<UnitCase> cases = {
      {"斤", "jin", Dimension::kMass, 5'000},
      {"公斤", "kg", Dimension::kMass, 10'000},
      {"KG", "kg", Dimension::kMass, 10'000},
      {"Kg", "kg", Dimension::kMass, 10'000},
      {"के.जी.", "kg", Dimension::kMass, 10'000},
      {"quintal", "quintal", Dimension::kMass, 1'000'000},
      {"两", "liang", Dimension::kMass, 500},
      {"Doz", "dozen", Dimension::kCount, 120'000},
      {"1 Pc", "piece", Dimension::kCount, 10'000},
      {"Unit", "piece", Dimension::kCount, 10'000},
      {"羽", "bird", Dimension::kCount, 10'000},
      {"L", "litre", Dimension::kVolume, 10'000},
      // So many of another unit.
      {"90 KG", "90-kg", Dimension::kMass, 900'000},
      {"90-kg", "90-kg", Dimension::kMass, 900'000},
      {"25公斤", "25-kg", Dimension::kMass, 250'000},
      {"500 G", "500-g", Dimension::kMass, 5'000},
      {"0.5kg", "0.5-kg", Dimension::kMass, 5'000},
      {"750 ML", "750-ml", Dimension::kVolume, 7'500},
      {"30 pcs", "30-piece", Dimension::kCount, 300'000},
      {"1 KG", "kg", Dimension::kMass, 10'000},
  };
  for (const UnitCase& c : cases) {
    const std::shared_ptr<const Unit> unit = catalog_->FindUnit(c.name);
    ASSERT_NE(unit, nullptr) << c.name;
    EXPECT_EQ(unit->code, c.code) << c.name;
    EXPECT_EQ(unit->dimension, c.dimension) << c.name;
    EXPECT_EQ(unit->base_quantity_e4.value_or(-1), c.base_quantity_e4) << c.name;
  }
}

TEST_F(CatalogTest, PackagingHasNoConversion) {
  for (const char* name : {"箱", "件", "把", "Bunch", "袋", "瓶", "Packet"}) {
    ASSERT_NE(catalog_->FindUnit(name), nullptr) << name;
    EXPECT_FALSE(catalog_->FindUnit(name)->base_quantity_e4.has_value()) << name;
  }
}

TEST_F(CatalogTest, WhatIsNoUnitIsNotFound) {
  for (const char* name : {"", "furlong", "90", "0 KG", "-5 kg", "12 箱", "0.00001 kg", "1.2.3 kg",
                           "999999999999999 t", "\xff"}) {
    EXPECT_EQ(catalog_->FindUnit(name), nullptr) << name;
  }
}

TEST_F(CatalogTest, BuiltinUnitLeavesAnOperatorsNameAlone) {
  Unit kg = *catalog_->FindUnit("kg");
  kg.aliases = {"kilo"};
  ASSERT_THAT(catalog_->Put({.units = {kg}}), IsOk());
  Reopen();
  EXPECT_NE(catalog_->FindUnit("kilo"), nullptr);
  EXPECT_EQ(catalog_->FindUnit("公斤"), nullptr);
}

TEST_F(CatalogTest, WithinFollowsParents) {
  ASSERT_THAT(catalog_->Put(ExampleResources()), IsOk());
  EXPECT_TRUE(catalog_->IsWithin("532930", "CN"));
  EXPECT_TRUE(catalog_->IsWithin("532930", "532930"));
  EXPECT_FALSE(catalog_->IsWithin("CN", "532930"));
  EXPECT_FALSE(catalog_->IsWithin("110106", "530000"));
  EXPECT_FALSE(catalog_->IsWithin("nowhere", "nowhere"));
}

template <typename Pointers>
std::vector<std::string> Names(const Pointers& pointers) {
  std::vector<std::string> names;
  for (const auto& pointer : pointers) names.push_back(pointer->display_name);
  return names;
}

TEST_F(CatalogTest, ListsPageByPageInsideASubtree) {
  ASSERT_THAT(catalog_->Put(ExampleResources()), IsOk());
  EXPECT_THAT(Names(catalog_->ListRegions("530000", "", 10)),
              ElementsAre("云南省", "大理白族自治州", "洱源县"));
  EXPECT_THAT(Names(catalog_->ListRegions("530000", "530000", 1)), ElementsAre("大理白族自治州"));
  EXPECT_THAT(Names(catalog_->ListMarkets("CN", "", 10)),
              ElementsAre("洱源大蒜市场", "北京新发地"));
  EXPECT_THAT(Names(catalog_->ListMarkets("530000", "", 10)), ElementsAre("洱源大蒜市场"));
  EXPECT_THAT(Names(catalog_->ListMarkets("CN", "eryuan", 10)), ElementsAre("北京新发地"));
  EXPECT_THAT(Names(catalog_->ListProducts("vegetable", "", 10)), ElementsAre("大蒜", "大白菜"));
  EXPECT_EQ(catalog_->ListProducts("", "", 10).size(), 3U);  // and products/all
}

TEST_F(CatalogTest, MovedMarketIsCounted) {
  Resources resources = ExampleResources();
  ASSERT_THAT(catalog_->Put(resources), IsOk());
  EXPECT_EQ(catalog_->arrangement(), 0);
  resources.markets[0].region = "530000";
  ASSERT_THAT(catalog_->Put(resources), IsOk());
  EXPECT_EQ(catalog_->arrangement(), 1);
}

TEST_F(CatalogTest, CostIsThatOfTheNearestRegionAndTheNewestValidity) {
  const auto cost = [](const char* region, int64_t e4, Day from, std::optional<Day> to) {
    return ProductionCost{region, CostConcept::kTotal, "CNY", e4, "", "survey", from, to};
  };
  Resources resources = ExampleResources();
  resources.products[0].costs = {
      cost("CN", 10'000, Day{0}, std::nullopt),
      cost("530000", 15'000, Day{100}, Day{300}),
      cost("530000", 16'000, Day{200}, Day{300}),
  };
  ASSERT_THAT(catalog_->Put(resources), IsOk());
  const auto at = [&](const char* region, Day day) {
    return catalog_->FindCost("大蒜", region, CostConcept::kTotal, day)
        .value_or(ProductionCost{})
        .cost_e4;
  };
  EXPECT_EQ(at("532930", Day{99}), 10'000);
  EXPECT_EQ(at("532930", Day{100}), 15'000);
  EXPECT_EQ(at("532930", Day{200}), 16'000);
  EXPECT_EQ(at("530000", Day{300}), 16'000);
  EXPECT_EQ(at("532930", Day{301}), 10'000);
  EXPECT_EQ(at("110106", Day{250}), 10'000);
  EXPECT_EQ(at("nowhere", Day{250}), 0);
  EXPECT_FALSE(catalog_->FindCost("garlic", "CN", CostConcept::kCash, Day{250}).has_value());
}

struct BadPutCase {
  std::string name;
  std::function<void(Resources*)> spoil;
  std::string want_message;
};
void PrintTo(const BadPutCase& c, std::ostream* os) { *os << c.name; }
class BadPutTest : public CatalogTest, public ::testing::WithParamInterface<BadPutCase> {};

TEST_P(BadPutTest, NamesTheFieldAndChangesNothing) {
  const Resources before = catalog_->Export();
  Resources resources = ExampleResources();
  GetParam().spoil(&resources);
  EXPECT_THAT(catalog_->Put(resources),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith(GetParam().want_message)));
  ExpectSame(catalog_->Export(), before);
}
INSTANTIATE_TEST_SUITE_P(
    Catalog, BadPutTest,
    ::testing::ValuesIn(std::vector<BadPutCase>{
        {"RegionId", [](Resources* r) { r->regions[1].code = "a/b"; },
         "regions[1].name: is \"a/b\", expected 1 to 64 letters"},
        {"RegionTwice", [](Resources* r) { r->regions.push_back(r->regions[0]); },
         "regions[5].name: \"CN\" is also in regions[0]"},
        {"UnknownParent", [](Resources* r) { r->regions[1].parent = "XX"; },
         "regions[1].parent: is \"XX\", expected a region"},
        {"LoopOfParents", [](Resources* r) { r->regions[0].parent = "532930"; },
         "regions[0].parent: leads back to \"CN\""},
        {"OwnParent", [](Resources* r) { r->regions[0].parent = "CN"; },
         "regions[0].parent: leads"},
        {"NoDisplayName", [](Resources* r) { r->regions[0].display_name = ""; },
         "regions[0].display_name: is empty"},
        {"Latitude",
         [](Resources* r) {
           r->regions[0].position = GeoPoint{91, 0};
         },
         "regions[0].position.latitude: is \"91\", expected -90 to 90"},
        {"MarketRegion", [](Resources* r) { r->markets[0].region = "999"; },
         "markets[0].region: is \"999\", expected a region"},
        {"TimeZone", [](Resources* r) { r->markets[0].time_zone = "Asia/Beijing"; },
         "markets[0].time_zone: is \"Asia/Beijing\", expected an IANA"},
        {"MarketKind", [](Resources* r) { r->markets[0].kind = MarketKind{}; },
         "markets[0].kind: "},
        {"ProductInCapitals", [](Resources* r) { r->products[0].id = "Garlic"; },
         "products[0].name: is \"Garlic\", expected \"garlic\""},
        {"AliasOfTwo", [](Resources* r) { r->products[1].aliases = {"GARLIC"}; },
         "products[1].aliases: the name \"garlic\" leads to \"garlic\" already"},
        {"AliasWithoutLetters", [](Resources* r) { r->products[1].aliases = {"?!"}; },
         "products[1].aliases[0]: is \"?!\""},
        {"ShelfLife", [](Resources* r) { r->products[0].shelf_life_days = -1; },
         "products[0].shelf_life_days: is \"-1\""},
        {"CostWithoutSource", [](Resources* r) { r->products[0].costs[0].source = ""; },
         "products[0].costs[0].source: is empty"},
        {"CostOfNothing", [](Resources* r) { r->products[0].costs[0].cost_e4 = 0; },
         "products[0].costs[0].cost_e4: is \"0\", expected a number above 0"},
        {"CostRegion", [](Resources* r) { r->products[0].costs[0].region = ""; },
         "products[0].costs[0].region: is \"\""},
        {"Currency", [](Resources* r) { r->products[0].costs[0].currency = "yuan"; },
         "products[0].costs[0].currency_code: is \"yuan\""},
        {"ValidityEndsFirst", [](Resources* r) { r->products[0].costs[0].valid_to = Day{17'000}; },
         "products[0].costs[0].valid_to: is \"2016-07-18\", expected a day from 2018-01-01"},
        {"MembershipSource",
         [](Resources* r) {
           r->products[0].green_channel = {{Day{1}, {}, ""}};
         },
         "products[0].green_channel[0].source: is empty"},
        {"WeightOfAPiece", [](Resources* r) { r->products[0].kilograms_per_piece["big"] = 0; },
         "products[0].kilograms_per_piece[big]: is \"0\""},
        {"UnitAlias",
         [](Resources* r) {
           r->units = {{"catty", Dimension::kMass, 6'000, {"斤"}}};
         },
         "units[0].aliases: the name \"斤\" leads to \"jin\""},
        {"UnitWithoutDimension",
         [](Resources* r) {
           r->units = {{"catty", Dimension::kUnspecified, 6'000, {}}};
         },
         "units[0].dimension: is not stated"},
    }),
    [](const auto& test) { return test.param.name; });

TEST_F(CatalogTest, DamagedValueRefusesToOpenAndNamesTheKey) {
  storage::WriteSet set;
  set.Put(storage::Table::kCatalog, "mxinfadi", "\x01garbage");
  GLUTWATCH_ASSERT_OK(database_->Write(set, storage::Durability::kFsynced));
  EXPECT_THAT(Catalog::Open(database_.get()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("key \"mxinfadi\"")));
}

TEST_F(CatalogTest, ReadersSeeAWholePutOrNone) {
  Resources resources = ExampleResources();
  ASSERT_THAT(catalog_->Put(resources), IsOk());
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  std::jthread reader([&] {
    while (!done) {
      const Resources all = catalog_->Export();
      torn += all.markets[0].display_name_en != all.markets[1].display_name_en ? 1 : 0;
    }
  });
  for (int i = 0; i < 30; ++i) {
    for (Market& market : resources.markets) market.display_name_en = std::to_string(i);
    ASSERT_THAT(catalog_->Put(resources), IsOk());
  }
  done = true;
  reader.join();
  EXPECT_EQ(torn, 0);
}

}  // namespace
}  // namespace glutwatch::catalog

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/yaml_message.h"
#include "ingest/simulation/arithmetic.h"
#include "ingest/simulation/scenario.h"
#include "ingest/simulation/simulator.h"
#include "ingest/simulation/spring_festival.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::ingest::simulation {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

Day DayOf(int year, int month, int day) { return ToDay(absl::CivilDay(year, month, day)); }

std::vector<v1::Region> Regions() {
  std::vector<v1::Region> regions;
  for (const char* code : {"530000", "530400", "530423", "532300", "532328", "532500", "532524",
                           "532503", "532900", "532924", "532925", "532930", "530100", "530102"}) {
    v1::Region region;
    region.set_name(absl::StrCat("regions/", code));
    region.set_display_name(absl::StrCat("R", code));
    regions.push_back(region);
  }
  return regions;
}

config::v1::Scenario Yunnan() {
  auto scenario = LoadScenario(GLUTWATCH_SOURCE_DIR "/deploy/scenarios/yunnan.yaml");
  EXPECT_THAT(scenario, IsOk());
  return *std::move(scenario);
}

PlanOptions ThreeYears() {
  PlanOptions options;
  options.last = DayOf(2026, 11, 20);
  options.days = 3 * 365;
  return options;
}

v1::ObservationBatch All(SimulationPlan plan, int64_t rows_per_call = 1'000'000) {
  Simulator simulator(std::move(plan));
  v1::ObservationBatch batch;
  while (simulator.Fill(rows_per_call, &batch) > 0) {
  }
  return batch;
}

// A plan's rows, and its modal prices by product, county and day.
struct Played {
  SimulationPlan plan;
  v1::ObservationBatch rows;

  explicit Played(const SimulationPlan& to_play) : plan(to_play), rows(All(to_play)) {}

  std::map<int32_t, double> Prices(const std::string& product, const std::string& region) const {
    std::map<int32_t, double> prices;
    for (int i = 0; i < rows.series_indexes_size(); ++i) {
      const auto& series = plan.series_specs[static_cast<size_t>(rows.series_indexes(i))];
      const auto& market = plan.market_specs[static_cast<size_t>(series.market_index())].market();
      if (series.product() != product || market.region() != "regions/" + region) continue;
      if (rows.modal_prices_e4(i) > 0) {
        prices[rows.market_days(i)] = static_cast<double>(rows.modal_prices_e4(i)) / 1e4;
      }
    }
    return prices;
  }
  double MeanPrice(const std::string& product, const std::string& region, Day from, Day to) const {
    double sum = 0;
    int count = 0;
    for (const auto& [day, price] : Prices(product, region)) {
      if (day < DayNumber(from) || day > DayNumber(to)) continue;
      sum += price;
      ++count;
    }
    return sum / count;
  }
};

const Played& YunnanPlayed() {
  static const Played* played = [] {
    const auto regions = Regions();
    return new Played(*PlanProvince(Yunnan(), regions, ThreeYears()));
  }();
  return *played;
}

TEST(ArithmeticTest, AgreesWithTheMathLibrary) {
  for (double x = -20; x <= 20; x += 0.37) {
    EXPECT_NEAR(Exp(x) / std::exp(x), 1, 1e-13) << x;
    EXPECT_NEAR(CosTurns(x), std::cos(2 * M_PI * x), 1e-8) << x;
  }
  for (double x = 1e-5; x < 1e5; x *= 1.7) EXPECT_NEAR(Log(x), std::log(x), 1e-11) << x;
}

TEST(ArithmeticTest, NormalHasMeanZeroAndDeviationOne) {
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 200'000;
  for (uint64_t i = 0; i < kDraws; ++i) {
    const double z = Normal(Mix(1, 2, i));
    sum += z;
    squares += z * z;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.01);
  EXPECT_NEAR(squares / kDraws, 1, 0.01);
}

TEST(SpringFestivalTest, CountsDaysFromTheNearestOne) {
  EXPECT_EQ(DaysFromSpringFestival(DayOf(2026, 2, 17)), 0);
  EXPECT_EQ(DaysFromSpringFestival(DayOf(2026, 2, 10)), -7);
  EXPECT_EQ(DaysFromSpringFestival(DayOf(2025, 12, 31)), -48);
  EXPECT_EQ(DaysFromSpringFestival(DayOf(2027, 2, 6)), 0);
  EXPECT_EQ(DaysFromSpringFestival(DayOf(2030, 2, 4)), 1);
}

TEST(SimulatorTest, IsEqualBitForBitHoweverTheBatchesAreCut) {
  const auto regions = Regions();
  PlanOptions options = ThreeYears();
  options.days = 100;
  const auto plan = PlanProvince(Yunnan(), regions, options);
  GLUTWATCH_ASSERT_OK(plan);
  const std::string whole = All(*plan).SerializeAsString();
  EXPECT_EQ(All(*plan, 7).SerializeAsString(), whole);
  EXPECT_EQ(All(*plan, 1000).SerializeAsString(), whole);
  options.seed = 99;
  EXPECT_NE(All(*PlanProvince(Yunnan(), regions, options)).SerializeAsString(), whole);
}

// Fails when the numbers change: then recorded transcripts and checkpoints of older versions do
// not fit any more, which a release note must say.
TEST(SimulatorTest, FirstRowsStayTheSame) {
  const Played& played = YunnanPlayed();
  std::string first;
  for (int i = 0; i < 3; ++i) {
    absl::StrAppend(&first, played.rows.low_prices_e4(i), "/", played.rows.modal_prices_e4(i), "/",
                    played.rows.high_prices_e4(i), " ");
  }
  EXPECT_EQ(first, "10500/11100/11900 32400/33800/34900 53300/55400/57600 ");
}

TEST(SimulatorTest, RowsComeDayByDay) {
  const auto& days = YunnanPlayed().rows.market_days();
  EXPECT_TRUE(std::is_sorted(days.begin(), days.end()));
  EXPECT_EQ(days.Get(0), DayNumber(YunnanPlayed().plan.first));
  EXPECT_EQ(days.Get(days.size() - 1), DayNumber(YunnanPlayed().plan.last));
}

TEST(SimulatorTest, EveryRowKeepsTheServersHardRules) {
  const v1::ObservationBatch& rows = YunnanPlayed().rows;
  std::set<std::pair<int32_t, int32_t>> keys;
  for (int i = 0; i < rows.series_indexes_size(); ++i) {
    const bool traded = rows.day_statuses(i) == v1::DAY_STATUS_TRADED;
    ASSERT_EQ(traded, rows.modal_prices_e4(i) > 0);
    ASSERT_LE(rows.low_prices_e4(i), rows.modal_prices_e4(i));
    ASSERT_LE(rows.modal_prices_e4(i), rows.high_prices_e4(i));
    ASSERT_EQ(traded, rows.low_prices_e4(i) > 0);
    ASSERT_GE(rows.arrivals_e4(i), 0);
    ASSERT_TRUE(keys.emplace(rows.series_indexes(i), rows.market_days(i)).second);
  }
}

TEST(SimulatorTest, GarlicFallsAsItDidInEryuan) {
  const Played& played = YunnanPlayed();
  const Day last = played.plan.last;
  const double bottom = played.MeanPrice("大蒜", "532930", last - 10, last);
  const double year_before = played.MeanPrice("大蒜", "532930", last - 375, last - 365);
  EXPECT_NEAR(bottom / year_before, 0.13, 0.03) << "7-8 CNY to 1 CNY";
  const double shoots = played.MeanPrice("蒜薹", "532930", last - 36, last - 20);
  const double shoots_before = played.MeanPrice("蒜薹", "532930", last - 75, last - 55);
  EXPECT_NEAR(shoots / shoots_before, 0.333, 0.07) << "9 CNY to 3 CNY";
  const double garlic_then = played.MeanPrice("大蒜", "532930", last - 46, last - 44);
  EXPECT_GT(garlic_then / year_before, 0.7) << "the shoots fall first";
}

TEST(SimulatorTest, OnionsOfYuanmouFallToAQuarter) {
  const Played& played = YunnanPlayed();
  const Day last = played.plan.last;
  const double bottom = played.MeanPrice("洋葱", "532328", last - 20, last);
  const double year_before = played.MeanPrice("洋葱", "532328", last - 385, last - 365);
  EXPECT_NEAR(bottom / year_before, 0.25, 0.06);
  const double elsewhere = played.MeanPrice("洋葱", "532300", last - 20, last);
  EXPECT_GT(elsewhere / bottom, 2) << "little of it reaches the wholesale market";
}

TEST(SimulatorTest, WithoutBuyersArrivalsFallAndDaysPassWithoutABid) {
  const Played& played = YunnanPlayed();
  int no_bid = 0;
  int traded = 0;
  for (int i = 0; i < played.rows.series_indexes_size(); ++i) {
    const auto& series =
        played.plan.series_specs[static_cast<size_t>(played.rows.series_indexes(i))];
    const auto& market =
        played.plan.market_specs[static_cast<size_t>(series.market_index())].market();
    if (series.product() != "洋葱" || market.region() != "regions/532524") continue;
    if (played.rows.market_days(i) < DayNumber(played.plan.last - 15)) continue;
    no_bid += played.rows.day_statuses(i) == v1::DAY_STATUS_NO_BID ? 1 : 0;
    traded += played.rows.day_statuses(i) == v1::DAY_STATUS_TRADED ? 1 : 0;
  }
  EXPECT_GE(no_bid, 2);
  EXPECT_GE(traded, 4);
}

TEST(SimulatorTest, WeekHasItsCycle) {
  const Played& played = YunnanPlayed();
  std::map<int, std::pair<double, int>> by_weekday;
  for (const auto& [day, price] : played.Prices("番茄", "530100")) {
    auto& [sum, count] = by_weekday[(day + 3) % 7];  // 0 is Monday
    sum += std::log(price);
    ++count;
  }
  const auto mean = [&](int weekday) {
    return by_weekday[weekday].first / by_weekday[weekday].second;
  };
  EXPECT_GT((mean(4) + mean(5)) / 2, (mean(0) + mean(1)) / 2 + 0.02) << "dearest at its end";
}

TEST(SimulatorTest, MarketsRestOverTheSpringFestival) {
  const Played& played = YunnanPlayed();
  std::set<std::string> products;
  for (int i = 0; i < played.rows.series_indexes_size(); ++i) {
    if (played.rows.market_days(i) != DayNumber(DayOf(2026, 2, 17))) continue;
    EXPECT_EQ(played.rows.day_statuses(i), v1::DAY_STATUS_HOLIDAY);
    products.insert(
        played.plan.series_specs[static_cast<size_t>(played.rows.series_indexes(i))].product());
  }
  EXPECT_THAT(products, ::testing::ElementsAre("all"));
}

TEST(PlanTest, FewCountiesAreThoseOfTheGlutsFirst) {
  const auto regions = Regions();
  PlanOptions options = ThreeYears();
  options.counties = 6;
  const auto plan = PlanProvince(Yunnan(), regions, options);
  GLUTWATCH_ASSERT_OK(plan);
  std::set<std::string> counties;
  for (const auto& spec : plan->market_specs) {
    if (spec.market().kind() == v1::MARKET_KIND_PRODUCING_AREA) {
      counties.insert(spec.market().region());
    }
    EXPECT_THAT(spec.market().display_name(), HasSubstr("模拟"));
  }
  EXPECT_EQ(counties.size(), 6u);
  for (const char* code : {"532930", "532925", "532328", "532524", "530423"}) {
    EXPECT_TRUE(counties.contains(absl::StrCat("regions/", code))) << code;
  }
}

TEST(PlanTest, CountyThatTheServerDoesNotKnowIsNamed) {
  PlanOptions options = ThreeYears();
  EXPECT_THAT(PlanProvince(Yunnan(), {}, options),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("532930")));
}

TEST(PlanTest, DaysOutsideTheFestivalTableAreRefused) {
  PlanOptions options = ThreeYears();
  options.last = DayOf(2041, 1, 1);
  EXPECT_THAT(PlanNation(options),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2000 to 2040")));
}

TEST(PlanTest, NationalDayHasHalfAMillionRows) {
  PlanOptions options;
  options.last = DayOf(2026, 3, 2);
  options.days = 1;
  const auto plan = PlanNation(options);
  GLUTWATCH_ASSERT_OK(plan);
  EXPECT_EQ(plan->series.size(), 500'000u);
  Simulator simulator(*plan);
  v1::ObservationBatch batch;
  EXPECT_EQ(simulator.Fill(1'000'000, &batch), 500'000);
}

v1::CatalogFile ReadCatalog(const std::string& path) {
  v1::CatalogFile catalog;
  EXPECT_THAT(ReadYamlFile(GLUTWATCH_SOURCE_DIR "/deploy/" + path, &catalog), IsOk());
  return catalog;
}

TEST(ExampleCostsTest, AddCostsToTheCatalogsProductsAndChangeNothingElse) {
  const v1::CatalogFile catalog = ReadCatalog("catalog/products.yaml");
  const v1::CatalogFile examples = ReadCatalog("scenarios/costs.yaml");
  EXPECT_GE(examples.products_size(), 3);
  for (v1::Product example : examples.products()) {
    const auto real =
        std::find_if(catalog.products().begin(), catalog.products().end(),
                     [&](const v1::Product& product) { return product.name() == example.name(); });
    ASSERT_NE(real, catalog.products().end()) << example.name();
    while (example.costs_size() > real->costs_size()) {
      EXPECT_THAT(example.costs(example.costs_size() - 1).source(), HasSubstr("EXAMPLE"));
      example.mutable_costs()->RemoveLast();
    }
    EXPECT_EQ(example.SerializeAsString(), real->SerializeAsString());
  }
}

TEST(ExampleCostsTest, CatalogKnowsEveryProductOfTheScenario) {
  const v1::CatalogFile catalog = ReadCatalog("catalog/products.yaml");
  const config::v1::Scenario scenario = Yunnan();
  std::set<std::string> names;
  for (const v1::Product& product : catalog.products()) {
    names.insert(product.display_name());
  }
  for (const auto& product : scenario.products()) {
    EXPECT_TRUE(names.contains(product.product())) << product.product();
  }
}

struct BadScenario {
  const char* name;
  void (*damage)(config::v1::Scenario*);
  const char* message;
};
class ScenarioTest : public ::testing::TestWithParam<BadScenario> {};

TEST_P(ScenarioTest, BadFieldIsNamed) {
  config::v1::Scenario scenario = Yunnan();
  GetParam().damage(&scenario);
  EXPECT_THAT(ValidateScenario(scenario),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().message)));
}
INSTANTIATE_TEST_SUITE_P(
    Fields, ScenarioTest,
    ::testing::Values(
        BadScenario{"NoId", [](auto* s) { s->clear_id(); }, "id: is empty"},
        BadScenario{"NoProducts", [](auto* s) { s->clear_products(); }, "products: is empty"},
        BadScenario{"Swing", [](auto* s) { s->mutable_products(1)->set_season_swing(3); },
                    "products[1].season_swing: is 3"},
        BadScenario{"Twice", [](auto* s) { s->mutable_products(1)->set_product("大蒜"); },
                    "products[1].product: \"大蒜\" is there twice"},
        BadScenario{"GlutProduct", [](auto* s) { s->mutable_gluts(0)->set_product("榴莲"); },
                    "gluts[0].product: \"榴莲\""},
        BadScenario{"Ratio", [](auto* s) { s->mutable_gluts(0)->set_bottom_price_ratio(1); },
                    "gluts[0].bottom_price_ratio"},
        BadScenario{"Starts", [](auto* s) { s->mutable_gluts(0)->set_start_days_before_end(3); },
                    "gluts[0].start_days_before_end"},
        BadScenario{"Source", [](auto* s) { s->mutable_gluts(0)->clear_source(); },
                    "gluts[0].source"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace glutwatch::ingest::simulation

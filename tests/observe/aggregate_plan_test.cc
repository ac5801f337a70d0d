#include "server/observe/aggregate_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/observe/intake_fixture.h"

namespace glutwatch::observe {
namespace {

using catalog::SeriesKey;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Garlic and cabbage in Eryuan (in yuan per 斤 and kg, and per box) and in Beijing (per catty).
class AggregatePlanTest : public IntakeFixture {
 protected:
  void SetUp() override {
    IntakeFixture::SetUp();
    Register({"eryuan", "garlic", "", "CNY", "jin"}, "t");
    Register({"eryuan", "garlic", "5cm", "CNY", "kg"}, "kg");
    Register({"eryuan", "napa-cabbage", "", "CNY", "kg"}, "");
    Register({"xinfadi", "garlic", "", "CNY", "catty"}, "catty");
    Register({"xinfadi", "garlic", "", "USD", "kg"}, "kg");
    Register({"xinfadi", "napa-cabbage", "", "CNY", "box"}, "box");
    Register({"xinfadi", "napa-cabbage", "", "CNY", "dozen"}, "piece");
  }

  void Register(const SeriesKey& key, const std::string& arrivals_unit) {
    const auto ids = registry_->Resolve({&key, 1});
    GLUTWATCH_ASSERT_OK(ids);
    if (!arrivals_unit.empty()) {
      GLUTWATCH_ASSERT_OK(registry_->SetArrivalsUnit(ids->front(), arrivals_unit));
    }
  }

  absl::StatusOr<AggregatePlan> Plan(const GroupingQuestion& question) {
    return PlanAggregation(question, *catalog_, *registry_);
  }
  // "region/category/product/market CNY/kg: series/markets/products".
  std::vector<std::string> Groups(const GroupingQuestion& question) {
    const auto plan = Plan(question);
    EXPECT_THAT(plan, glutwatch::testing::IsOk());
    std::vector<std::string> groups;
    for (const AggregateGroup& group : plan->groups) {
      groups.push_back(absl::StrCat(
          absl::StrJoin({group.region, group.category, group.product, group.market}, "/"), " ",
          group.price_unit, ": ", group.series, "/", group.markets, "/", group.products));
    }
    return groups;
  }

  const GroupingQuestion everything_{.category = "vegetable"};
};

TEST_F(AggregatePlanTest, CurrenciesAndUnitsThatDoNotConvertAreNeverMixed) {
  EXPECT_THAT(Groups(everything_), ElementsAre("/// CNY/box: 1/1/1", "/// CNY/kg: 4/2/2",
                                               "/// CNY/piece: 1/1/1", "/// USD/kg: 1/1/1"));
}

TEST_F(AggregatePlanTest, ScalesUndoTheUnits) {
  const auto plan = Plan(everything_);
  GLUTWATCH_ASSERT_OK(plan);
  std::map<int, const PlannedSeries*> by_number;
  for (const PlannedSeries& series : plan->series) {
    by_number[static_cast<int>(series.id)] = &series;
  }
  ASSERT_EQ(by_number.size(), 7u);
  EXPECT_EQ(by_number[1]->scale.price_divisor, 5'000);     // yuan per 斤
  EXPECT_EQ(by_number[1]->scale.arrivals_factor, 0.0001);  // tonnes, in 1/10,000
  EXPECT_THAT(by_number[2]->scale.arrivals_factor, DoubleEq(1e-7));
  EXPECT_EQ(by_number[3]->scale.arrivals_factor, 0);  // reports none
  EXPECT_EQ(by_number[4]->scale.price_divisor, 6'000);
  EXPECT_THAT(by_number[4]->scale.arrivals_factor, DoubleEq(0.6e-7));
  EXPECT_THAT(by_number[6]->scale.arrivals_factor, DoubleEq(1e-4));     // boxes
  EXPECT_EQ(plan->groups[by_number[7]->group].price_divisor, 120'000);  // per piece
  EXPECT_THAT(by_number[7]->scale.arrivals_factor, DoubleEq(1e-4));     // pieces
  EXPECT_EQ(plan->groups[by_number[1]->group].arrivals_unit, "t");
  EXPECT_EQ(plan->groups[by_number[6]->group].arrivals_unit, "box");
  EXPECT_EQ(plan->groups[by_number[7]->group].arrivals_unit, "piece");
}

TEST_F(AggregatePlanTest, SeriesOfOneUnitAreDividedAtTheEnd) {
  const auto plan = Plan({.selection = {.markets = {"eryuan"}}, .group_by = kByProduct});
  GLUTWATCH_ASSERT_OK(plan);
  ASSERT_EQ(plan->series.size(), 3u);
  // Garlic per 斤 and per kg, each by its own; cabbage per kg alone.
  EXPECT_EQ(plan->series[0].scale.price_divisor, 5'000);
  EXPECT_EQ(plan->series[1].scale.price_divisor, 10'000);
  EXPECT_EQ(plan->groups[0].price_divisor, 1);
  EXPECT_EQ(plan->series[2].scale.price_divisor, 1);
  EXPECT_EQ(plan->groups[1].price_divisor, 10'000);
}

TEST_F(AggregatePlanTest, AnotherUnitOfMassMayBeAskedFor) {
  GroupingQuestion question{.selection = {.series = {storage::SeriesId{1}}},
                            .mass_unit = {"quintal", 100}};
  const auto plan = Plan(question);
  GLUTWATCH_ASSERT_OK(plan);
  EXPECT_EQ(plan->groups[0].price_unit, "CNY/quintal");
  // 1 yuan per 斤 is 200 per quintal.
  EXPECT_EQ(plan->groups[0].price_divisor, 50);
}

TEST_F(AggregatePlanTest, GroupsAreMadeByWhatIsAskedFor) {
  GroupingQuestion question = everything_;
  question.selection.region = "530000";
  question.group_by = kByProduct;
  EXPECT_THAT(Groups(question),
              ElementsAre("//garlic/ CNY/kg: 2/1/1", "//napa-cabbage/ CNY/kg: 1/1/1"));
  question.group_by = kByMarket | kByCategory;
  EXPECT_THAT(Groups(question), ElementsAre("/vegetable//eryuan CNY/kg: 3/1/2"));
}

TEST_F(AggregatePlanTest, RegionsAreThoseOfTheLevelOrTheNearestAbove) {
  GroupingQuestion question{.selection = {.products = {"garlic"}}, .group_by = kByRegion};
  const auto regions_at = [&](RegionLevel level) {
    question.region_level = level;
    return Groups(question);
  };
  EXPECT_THAT(
      regions_at(RegionLevel::kCounty),
      ElementsAre("110106/// CNY/kg: 1/1/1", "110106/// USD/kg: 1/1/1", "532930/// CNY/kg: 2/1/1"));
  // Fengtai lies directly in the country: there is no prefecture or province of it.
  EXPECT_THAT(regions_at(RegionLevel::kPrefecture),
              ElementsAre("532900/// CNY/kg: 2/1/1", "CN/// CNY/kg: 1/1/1", "CN/// USD/kg: 1/1/1"));
  EXPECT_THAT(regions_at(RegionLevel::kProvince),
              ElementsAre("530000/// CNY/kg: 2/1/1", "CN/// CNY/kg: 1/1/1", "CN/// USD/kg: 1/1/1"));
}

TEST_F(AggregatePlanTest, WhereCodesSayNothingTheStepsBelowTheCountryCount) {
  catalog::Resources more;
  more.regions = {{"IN", "", "ISO 3166", "India", "", std::nullopt},
                  {"IN-MH", "IN", "ISO 3166-2", "Maharashtra", "", std::nullopt},
                  {"nashik", "IN-MH", "lgd", "Nashik", "", std::nullopt},
                  {"lasalgaon", "nashik", "lgd", "Lasalgaon", "", std::nullopt}};
  more.markets = {{"onions", "lasalgaon", catalog::MarketKind::kWholesale, "Lasalgaon", "",
                   "Asia/Kolkata", std::nullopt}};
  GLUTWATCH_ASSERT_OK(catalog_->Put(more));
  Register({"onions", "garlic", "", "INR", "quintal"}, "");
  GroupingQuestion question{.selection = {.markets = {"onions"}}, .group_by = kByRegion};
  for (const auto& [level, expected] :
       std::vector<std::pair<RegionLevel, std::string>>{{RegionLevel::kProvince, "IN-MH"},
                                                        {RegionLevel::kPrefecture, "nashik"},
                                                        {RegionLevel::kCounty, "lasalgaon"}}) {
    question.region_level = level;
    EXPECT_THAT(Groups(question), ElementsAre(expected + "/// INR/kg: 1/1/1"));
  }
}

TEST_F(AggregatePlanTest, SeriesOfAMarketStandTogether) {
  const auto plan = Plan({.selection = {.products = {"garlic"}}});
  GLUTWATCH_ASSERT_OK(plan);
  std::vector<std::string> series;
  for (const PlannedSeries& one : plan->series) {
    series.push_back(
        absl::StrCat(one.group, ":", static_cast<int>(one.id), one.last_of_market ? " end" : ""));
  }
  EXPECT_THAT(series, ElementsAre("0:1", "0:2 end", "0:4 end", "1:5 end"));
}

TEST_F(AggregatePlanTest, ACategoryNarrowsTheSelection) {
  GroupingQuestion question{.selection = {.products = {"garlic"}}, .category = "fruit"};
  const auto none = Plan(question);
  EXPECT_EQ(none.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(none.status().message()), HasSubstr("\"fruit\""));
  question.category = "vegetable";
  EXPECT_THAT(Groups(question), ElementsAre("/// CNY/kg: 3/2/1", "/// USD/kg: 1/1/1"));
}

TEST_F(AggregatePlanTest, WhatIsWrongIsNamed) {
  const auto nowhere = Plan({.selection = {.markets = {"nowhere"}}});
  EXPECT_EQ(nowhere.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(nowhere.status().message()), HasSubstr("nowhere"));
  const auto no_level = Plan({.selection = {.markets = {"eryuan"}}, .group_by = kByRegion});
  EXPECT_EQ(no_level.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(no_level.status().message()), HasSubstr("region_level"));
}

}  // namespace
}  // namespace glutwatch::observe

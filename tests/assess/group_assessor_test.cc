#include "server/assess/group_assessor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "forecast/seasonal_norm.h"
#include "tests/assess/price_world.h"

namespace glutwatch::assess {
namespace {

using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kFirst = 17'000;
constexpr int kCostFrom = 17'532;
constexpr int kLast = 18'500;
constexpr int64_t kNow = storage::PriceStore::kNow;

class GroupAssessorTest : public PriceWorldTest {
 protected:
  std::vector<GroupDay> Days(Day from = kMinDay, Day to = kMaxDay, int64_t vintage_us = kNow) {
    auto days = assessor_->Days(kGarlicInEryuan, from, to, vintage_us);
    EXPECT_THAT(days, testing::IsOk());
    return days.ok() ? *std::move(days) : std::vector<GroupDay>();
  }
};

TEST_F(GroupAssessorTest, AGroupWithoutSeriesHasNoDays) {
  EXPECT_THAT(Days(), IsEmpty());
  Garlic();  // registered, never observed
  EXPECT_THAT(Days(), IsEmpty());
}

TEST_F(GroupAssessorTest, PricesAreInBaseUnits) {
  Append({Row(Garlic(), kFirst, 1.25)});
  const auto days = Days();
  ASSERT_EQ(days.size(), 1u);
  EXPECT_EQ(days[0].day, Day{kFirst});
  EXPECT_EQ(days[0].indicators.price, 2.5);
  EXPECT_EQ(days[0].series_count, 1);
}

TEST_F(GroupAssessorTest, CostsCountFromTheDayTheyAreValid) {
  Append(Season(Garlic(), kFirst, kLast, 1.5));
  for (const GroupDay& day : Days()) {
    EXPECT_EQ(day.has_cost, day.day >= Day{kCostFrom}) << FormatDay(day.day);
    if (day.has_cost) {
      EXPECT_EQ(day.indicators.price_to_total_cost, *day.indicators.median_price / 1.5);
      EXPECT_EQ(day.indicators.price_to_cash_cost, std::nullopt);
    }
  }
}

TEST_F(GroupAssessorTest, ACostInAnotherCurrencyOrForAnotherUnitDoesNotCount) {
  Append({Row(Series({"eryuan", "garlic", "", "USD", "kg"}), kCostFrom + 1, 1)});
  EXPECT_FALSE(Days().at(0).has_cost);
  EXPECT_EQ(Days().at(0).indicators.price_to_total_cost, std::nullopt);
}

TEST_F(GroupAssessorTest, ADayDoesNotDependOnWhatCameAfterItOrOnTheRangeAskedFor) {
  Append(Season(Garlic("a"), kFirst, kLast, 1.5));
  Append(Season(Garlic("b"), kFirst + 100, kLast, 2.5, 3));
  const auto whole = Days();
  for (const int at : {0, 1, 500, 1100, 1500}) {
    const GroupDay& want = whole.at(static_cast<size_t>(at));
    for (const auto& days : {Days(want.day, want.day), Days(kMinDay, want.day)}) {
      ASSERT_FALSE(days.empty());
      EXPECT_EQ(days.back().indicators, want.indicators) << FormatDay(want.day);
      EXPECT_EQ(days.back().series_count, want.series_count);
    }
  }
}

TEST_F(GroupAssessorTest, AVintageShowsWhatWasKnownThen) {
  const storage::SeriesId garlic = Garlic();
  const int64_t first = Append(Season(garlic, kFirst, kLast, 1.5));
  const auto before = Days(kMinDay, kMaxDay, first);
  const int64_t second = Append({Row(garlic, kFirst + 700, 9.0), Row(garlic, kLast + 1, 1.0)});
  const auto again = Days(kMinDay, kMaxDay, first);
  ASSERT_EQ(again.size(), before.size());
  for (size_t i = 0; i < again.size(); ++i) EXPECT_EQ(again[i].indicators, before[i].indicators);
  const auto now = Days(kMinDay, kMaxDay, second);
  EXPECT_EQ(now.size(), before.size() + 1);
  EXPECT_EQ(now[700].indicators.price, 18.0);
  Reopen();
  EXPECT_EQ(Days(kMinDay, kMaxDay, first).size(), before.size());
}

TEST_F(GroupAssessorTest, AGroupIsTheMedianOfItsSeries) {
  Append({Row(Garlic("a"), kFirst, 1.0), Row(Garlic("b"), kFirst, 2.0),
          Row(Garlic("c"), kFirst, 6.0), Row(Garlic("b"), kFirst + 1, 3.0)});
  const auto days = Days();
  ASSERT_EQ(days.size(), 2u);
  EXPECT_EQ(days[0].indicators.price, 4.0);
  EXPECT_EQ(days[0].series_count, 3);
  EXPECT_EQ(days[1].indicators.price, 6.0);
  EXPECT_EQ(days[1].series_count, 1);
}

TEST_F(GroupAssessorTest, PricesOfDifferentUnitsHaveNoMedian) {
  Append({Row(Garlic("a", "jin"), kFirst, 1.0), Row(Garlic("b", "head"), kFirst, 5.0)});
  EXPECT_EQ(Days().at(0).indicators.price, std::nullopt);
  EXPECT_EQ(Days().at(0).series_count, 2);
}

TEST_F(GroupAssessorTest, SeriesOfOtherRegionsAndProductsStayOut) {
  Append({Row(Garlic(), kFirst, 1.0),
          Row(Series({"xinfadi", "garlic", "", "CNY", "jin"}), kFirst, 5.0),
          Row(Series({"eryuan", "napa-cabbage", "", "CNY", "jin"}), kFirst, 5.0)});
  EXPECT_EQ(Days().at(0).indicators.price, 2.0);
}

TEST_F(GroupAssessorTest, EvidenceGivesTheSeriesBehindADay) {
  const storage::SeriesId a = Garlic("a");
  const storage::SeriesId b = Garlic("b", "catty");
  Append({Row(a, kFirst, 1.0), Row(b, kFirst, 3.0), Row(a, kFirst + 1, 1.0)});
  const auto evidence = assessor_->Evidence(kGarlicInEryuan, Day{kFirst}, kNow);
  GLUTWATCH_ASSERT_OK(evidence);
  ASSERT_EQ(evidence->size(), 2u);
  EXPECT_EQ((*evidence)[0].series, a);
  EXPECT_EQ((*evidence)[1].series, b);
  EXPECT_EQ((*evidence)[1].price_unit, "CNY/kg");
  EXPECT_EQ((*evidence)[1].indicators.price, 5.0);
  EXPECT_EQ(assessor_->Evidence(kGarlicInEryuan, Day{kFirst + 1}, kNow)->size(), 1u);
}

// The evidence of a warning must be what its indicators were computed from.
TEST_F(GroupAssessorTest, EvidenceIsWhatTheDaysAreTheMediansOf) {
  const storage::SeriesId ids[] = {Garlic("a"), Garlic("b"), Garlic("c", "catty")};
  Append(Season(ids[0], kFirst, kLast, 1.5));
  const int64_t vintage_us = Append(Season(ids[1], kFirst + 300, kLast, 2.5, 3));
  Append(Season(ids[2], kFirst, kLast, 1.2, 7));
  for (const int64_t as_of : {vintage_us, kNow}) {
    for (const GroupDay& day : Days(Day{kLast - 60}, kMaxDay, as_of)) {
      const auto evidence = assessor_->Evidence(kGarlicInEryuan, day.day, as_of);
      GLUTWATCH_ASSERT_OK(evidence);
      ASSERT_EQ(evidence->size(), static_cast<size_t>(day.series_count));
      std::vector<double> ratios;
      for (const SeriesDay& one : *evidence) {
        EXPECT_EQ(assessor_->Series(one.series, day.day, as_of)->indicators, one.indicators);
        ratios.push_back(*one.indicators.price_to_norm);
      }
      EXPECT_EQ(forecast::Median(absl::MakeSpan(ratios)), day.indicators.price_to_norm);
      if (evidence->size() == 1) {
        EXPECT_EQ(evidence->front().indicators, day.indicators);
      }
    }
  }
}

TEST_F(GroupAssessorTest, EachDayIsComparedWithTheCostOfThatDay) {
  auto resources = testing::ExampleResources();
  auto& costs = resources.products[0].costs;
  costs[0].valid_to = Day{kCostFrom + 99};
  costs.push_back(costs[0]);
  costs[1].cost_e4 = 20'000;
  costs[1].valid_from = Day{kCostFrom + 100};
  costs[1].valid_to = std::nullopt;
  costs.push_back(costs[1]);
  costs[2].cost_concept = catalog::CostConcept::kCash;
  costs[2].cost_e4 = 8'000;
  GLUTWATCH_ASSERT_OK(catalog_->Put({.products = {resources.products[0]}}));
  Append(Season(Garlic(), kCostFrom, kCostFrom + 200, 1.5));
  const auto days = Days();
  const auto ratio = [&](size_t at, double cost) {
    return *days.at(at).indicators.median_price / cost;
  };
  EXPECT_EQ(days[99].indicators.price_to_total_cost, ratio(99, 1.5));
  EXPECT_EQ(days[99].indicators.price_to_cash_cost, std::nullopt);
  EXPECT_EQ(days[100].indicators.price_to_total_cost, ratio(100, 2.0));
  EXPECT_EQ(days[100].indicators.price_to_cash_cost, ratio(100, 0.8));
}

TEST_F(GroupAssessorTest, OneSeriesOnItsNewestDay) {
  const storage::SeriesId garlic = Garlic();
  Append(Season(garlic, kFirst, kFirst + 10, 1.5));
  EXPECT_EQ(assessor_->Series(garlic, std::nullopt, kNow)->indicators.day, Day{kFirst + 10});
  EXPECT_EQ(assessor_->Series(garlic, Day{kFirst + 4}, kNow)->indicators.day, Day{kFirst + 4});
  EXPECT_THAT(assessor_->Series(garlic, Day{kFirst - 1}, kNow),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("2016-07-17")));
  EXPECT_THAT(assessor_->Series(storage::SeriesId{99}, std::nullopt, kNow),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("series/99")));
}

TEST_F(GroupAssessorTest, ForecastsFromTheOriginAlone) {
  const storage::SeriesId garlic = Garlic();
  const int64_t vintage_us = Append(Season(garlic, kFirst, kLast, 1.5));
  const auto forecast = assessor_->Forecast(garlic, Day{kLast - 100}, 28, vintage_us);
  GLUTWATCH_ASSERT_OK(forecast);
  EXPECT_EQ(forecast->origin, Day{kLast - 100});
  EXPECT_EQ(forecast->price_unit, "CNY/kg");
  EXPECT_EQ(forecast->forecast.points.size(), 28u);
  EXPECT_THAT(assessor_->Forecast(Garlic("none"), std::nullopt, 28, kNow),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("have 0")));
}

TEST_F(GroupAssessorTest, FillsTheForecastWhereItIsWanted) {
  Append(Season(Garlic(), kFirst, kLast, 1.5));
  EXPECT_EQ(Days(Day{kLast}).at(0).indicators.forecast_to_norm, std::nullopt);
  const GroupAssessor assessor(catalog_.get(), registry_.get(), store_.get(),
                               {.with_forecast = true});
  const auto days = assessor.Days(kGarlicInEryuan, Day{kLast}, kMaxDay, kNow);
  ASSERT_TRUE(days->at(0).indicators.forecast_to_norm.has_value());
  EXPECT_NEAR(*days->at(0).indicators.forecast_to_norm, 1, 0.1);
}

TEST_F(GroupAssessorTest, KnowsWhatWasSimulated) {
  Append({Row(Garlic(), kFirst, 1.0)}, "test");
  EXPECT_FALSE(assessor_->IsSimulated(kGarlicInEryuan));
  Append({Row(Garlic("b"), kFirst, 1.0)}, "simulated:yunnan");
  EXPECT_TRUE(assessor_->IsSimulated(kGarlicInEryuan));
}

}  // namespace
}  // namespace glutwatch::assess

#include "forecast/risk/indicators.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/histories.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::forecast::risk {
namespace {

using forecast::testing::DayOf;
using forecast::testing::kNaN;
using forecast::testing::MakeHistory;
using forecast::testing::MakeIrregular;
using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

TEST(IndicatorsTest, AskingDayByDayGivesTheSameBits) {
  const auto history = MakeIrregular(DayOf(2016, 1, 1), DayOf(2022, 3, 31));
  const Day from = DayOf(2021, 12, 1);
  const Costs costs{.total = 1.1, .cash = 0.8};
  const auto range = ComputeIndicators(history.view(), costs, from, DayOf(2022, 3, 31));
  GLUTWATCH_ASSERT_OK(range);
  ASSERT_GT(range->size(), 90u);
  for (const DayIndicators& day : *range) {
    const PriceHistory known{
        history.first_day,
        absl::MakeSpan(history.price).first(static_cast<size_t>(day.day - history.first_day + 1))};
    const auto alone = ComputeIndicators(known, costs, day.day, day.day);
    GLUTWATCH_ASSERT_OK(alone);
    ASSERT_EQ(alone->size(), 1u);
    EXPECT_EQ(alone->front(), day) << FormatDay(day.day);
    EXPECT_TRUE(day.ifpa.has_value() && day.alps.has_value() && day.norm.has_value());
  }
}

TEST(IndicatorsTest, DaysWithoutAPriceAreLeftOut) {
  const auto history = MakeIrregular(DayOf(2021, 1, 1), DayOf(2021, 1, 31));
  const auto days = ComputeIndicators(history.view(), {}, DayOf(2021, 1, 1), DayOf(2021, 1, 31));
  GLUTWATCH_ASSERT_OK(days);
  EXPECT_EQ(days->size(), 26u);  // 31 less the five Sundays
}

TEST(IndicatorsTest, MedianTakesTheNewestFivePricesOfThreeWeeks) {
  auto history = MakeHistory(DayOf(2021, 1, 1), DayOf(2021, 3, 1), [](Day) { return kNaN; });
  history[DayOf(2021, 1, 1)] = 1000;  // older than 21 days before 1 March
  history[DayOf(2021, 2, 20)] = 1;
  history[DayOf(2021, 2, 25)] = 5;
  history[DayOf(2021, 3, 1)] = 3;
  const auto days = ComputeIndicators(history.view(), {}, DayOf(2021, 3, 1), DayOf(2021, 3, 1));
  GLUTWATCH_ASSERT_OK(days);
  EXPECT_EQ(days->front().median_price, 3);
  EXPECT_EQ(days->front().price, 3);
}

// The pork plan's real weekly hog/corn ratios (DOMAIN 2.3), with break-even 7 as the cost: the
// exact fractions tell the levels apart where 0.86 and 0.71 would not.
TEST(IndicatorsTest, PorkWeeksFallOnTheOfficialSideOfTheLines) {
  struct Week {
    double ratio;
    bool below_three;  // 6:1
    bool below_one;    // 5:1
  };
  for (const Week& week : std::vector<Week>{{6.0, false, false},
                                            {5.57, true, false},
                                            {5.0, true, false},
                                            {4.96, true, true},
                                            {4.89, true, true},
                                            {4.75, true, true}}) {
    const std::vector<double> price = {week.ratio};
    const Day day = DayOf(2022, 1, 28);
    const auto days = ComputeIndicators({day, price}, {.total = 7, .cash = {}}, day, day);
    GLUTWATCH_ASSERT_OK(days);
    EXPECT_EQ(*days->front().price_to_total_cost < 6.0 / 7.0, week.below_three) << week.ratio;
    EXPECT_EQ(*days->front().price_to_total_cost < 5.0 / 7.0, week.below_one) << week.ratio;
  }
}

TEST(IndicatorsTest, ScaleChangesNoRatioAndNoScore) {
  const auto base = MakeIrregular(DayOf(2016, 1, 1), DayOf(2022, 1, 31));
  const Day day = DayOf(2022, 1, 31);
  const auto want = ComputeIndicators(base.view(), {}, day, day);
  GLUTWATCH_ASSERT_OK(want);
  for (const double scale : {1e-9, 1e12}) {
    const auto scaled = MakeIrregular(DayOf(2016, 1, 1), DayOf(2022, 1, 31), scale);
    const auto got = ComputeIndicators(scaled.view(), {}, day, day);
    GLUTWATCH_ASSERT_OK(got);
    EXPECT_NEAR(*got->front().price_to_norm, *want->front().price_to_norm, 1e-9);
    EXPECT_NEAR(*got->front().alps, *want->front().alps, 1e-6);
    EXPECT_NEAR(*got->front().ifpa, *want->front().ifpa, 1e-6);
  }
}

TEST(IndicatorsTest, ForecastIsComputedOnlyOnRequest) {
  const auto history = MakeIrregular(DayOf(2019, 1, 1), DayOf(2022, 1, 31));
  const Day day = DayOf(2022, 1, 31);
  const auto without = ComputeIndicators(history.view(), {}, day, day);
  const auto with = ComputeIndicators(history.view(), {}, day, day, {.with_forecast = true});
  GLUTWATCH_ASSERT_OK(without);
  GLUTWATCH_ASSERT_OK(with);
  EXPECT_FALSE(without->front().forecast_to_norm.has_value());
  EXPECT_TRUE(with->front().forecast_to_norm.has_value());
}

TEST(IndicatorsTest, BadInputNamesTheCause) {
  const std::vector<double> price = {1, 0, 2};
  const Day first = DayOf(2022, 1, 1);
  EXPECT_THAT(ComputeIndicators({first, price}, {}, first, first + 2),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2022-01-02 is 0")));
  EXPECT_THAT(ComputeIndicators({first, price}, {}, first + 2, first),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2022-01-03")));
  EXPECT_THAT(ComputeIndicators({first, {}}, {.total = -1, .cash = {}}, first, first),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("cost is -1")));
}

}  // namespace
}  // namespace glutwatch::forecast::risk

#include "forecast/risk/indicators.h"

#include <cmath>
#include <random>

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

TEST(IndicatorsTest, AskingDayByDayGivesTheSameBitsWithTheForecast) {
  const auto history = MakeIrregular(DayOf(2016, 1, 1), DayOf(2022, 3, 31));
  const auto range = ComputeIndicators(history.view(), {}, DayOf(2022, 2, 24), DayOf(2022, 3, 4),
                                       {.with_forecast = true});
  GLUTWATCH_ASSERT_OK(range);
  for (const DayIndicators& day : *range) {
    const PriceHistory known{
        history.first_day,
        absl::MakeSpan(history.price).first(static_cast<size_t>(day.day - history.first_day + 1))};
    const auto alone = ComputeIndicators(known, {}, day.day, day.day, {.with_forecast = true});
    GLUTWATCH_ASSERT_OK(alone);
    EXPECT_EQ(alone->front(), day) << FormatDay(day.day);
    EXPECT_TRUE(day.forecast_to_norm.has_value());
  }
}

TEST(IndicatorsTest, PricesAfterTheRangeAreNotLookedAt) {
  auto history = MakeIrregular(DayOf(2016, 1, 1), DayOf(2022, 3, 31));
  const Day to = DayOf(2022, 1, 31);
  const auto before = ComputeIndicators(history.view(), {}, to - 5, to, {.with_forecast = true});
  for (Day day = to + 1; day <= DayOf(2022, 3, 31); day = day + 1) history[day] = -1;
  const auto after = ComputeIndicators(history.view(), {}, to - 5, to, {.with_forecast = true});
  GLUTWATCH_ASSERT_OK(before);
  GLUTWATCH_ASSERT_OK(after);
  EXPECT_EQ(*before, *after);
}

TEST(IndicatorsTest, ShortHistoryHasThePriceAndLittleElse) {
  const std::vector<double> price = {2, 3, 7};
  const Day first = DayOf(2022, 1, 1);
  const auto days = ComputeIndicators({first, price}, {.total = 2, .cash = 1.5}, first, first + 2,
                                      {.with_forecast = true});
  GLUTWATCH_ASSERT_OK(days);
  ASSERT_EQ(days->size(), 3u);
  DayIndicators want;
  want.day = first + 2;
  want.price = 7;
  want.median_price = 3;
  want.price_to_total_cost = 1.5;
  want.price_to_cash_cost = 2;
  EXPECT_EQ(days->back(), want);
}

TEST(IndicatorsTest, ConstantPriceIsUsualAndHasNoScore) {
  const auto history = MakeHistory(DayOf(2016, 1, 1), DayOf(2022, 1, 31), [](Day) { return 3.0; });
  const Day day = DayOf(2022, 1, 31);
  const auto days = ComputeIndicators(history.view(), {}, day, day, {.with_forecast = true});
  GLUTWATCH_ASSERT_OK(days);
  EXPECT_EQ(days->front().norm, 3);
  EXPECT_EQ(days->front().norm_years, 5);
  EXPECT_EQ(days->front().price_to_norm, 1);
  EXPECT_EQ(days->front().year_on_year, 1);
  EXPECT_EQ(days->front().norm_in_28_days, 1);
  EXPECT_EQ(days->front().forecast_to_norm, 1);
  EXPECT_FALSE(days->front().ifpa.has_value());
  EXPECT_FALSE(days->front().alps.has_value());
}

TEST(IndicatorsTest, MonthlySeriesHasEveryIndicator) {
  const auto history = MakeHistory(DayOf(2012, 1, 15), DayOf(2022, 1, 15), [](Day day) {
    const absl::CivilDay civil = ToCivil(day);
    const double wobble = static_cast<double>(civil.year() * 7 % 5 + civil.month() * 11 % 7);
    return civil.day() == 15 ? 10 + wobble : kNaN;
  });
  const Day day = DayOf(2022, 1, 15);
  const auto days = ComputeIndicators(history.view(), {}, day, day, {.with_forecast = true});
  GLUTWATCH_ASSERT_OK(days);
  const DayIndicators& got = days->front();
  EXPECT_EQ(got.price, got.median_price);  // one price within three weeks
  EXPECT_EQ(got.norm_years, 5);
  EXPECT_TRUE(got.ifpa.has_value() && got.alps.has_value() && got.year_on_year.has_value());
  EXPECT_TRUE(got.norm_in_28_days.has_value() && got.forecast_to_norm.has_value());
}

// Histories with holes of every kind: whatever is there is a finite number.
TEST(IndicatorsTest, NoIndicatorIsEverNaN) {
  std::mt19937_64 random(20261123);
  for (int round = 0; round < 40; ++round) {
    auto history = MakeIrregular(DayOf(2015, 1, 1), DayOf(2022, 1, 31));
    const Day last = DayOf(2022, 1, 31);
    for (int hole = 0; hole < 1 + round; ++hole) {
      const int at = static_cast<int>(random() % history.price.size());
      const int size = static_cast<int>(random() % 400);
      for (int i = at; i < at + size && history.first_day + i <= last; ++i) {
        history[history.first_day + i] = kNaN;
      }
    }
    const auto days =
        ComputeIndicators(history.view(), {}, last - 60, last, {.with_forecast = round < 5});
    GLUTWATCH_ASSERT_OK(days);
    for (const DayIndicators& day : *days) {
      for (const auto& value :
           {day.price, day.median_price, day.norm, day.price_to_norm, day.ifpa, day.alps,
            day.year_on_year, day.norm_in_28_days, day.forecast_to_norm}) {
        EXPECT_TRUE(std::isfinite(value.value_or(0))) << FormatDay(day.day) << " round " << round;
      }
    }
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

#include "forecast/seasonal_norm.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/histories.h"

namespace glutwatch::forecast {
namespace {

using testing::DayOf;
using testing::kNaN;
using testing::MakeHistory;

// A price that is the year's last digit: 2021 -> 1.
double YearDigit(Day day) { return static_cast<double>(ToCivil(day).year() % 10); }

TEST(SeasonalNormTest, MedianOfTwoYears) {
  const auto history = MakeHistory(DayOf(2021, 1, 1), DayOf(2023, 6, 30), YearDigit);
  const auto norm = SeasonalNorm(history.view(), DayOf(2023, 6, 30), DayOf(2023, 6, 30));
  ASSERT_TRUE(norm.has_value());
  EXPECT_EQ(norm->price, 1.5);  // (1 + 2) / 2
  EXPECT_EQ(norm->years, 2);
}

TEST(SeasonalNormTest, OlympicMeanOfFiveYearsDropsHighestAndLowest) {
  auto history = MakeHistory(DayOf(2018, 1, 1), DayOf(2024, 6, 30), YearDigit);
  for (Day day = DayOf(2023, 6, 1); day <= DayOf(2023, 7, 31); day = day + 1) history[day] = 900;
  const auto norm = SeasonalNorm(history.view(), DayOf(2024, 6, 30), DayOf(2024, 6, 30));
  ASSERT_TRUE(norm.has_value());
  EXPECT_EQ(norm->price, (9.0 + 1.0 + 2.0) / 3);  // of 9, 0 (2020), 1, 2, 900
  EXPECT_EQ(norm->years, 5);
}

TEST(SeasonalNormTest, OneYearIsNotEnoughUnlessAskedFor) {
  const auto history = MakeHistory(DayOf(2022, 1, 1), DayOf(2023, 6, 30), YearDigit);
  EXPECT_FALSE(SeasonalNorm(history.view(), DayOf(2023, 6, 30), DayOf(2023, 6, 30)).has_value());
  const auto one = SeasonalNorm(history.view(), DayOf(2023, 6, 30), DayOf(2023, 6, 30),
                                {.half_window_days = 10, .max_years = 1, .min_years = 1});
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->price, 2);
}

TEST(SeasonalNormTest, LeapDayFallsOnThe28th) {
  auto history = MakeHistory(DayOf(2021, 1, 1), DayOf(2024, 2, 29), [](Day) { return kNaN; });
  history[DayOf(2022, 2, 28)] = 3;
  history[DayOf(2023, 2, 28)] = 5;
  const auto norm = SeasonalNorm(history.view(), DayOf(2024, 2, 29), DayOf(2024, 2, 29),
                                 {.half_window_days = 0, .max_years = 5, .min_years = 2});
  ASSERT_TRUE(norm.has_value());
  EXPECT_EQ(norm->price, 4);
}

TEST(SeasonalNormTest, DaysAheadUseOnlyWhatIsKnown) {
  auto history = MakeHistory(DayOf(2021, 1, 1), DayOf(2023, 12, 31), YearDigit);
  const Day known = DayOf(2023, 6, 1);
  const auto before = SeasonalNorm(history.view(), known + 28, known);
  for (Day day = known + 1; day <= DayOf(2023, 12, 31); day = day + 1) history[day] = 1e6;
  const auto after = SeasonalNorm(history.view(), known + 28, known);
  ASSERT_TRUE(before.has_value() && after.has_value());
  EXPECT_EQ(before->price, after->price);
}

TEST(SeasonalNormTest, IsNeverBelowItsFloor) {
  const auto two = MakeHistory(DayOf(2021, 1, 1), DayOf(2023, 6, 30), YearDigit);
  const auto five = MakeHistory(DayOf(2021, 1, 1), DayOf(2026, 6, 30), YearDigit);
  SeasonalNormOptions options;
  options.floor = 2.75;
  EXPECT_EQ(SeasonalNorm(two.view(), DayOf(2023, 6, 30), DayOf(2023, 6, 30), options)->price, 2.75);
  EXPECT_EQ(SeasonalNorm(five.view(), DayOf(2026, 6, 30), DayOf(2026, 6, 30), options)->price, 3);
  options.floor = 3.25;
  EXPECT_EQ(SeasonalNorm(five.view(), DayOf(2026, 6, 30), DayOf(2026, 6, 30), options)->price,
            3.25);
}

TEST(SeasonalNormTest, WindowReachesTenDaysAndNoFurther) {
  auto history = MakeHistory(DayOf(2021, 1, 1), DayOf(2023, 6, 15), [](Day) { return kNaN; });
  history[DayOf(2021, 6, 5)] = 4;   // 10 days before
  history[DayOf(2022, 6, 25)] = 8;  // 10 days after
  history[DayOf(2022, 6, 26)] = 1000;
  history[DayOf(2021, 6, 4)] = 1000;
  const auto norm = SeasonalNorm(history.view(), DayOf(2023, 6, 15), DayOf(2023, 6, 15));
  ASSERT_TRUE(norm.has_value());
  EXPECT_EQ(norm->price, 6);
}

TEST(SeasonalNormTest, MonthlySeriesHasANorm) {
  const auto history = MakeHistory(DayOf(2019, 1, 15), DayOf(2023, 6, 15), [](Day day) {
    return ToCivil(day).day() == 15 ? YearDigit(day) : kNaN;
  });
  const auto norm = SeasonalNorm(history.view(), DayOf(2023, 6, 15), DayOf(2023, 6, 15));
  ASSERT_TRUE(norm.has_value());
  EXPECT_EQ(norm->price, (1.0 + 2.0) / 2);  // of 9, 0, 1, 2
}

TEST(MedianTest, EvenIsTheMeanOfTheMiddleTwo) {
  std::vector<double> values = {9, 1, 4, 2};
  EXPECT_EQ(Median(absl::MakeSpan(values)), 3);
}

}  // namespace
}  // namespace glutwatch::forecast

#include "forecast/month_means.h"

#include "gtest/gtest.h"
#include "tests/forecast/histories.h"

namespace glutwatch::forecast {
namespace {

using testing::DayOf;
using testing::kNaN;
using testing::MakeHistory;

constexpr int kJanuary2024 = 2024 * 12;

// 1 on the first of the month, 2 on the second, ...
double DayOfMonth(Day day) { return ToCivil(day).day(); }

TEST(MonthMeansTest, WholeMonthsAndTheMonthSoFar) {
  const auto history = MakeHistory(DayOf(2024, 1, 1), DayOf(2024, 3, 10), DayOfMonth);
  const MonthMeans months(history.view());
  EXPECT_EQ(months.first_month(), kJanuary2024);
  EXPECT_EQ(months.Whole(kJanuary2024), 16);      // 1..31
  EXPECT_EQ(months.Whole(kJanuary2024 + 1), 15);  // 1..29
  EXPECT_EQ(months.ToDate(DayOf(2024, 2, 1)), 1);
  EXPECT_EQ(months.ToDate(DayOf(2024, 2, 29)), 15);
  EXPECT_EQ(months.ToDate(DayOf(2024, 3, 10)), 5.5);
}

TEST(MonthMeansTest, BeginsAndEndsInsideAYear) {
  const auto history = MakeHistory(DayOf(2023, 12, 30), DayOf(2024, 1, 2), DayOfMonth);
  const MonthMeans months(history.view());
  EXPECT_EQ(months.first_month(), kJanuary2024 - 1);
  EXPECT_EQ(months.Whole(kJanuary2024 - 1), 30.5);
  EXPECT_EQ(months.ToDate(DayOf(2024, 1, 1)), 1);
}

TEST(MonthMeansTest, MonthsWithoutAPriceHaveNoMean) {
  const auto history = MakeHistory(DayOf(2024, 1, 1), DayOf(2024, 3, 31), [](Day day) {
    return ToCivil(day).month() == 2 ? kNaN : DayOfMonth(day);
  });
  const MonthMeans months(history.view());
  EXPECT_FALSE(months.Whole(kJanuary2024 + 1).has_value());
  EXPECT_FALSE(months.ToDate(DayOf(2024, 2, 20)).has_value());
  EXPECT_EQ(months.ToDate(DayOf(2024, 3, 1)), 1);
}

TEST(MonthMeansTest, OutsideTheHistoryThereIsNothing) {
  const auto history = MakeHistory(DayOf(2024, 1, 1), DayOf(2024, 1, 31), DayOfMonth);
  const MonthMeans months(history.view());
  EXPECT_FALSE(months.Whole(kJanuary2024 - 1).has_value());
  EXPECT_FALSE(months.Whole(kJanuary2024 + 1).has_value());
  EXPECT_FALSE(months.ToDate(DayOf(2023, 12, 31)).has_value());
  EXPECT_FALSE(months.ToDate(DayOf(2024, 2, 1)).has_value());
  const MonthMeans empty(PriceHistory{DayOf(2024, 1, 1), {}});
  EXPECT_FALSE(empty.Whole(kJanuary2024).has_value());
}

}  // namespace
}  // namespace glutwatch::forecast

#include "server/observe/period.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>

namespace glutwatch::observe {
namespace {

constexpr Period kKinds[] = {Period::kDay, Period::kWeek, Period::kTenDays, Period::kMonth,
                             Period::kYear};

Day DayOf(const std::string& iso) { return *ParseDay(iso); }

struct PeriodCase {
  std::string name;
  Period kind;
  std::string day;
  std::string first;
  std::string last;
};
void PrintTo(const PeriodCase& c, std::ostream* os) { *os << c.name; }

class PeriodTest : public ::testing::TestWithParam<PeriodCase> {};

TEST_P(PeriodTest, HoldsTheDaysOfTheCalendar) {
  const PeriodCase& c = GetParam();
  const int32_t index = PeriodIndex(c.kind, DayOf(c.day));
  EXPECT_EQ(FormatDay(PeriodStart(c.kind, index)), c.first);
  EXPECT_EQ(FormatDay(PeriodStart(c.kind, index + 1) - 1), c.last);
}

INSTANTIATE_TEST_SUITE_P(
    Calendar, PeriodTest,
    ::testing::ValuesIn(std::vector<PeriodCase>{
        {"Day", Period::kDay, "2026-03-01", "2026-03-01", "2026-03-01"},
        {"WeekOfASunday", Period::kWeek, "2026-03-01", "2026-02-23", "2026-03-01"},
        {"WeekOfAMonday", Period::kWeek, "2026-03-02", "2026-03-02", "2026-03-08"},
        {"WeekOverTheTurnOfTheYear", Period::kWeek, "2026-01-01", "2025-12-29", "2026-01-04"},
        {"WeekBefore1970", Period::kWeek, "1969-12-28", "1969-12-22", "1969-12-28"},
        {"FirstTenDays", Period::kTenDays, "2026-03-10", "2026-03-01", "2026-03-10"},
        {"SecondTenDays", Period::kTenDays, "2026-03-11", "2026-03-11", "2026-03-20"},
        {"LastDaysOfALongMonth", Period::kTenDays, "2026-03-31", "2026-03-21", "2026-03-31"},
        {"LastDaysOfFebruary", Period::kTenDays, "2026-02-21", "2026-02-21", "2026-02-28"},
        {"LastDaysOfALeapFebruary", Period::kTenDays, "2024-02-29", "2024-02-21", "2024-02-29"},
        {"December", Period::kMonth, "2025-12-31", "2025-12-01", "2025-12-31"},
        {"MonthBefore1970", Period::kMonth, "1900-01-01", "1900-01-01", "1900-01-31"},
        {"Year", Period::kYear, "2024-02-29", "2024-01-01", "2024-12-31"}}),
    [](const auto& test) { return test.param.name; });

TEST(PeriodTest, NumbersHaveNoGapsAndFollowTheDays) {
  for (const Period kind : kKinds) {
    int32_t before = PeriodIndex(kind, kMinDay);
    for (Day day = kMinDay; day <= kMaxDay; day = day + 1) {
      const int32_t index = PeriodIndex(kind, day);
      const bool starts = PeriodStart(kind, index) == day;
      ASSERT_EQ(index, day == kMinDay ? before : before + (starts ? 1 : 0)) << FormatDay(day);
      ASSERT_LE(PeriodStart(kind, index), day);
      ASSERT_GT(PeriodStart(kind, index + 1), day);
      before = index;
    }
  }
}

}  // namespace
}  // namespace glutwatch::observe

#include "server/observe/period.h"

#include <algorithm>

namespace glutwatch::observe {
namespace {

constexpr int kDaysPerWeek = 7;
constexpr int kMonday = 4;  // 1970-01-05, the first Monday
constexpr int kMonthsPerYear = 12;
constexpr int kPartsPerMonth = 3;
constexpr int kDaysPerPart = 10;

// Rounds down, also below 0.
int32_t FloorDiv(int32_t a, int32_t b) { return a / b - (a % b < 0 ? 1 : 0); }

int32_t MonthIndex(absl::CivilDay day) {
  return static_cast<int32_t>(day.year()) * kMonthsPerYear + day.month() - 1;
}

absl::CivilDay MonthDay(int32_t month_index, int day) {
  const int32_t year = FloorDiv(month_index, kMonthsPerYear);
  return absl::CivilDay(year, month_index - year * kMonthsPerYear + 1, day);
}

}  // namespace

int32_t PeriodIndex(Period kind, Day day) {
  switch (kind) {
    case Period::kDay:
      break;
    case Period::kWeek:
      return FloorDiv(DayNumber(day) - kMonday, kDaysPerWeek);
    case Period::kTenDays: {
      const absl::CivilDay civil = ToCivil(day);
      return MonthIndex(civil) * kPartsPerMonth +
             std::min((civil.day() - 1) / kDaysPerPart, kPartsPerMonth - 1);
    }
    case Period::kMonth:
      return MonthIndex(ToCivil(day));
    case Period::kYear:
      return static_cast<int32_t>(ToCivil(day).year());
  }
  return DayNumber(day);
}

Day PeriodStart(Period kind, int32_t index) {
  switch (kind) {
    case Period::kDay:
      break;
    case Period::kWeek:
      return Day{index * kDaysPerWeek + kMonday};
    case Period::kTenDays: {
      const int32_t month = FloorDiv(index, kPartsPerMonth);
      return ToDay(MonthDay(month, (index - month * kPartsPerMonth) * kDaysPerPart + 1));
    }
    case Period::kMonth:
      return ToDay(MonthDay(index, 1));
    case Period::kYear:
      return ToDay(absl::CivilDay(index, 1, 1));
  }
  return Day{index};
}

}  // namespace glutwatch::observe

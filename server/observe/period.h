#pragma once
#include <cstdint>

#include "base/day.h"

namespace glutwatch::observe {

// Spans of days that make up the calendar without gaps. Values are those of
// glutwatch.v1.AggregatePeriod.
enum class Period : uint8_t {
  kDay = 1,
  kWeek = 2,     // Monday to Sunday (ISO 8601)
  kTenDays = 3,  // 旬: 1st to 10th, 11th to 20th, 21st to the end of the month
  kMonth = 4,
  kYear = 5,
};

// The number of the period that holds `day`. Periods of one kind are numbered without gaps, in
// order, so that a number is an index into an array.
int32_t PeriodIndex(Period kind, Day day);

// The first day of a period. PeriodStart(kind, i + 1) - 1 is its last.
Day PeriodStart(Period kind, int32_t index);

}  // namespace glutwatch::observe

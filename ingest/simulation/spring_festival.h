#pragma once
#include "base/day.h"

namespace glutwatch::ingest::simulation {

inline constexpr int kFirstFestivalYear = 2000;
inline constexpr int kLastFestivalYear = 2040;

// Days from the nearest Spring Festival (first day of the lunar year) to `day`: negative before it.
//
// `day` lies in [kFirstFestivalYear, kLastFestivalYear].
int DaysFromSpringFestival(Day day);

}  // namespace glutwatch::ingest::simulation

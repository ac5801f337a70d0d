#pragma once
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace glutwatch {

// A civil day of a market's own calendar, as days since 1970-01-01.
//
// The wire, the store and the mathematics count days; absl::CivilDay is for
// calendars and people. Four bytes, and an index into a dense array.
enum class Day : int32_t {};

inline constexpr Day kMinDay{-25567};   // 1900-01-01
inline constexpr Day kMaxDay{73049};    // 2170-01-01; both ends are accepted

constexpr int32_t DayNumber(Day day) { return static_cast<int32_t>(day); }
constexpr Day operator+(Day day, int days) { return Day{DayNumber(day) + days}; }
constexpr Day operator-(Day day, int days) { return Day{DayNumber(day) - days}; }
// The number of days from `b` to `a`.
constexpr int operator-(Day a, Day b) { return DayNumber(a) - DayNumber(b); }

inline Day ToDay(absl::CivilDay civil) {
  return Day{static_cast<int32_t>(civil - absl::CivilDay(1970, 1, 1))};
}
inline absl::CivilDay ToCivil(Day day) { return absl::CivilDay(1970, 1, 1) + DayNumber(day); }

// "2026-03-01".
std::string FormatDay(Day day);

// Reads "YYYY-MM-DD". INVALID_ARGUMENT quotes the text and what was expected, also for a day
// outside [kMinDay, kMaxDay] or one that the calendar does not have.
absl::StatusOr<Day> ParseDay(absl::string_view iso);

}  // namespace glutwatch

#pragma once
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/day.h"

namespace glutwatch::ingest {

// Nepal's civil calendar. Its month lengths follow the sun and are published, not computed: the
// table covers the years kMinBsYear..kMaxBsYear (13 April 2003 to 13 April 2034), both included.
inline constexpr int kMinBsYear = 2060;
inline constexpr int kMaxBsYear = 2090;

// The civil day of a Bikram Sambat date; month 1 is Baisakh. INVALID_ARGUMENT names the part that
// is outside the table.
absl::StatusOr<Day> BikramSambatToDay(int year, int month, int day);

// Days of a month; 0 outside the table.
int BikramSambatMonthLength(int year, int month);

// The day a monthly figure is dated on: the month's 15th, about the middle.
inline constexpr int kBsMonthlyDay = 15;

// Reads "असार 17, 2083" anywhere in `text` ("मिति: असार 17, 2083"; digits may be Devanagari).
// Empty if there is no such date in it.
std::optional<Day> FindBikramSambatDate(absl::string_view text);

}  // namespace glutwatch::ingest

#include "base/day.h"

#include <cstdio>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace glutwatch {

std::string FormatDay(Day day) {
  const absl::CivilDay civil = ToCivil(day);
  char text[16];
  std::snprintf(text, sizeof(text), "%04d-%02d-%02d", static_cast<int>(civil.year()), civil.month(),
                civil.day());
  return text;
}

absl::StatusOr<Day> ParseDay(absl::string_view iso) {
  const auto bad = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("day is \"", iso, "\", ", why));
  };
  int year = 0;
  int month = 0;
  int day = 0;
  if (iso.size() != 10 || iso[4] != '-' || iso[7] != '-' ||
      !absl::SimpleAtoi(iso.substr(0, 4), &year) || !absl::SimpleAtoi(iso.substr(5, 2), &month) ||
      !absl::SimpleAtoi(iso.substr(8, 2), &day)) {
    return bad("expected YYYY-MM-DD");
  }
  const absl::CivilDay civil(year, month, day);
  if (civil.month() != month || civil.day() != day) return bad("the calendar has no such day");
  const Day result = ToDay(civil);
  if (result < kMinDay || result > kMaxDay) return bad("expected a year in 1900..2169");
  return result;
}

}  // namespace glutwatch

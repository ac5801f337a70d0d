#include "base/day.h"

#include <cstdio>

#include "absl/strings/ascii.h"
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

namespace {

bool HasShape(absl::string_view iso) {
  constexpr absl::string_view kShape = "YYYY-MM-DD";
  if (iso.size() != kShape.size()) return false;
  for (size_t i = 0; i < kShape.size(); ++i) {
    // SimpleAtoi would also take " 1" and "+1".
    const bool fits =
        kShape[i] == '-' ? iso[i] == '-' : absl::ascii_isdigit(static_cast<unsigned char>(iso[i]));
    if (!fits) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<Day> ParseDay(absl::string_view iso) {
  const auto bad = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("day is \"", iso, "\", ", why));
  };
  int year = 0;
  int month = 0;
  int day = 0;
  if (!HasShape(iso) || !absl::SimpleAtoi(iso.substr(0, 4), &year) ||
      !absl::SimpleAtoi(iso.substr(5, 2), &month) || !absl::SimpleAtoi(iso.substr(8, 2), &day)) {
    return bad("expected YYYY-MM-DD");
  }
  const absl::CivilDay civil(year, month, day);
  if (civil.month() != month || civil.day() != day) return bad("the calendar has no such day");
  const Day result = ToDay(civil);
  if (result < kMinDay || result > kMaxDay) return bad("expected a year in 1900..2169");
  return result;
}

}  // namespace glutwatch

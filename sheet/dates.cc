#include "sheet/dates.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sheet/text_encoding.h"

namespace glutwatch::sheet {
namespace {

constexpr int kRocOffset = 1911;
constexpr size_t kMaxQuotedBytes = 60;

absl::Status Bad(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("date is \"", text.substr(0, kMaxQuotedBytes), "\", ", why));
}

absl::StatusOr<Day> MakeDay(absl::string_view text, int year, int month, int day) {
  // Before any arithmetic: a year of eight digits would pass the ends of Day and come back in.
  if (year < 1899 || year > 2170) return Bad(text, "expected a year in 1900..2169");
  const absl::CivilDay civil(year, month, day);
  if (civil.year() != year || civil.month() != month || civil.day() != day) {
    return Bad(text, "the calendar has no such day");
  }
  const Day result = ToDay(civil);
  if (result < kMinDay || result > kMaxDay) return Bad(text, "expected a year in 1900..2169");
  return result;
}

// One number or word of a date.
struct Piece {
  int number = 0;
  size_t digits = 0;  // 0 for a month's name
};

// 1..12 for an English month's name or its first three letters, else 0.
int MonthOfName(absl::string_view word) {
  constexpr std::array<absl::string_view, 12> kNames = {
      "january", "february", "march",     "april",   "may",      "june",
      "july",    "august",   "september", "october", "november", "december"};
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (word.size() >= 3 && absl::StartsWithIgnoreCase(kNames[i], word)) {
      return static_cast<int>(i) + 1;
    }
  }
  return 0;
}

// Removes a time of day: what follows the first blank or 'T' and holds a colon.
absl::string_view DropTime(absl::string_view text) {
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos) return text;
  const size_t gap = text.substr(0, colon).find_last_of(" T");
  return gap == absl::string_view::npos ? text : absl::StripAsciiWhitespace(text.substr(0, gap));
}

// Splits into numbers and month names; false on anything else than - / . , blank and 年月日.
bool Split(absl::string_view text, std::vector<Piece>* pieces) {
  while (!text.empty()) {
    size_t n = 0;
    while (n < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[n]))) ++n;
    if (n > 0) {
      Piece piece{.digits = n};
      if (n > 8 || !absl::SimpleAtoi(text.substr(0, n), &piece.number)) return false;
      pieces->push_back(piece);
      text.remove_prefix(n);
      continue;
    }
    while (n < text.size() && absl::ascii_isalpha(static_cast<unsigned char>(text[n]))) ++n;
    if (n > 0) {
      const int month = MonthOfName(text.substr(0, n));
      if (month == 0) return false;
      pieces->push_back({.number = month});
      text.remove_prefix(n);
      continue;
    }
    const bool mark = absl::StrContains("-/., ", text.substr(0, 1));
    if (!mark && !absl::StartsWith(text, "年") && !absl::StartsWith(text, "月") &&
        !absl::StartsWith(text, "日") && !absl::StartsWith(text, "号")) {
      return false;
    }
    text.remove_prefix(mark ? 1 : 3);
  }
  return true;
}

// 8 digits: YYYYMMDD. 7 digits (6 before 2011): ROC years, if allowed.
absl::StatusOr<Day> FromOneNumber(absl::string_view text, const Piece& piece,
                                  const DateOptions& options) {
  const int month = piece.number / 100 % 100;
  const int day = piece.number % 100;
  const int year = piece.number / 10'000;
  if (piece.digits == 8) return MakeDay(text, year, month, day);
  if (options.roc_years && (piece.digits == 7 || piece.digits == 6)) {
    return MakeDay(text, year + kRocOffset, month, day);
  }
  if (options.excel_serials) {
    const std::optional<Day> result = ExcelSerialToDay(piece.number, /*system_1904=*/false);
    if (result.has_value()) return *result;
  }
  return Bad(text, options.roc_years ? "expected a day such as 115.05.17 or 1150517"
                                     : "expected a day such as 2013-06-10");
}

absl::StatusOr<Day> FromThree(absl::string_view text, const std::vector<Piece>& pieces,
                              const DateOptions& options, bool roc_years) {
  const Piece& a = pieces[0];
  const Piece& b = pieces[1];
  const Piece& c = pieces[2];
  if (a.digits == 0 && b.digits > 0 && c.digits == 4) {  // Feb 1, 2022
    return MakeDay(text, c.number, a.number, b.number);
  }
  if (b.digits == 0 && a.digits > 0 && c.digits == 4) {  // 01 Feb 2022
    return MakeDay(text, c.number, b.number, a.number);
  }
  if (a.digits == 0 || c.digits == 0) return Bad(text, "expected a year of four digits");
  if (a.digits == 4) return MakeDay(text, a.number, b.number, c.number);
  if (roc_years && c.digits <= 2) return MakeDay(text, a.number + kRocOffset, b.number, c.number);
  if (c.digits != 4 || a.digits > 2 || b.digits > 2) {
    return Bad(text, "expected a year of four digits");
  }
  const bool day_first = options.order == DateOrder::kDayFirst;
  return MakeDay(text, c.number, day_first ? b.number : a.number, day_first ? a.number : b.number);
}

}  // namespace

absl::StatusOr<Day> ParseDate(absl::string_view text, const DateOptions& options) {
  const absl::string_view trimmed = TrimText(text);
  std::string folded;
  absl::string_view plain = trimmed;
  if (!IsAscii(trimmed)) {
    folded = FoldWidth(trimmed);
    plain = folded;
  }
  plain = DropTime(plain);
  const bool era = absl::ConsumePrefix(&plain, "民國") || absl::ConsumePrefix(&plain, "民国");
  if (options.excel_serials && absl::EndsWith(plain, ".0")) plain.remove_suffix(2);
  std::vector<Piece> pieces;
  if (Split(plain, &pieces)) {
    if (pieces.size() == 1 && pieces[0].digits > 0) {
      return FromOneNumber(trimmed, pieces[0], options);
    }
    if (pieces.size() == 2 && options.default_year > 0) {
      return MakeDay(trimmed, options.default_year, pieces[0].number, pieces[1].number);
    }
    if (pieces.size() == 3) {
      return FromThree(trimmed, pieces, options, era || options.roc_years);
    }
  }
  return Bad(trimmed, options.roc_years ? "expected a day such as 115.05.17"
                                        : "expected a day such as 2013-06-10 or 10/06/2013");
}

std::optional<Day> ExcelSerialToDay(double serial, bool system_1904) {
  const double whole = std::floor(serial);
  // 60 is 29 February 1900, which Excel has and the calendar has not.
  if (!(whole >= (system_1904 ? 0 : 61)) || whole > 200'000) return std::nullopt;
  const Day base = ToDay(system_1904 ? absl::CivilDay(1904, 1, 1) : absl::CivilDay(1899, 12, 30));
  const Day result = base + static_cast<int>(whole);
  if (result > kMaxDay) return std::nullopt;
  return result;
}

std::string FormatExcelSerial(double serial, bool system_1904) {
  const double day_seconds = 86'400;
  int seconds = static_cast<int>(std::lround((serial - std::floor(serial)) * day_seconds));
  if (seconds == 86'400) {
    serial = std::floor(serial) + 1;
    seconds = 0;
  }
  const std::optional<Day> day = ExcelSerialToDay(serial, system_1904);
  if (!day.has_value()) return "";
  if (seconds == 0) return FormatDay(*day);
  char time[16];
  std::snprintf(time, sizeof(time), " %02d:%02d:%02d", seconds / 3600 % 24, seconds / 60 % 60,
                seconds % 60);
  return absl::StrCat(FormatDay(*day), time);
}

}  // namespace glutwatch::sheet

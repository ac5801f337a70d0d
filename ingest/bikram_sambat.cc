#include "ingest/bikram_sambat.h"

#include <array>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sheet/text_encoding.h"

namespace glutwatch::ingest {
namespace {

constexpr int kYears = kMaxBsYear - kMinBsYear + 1;

// Days of Baisakh .. Chait. Facts, as the calendar committee publishes them; the years after 2083
// are computed in advance and may still be changed by a day within a year.
constexpr std::array<std::array<int, 12>, kYears> kMonthLengths = {{
    {{31, 31, 32, 32, 31, 30, 30, 29, 30, 29, 30, 30}},  // 2060
    {{31, 32, 31, 32, 31, 30, 30, 30, 29, 29, 30, 31}},  // 2061
    {{31, 31, 31, 32, 31, 31, 29, 30, 29, 30, 29, 31}},  // 2062
    {{31, 31, 32, 31, 31, 31, 30, 29, 30, 29, 30, 30}},  // 2063
    {{31, 31, 32, 32, 31, 30, 30, 29, 30, 29, 30, 30}},  // 2064
    {{31, 32, 31, 32, 31, 30, 30, 30, 29, 29, 30, 31}},  // 2065
    {{31, 31, 31, 32, 31, 31, 29, 30, 30, 29, 29, 31}},  // 2066
    {{31, 31, 32, 31, 31, 31, 30, 29, 30, 29, 30, 30}},  // 2067
    {{31, 31, 32, 32, 31, 30, 30, 29, 30, 29, 30, 30}},  // 2068
    {{31, 32, 31, 32, 31, 30, 30, 30, 29, 29, 30, 31}},  // 2069
    {{31, 31, 31, 32, 31, 31, 29, 30, 30, 29, 30, 30}},  // 2070
    {{31, 31, 32, 31, 31, 31, 30, 29, 30, 29, 30, 30}},  // 2071
    {{31, 32, 31, 32, 31, 30, 30, 29, 30, 29, 30, 30}},  // 2072
    {{31, 32, 31, 32, 31, 30, 30, 30, 29, 29, 30, 31}},  // 2073
    {{31, 31, 31, 32, 31, 31, 30, 29, 30, 29, 30, 30}},  // 2074
    {{31, 31, 32, 31, 31, 31, 30, 29, 30, 29, 30, 30}},  // 2075
    {{31, 32, 31, 32, 31, 30, 30, 30, 29, 29, 30, 30}},  // 2076
    {{31, 32, 31, 32, 31, 30, 30, 30, 29, 30, 29, 31}},  // 2077
    {{31, 31, 31, 32, 31, 31, 30, 29, 30, 29, 30, 30}},  // 2078
    {{31, 31, 32, 31, 31, 31, 30, 29, 30, 29, 30, 30}},  // 2079
    {{31, 32, 31, 32, 31, 30, 30, 30, 29, 29, 30, 30}},  // 2080
    {{31, 32, 31, 32, 31, 30, 30, 30, 29, 30, 29, 31}},  // 2081
    {{31, 31, 32, 31, 31, 31, 30, 29, 30, 29, 30, 30}},  // 2082
    {{31, 31, 32, 31, 31, 31, 30, 29, 30, 29, 30, 30}},  // 2083
    {{31, 31, 32, 31, 31, 30, 30, 30, 29, 30, 30, 30}},  // 2084
    {{31, 32, 31, 32, 30, 31, 30, 30, 29, 30, 30, 30}},  // 2085
    {{30, 32, 31, 32, 31, 30, 30, 30, 29, 30, 30, 30}},  // 2086
    {{31, 31, 32, 31, 31, 31, 30, 29, 30, 30, 30, 30}},  // 2087
    {{30, 31, 32, 32, 30, 31, 30, 30, 29, 30, 30, 30}},  // 2088
    {{30, 32, 31, 32, 31, 30, 30, 30, 29, 30, 30, 30}},  // 2089
    {{30, 32, 31, 32, 31, 30, 30, 30, 29, 30, 30, 30}},  // 2090
}};

// 1 Baisakh 2060.
const Day kFirstDay = ToDay(absl::CivilDay(2003, 4, 14));

struct MonthName {
  absl::string_view name;
  int month;
};
// As boards and web pages spell them.
constexpr MonthName kMonthNames[] = {
    {"बैशाख", 1},   {"वैशाख", 1},   {"जेठ", 2},     {"जेष्ठ", 2},   {"असार", 3},  {"आषाढ", 3},
    {"श्रावण", 4},  {"साउन", 4},   {"भाद्र", 5},   {"भदौ", 5},   {"आश्विन", 6}, {"असोज", 6},
    {"कार्तिक", 7}, {"कात्तिक", 7}, {"मंसिर", 8},   {"मङ्सिर", 8}, {"पौष", 9},   {"पुष", 9},
    {"पुस", 9},     {"माघ", 10},   {"फाल्गुन", 11}, {"फागुन", 11}, {"चैत्र", 12},  {"चैत", 12},
};

// Devanagari digits as ASCII ones.
std::string FoldDigits(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool digit = i + 2 < text.size() && absl::StartsWith(text.substr(i), "\xE0\xA5") &&
                       static_cast<uint8_t>(text[i + 2]) >= 0xA6 &&
                       static_cast<uint8_t>(text[i + 2]) <= 0xAF;
    if (digit) {
      out += static_cast<char>('0' + (static_cast<uint8_t>(text[i + 2]) - 0xA6));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// Takes the next run of digits out of `text`, past anything else; 0 if there is none.
int TakeNumber(absl::string_view* text) {
  const size_t begin = text->find_first_of("0123456789");
  if (begin == absl::string_view::npos) return 0;
  size_t end = text->find_first_not_of("0123456789", begin);
  if (end == absl::string_view::npos) end = text->size();
  int number = 0;
  if (!absl::SimpleAtoi(text->substr(begin, end - begin), &number)) return 0;
  text->remove_prefix(end);
  return number;
}

}  // namespace

int BikramSambatMonthLength(int year, int month) {
  if (year < kMinBsYear || year > kMaxBsYear || month < 1 || month > 12) return 0;
  return kMonthLengths[static_cast<size_t>(year - kMinBsYear)][static_cast<size_t>(month - 1)];
}

absl::StatusOr<Day> BikramSambatToDay(int year, int month, int day) {
  const int length = BikramSambatMonthLength(year, month);
  if (length == 0 || day < 1 || day > length) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Bikram Sambat date is ", year, "-", month, "-", day,
        length == 0 ? absl::StrCat(", expected a month of the years ", kMinBsYear, "..", kMaxBsYear)
                    : absl::StrCat(", the month has ", length, " days")));
  }
  int days = day - 1;
  for (int y = kMinBsYear; y < year; ++y) {
    for (int m = 1; m <= 12; ++m) days += BikramSambatMonthLength(y, m);
  }
  for (int m = 1; m < month; ++m) days += BikramSambatMonthLength(year, m);
  return kFirstDay + days;
}

std::optional<Day> FindBikramSambatDate(absl::string_view text) {
  for (const MonthName& month : kMonthNames) {
    const size_t at = text.find(month.name);
    if (at == absl::string_view::npos) continue;
    const std::string folded = FoldDigits(text.substr(at + month.name.size()));
    absl::string_view rest = folded;
    const int day = TakeNumber(&rest);
    const int year = TakeNumber(&rest);
    const absl::StatusOr<Day> result = BikramSambatToDay(year, month.month, day);
    if (result.ok()) return *result;
  }
  return std::nullopt;
}

}  // namespace glutwatch::ingest

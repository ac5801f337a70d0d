#include "base/decimal.h"

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace glutwatch {
namespace {

constexpr size_t kDigitsAfterPoint = 4;
constexpr size_t kMaxTextLength = 40;

// Joins "1,234,567" to "1234567"; false where the groups are not thousands.
bool JoinThousands(absl::string_view whole, std::string* digits) {
  if (!absl::StrContains(whole, ',')) {
    digits->assign(whole.data(), whole.size());
    return true;
  }
  const std::vector<absl::string_view> groups = absl::StrSplit(whole, ',');
  for (size_t i = 0; i < groups.size(); ++i) {
    const bool fits = i == 0 ? !groups[i].empty() && groups[i].size() <= 3 : groups[i].size() == 3;
    if (!fits) return false;
    absl::StrAppend(digits, groups[i]);
  }
  return true;
}

bool AllDigits(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<int64_t> ParseE4(absl::string_view text) {
  const auto bad = [&](absl::string_view expected) {
    return absl::InvalidArgumentError(
        absl::StrCat("number is \"", text.substr(0, kMaxTextLength), "\", expected ", expected));
  };
  absl::string_view rest = absl::StripAsciiWhitespace(text);
  if (rest.empty() || rest.size() > kMaxTextLength) return bad("a decimal such as 1.55");
  const bool negative = rest[0] == '-';
  if (negative || rest[0] == '+') rest.remove_prefix(1);
  const size_t point = rest.find('.');
  const absl::string_view whole = rest.substr(0, point);
  absl::string_view fraction =
      point == absl::string_view::npos ? absl::string_view() : rest.substr(point + 1);
  std::string digits;
  if (!JoinThousands(whole, &digits)) return bad("commas between groups of three digits");
  if ((digits.empty() && fraction.empty()) || !AllDigits(digits) || !AllDigits(fraction)) {
    return bad("a decimal such as 1.55");
  }
  while (fraction.size() > kDigitsAfterPoint && fraction.back() == '0') fraction.remove_suffix(1);
  if (fraction.size() > kDigitsAfterPoint) return bad("at most four digits after the point");
  int64_t units = 0;
  if (!digits.empty() && (!absl::SimpleAtoi(digits, &units) || units > kMaxE4 / kE4)) {
    return bad("a magnitude of at most 10^12");
  }
  int64_t value_e4 = units * kE4;
  int64_t scale = kE4 / 10;
  for (const char c : fraction) {
    value_e4 += (c - '0') * scale;
    scale /= 10;
  }
  if (value_e4 > kMaxE4) return bad("a magnitude of at most 10^12");
  return negative ? -value_e4 : value_e4;
}

std::string FormatE4(int64_t value_e4) {
  const uint64_t magnitude =
      value_e4 < 0 ? 0 - static_cast<uint64_t>(value_e4) : static_cast<uint64_t>(value_e4);
  std::string out = absl::StrCat(value_e4 < 0 ? "-" : "", magnitude / kE4);
  uint64_t fraction = magnitude % kE4;
  if (fraction == 0) return out;
  out += '.';
  for (uint64_t scale = kE4 / 10; fraction != 0; scale /= 10) {
    out += static_cast<char>('0' + fraction / scale);
    fraction %= scale;
  }
  return out;
}

}  // namespace glutwatch

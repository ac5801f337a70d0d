#include "sheet/numbers.h"

#include <cmath>
#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/decimal.h"
#include "sheet/text_encoding.h"

namespace glutwatch::sheet {
namespace {

constexpr size_t kMaxQuotedBytes = 60;

// Devanagari digits U+0966..U+096F are E0 A5 A6 .. E0 A5 AF.
std::string FoldDevanagari(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i + 2 < text.size() && absl::StartsWith(text.substr(i), "\xE0\xA5")) {
      const auto last = static_cast<uint8_t>(text[i + 2]);
      if (last >= 0xA6 && last <= 0xAF) {
        out += static_cast<char>('0' + (last - 0xA6));
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

// "1.234,56" -> "1,234.56".
std::string SwapMarks(absl::string_view text) {
  std::string out(text);
  for (char& c : out) c = c == ',' ? '.' : c == '.' ? ',' : c;
  return out;
}

// Cuts the digits after the fourth, rounding half to even. `text` keeps any other form, which
// ParseE4 then judges.
std::string RoundToFour(absl::string_view text) {
  const size_t point = text.find('.');
  if (point == absl::string_view::npos || text.size() - point - 1 <= 4) return std::string(text);
  const absl::string_view rest = text.substr(point + 5);
  std::string kept(text.substr(0, point + 5));
  if (rest.find_first_not_of("0123456789") != absl::string_view::npos) return std::string(text);
  const bool half = rest[0] == '5' && rest.find_first_not_of('0', 1) == absl::string_view::npos;
  if (rest[0] < '5' || (half && (kept.back() - '0') % 2 == 0)) return kept;
  // One more in the fourth place, through the exact decimal.
  const bool negative = absl::StartsWith(kept, "-");
  const absl::StatusOr<int64_t> value = ParseE4(kept);
  return value.ok() ? FormatE4(*value + (negative ? -1 : 1)) : kept;
}

}  // namespace

absl::StatusOr<int64_t> ParseCellE4(absl::string_view text, const NumberOptions& options) {
  const absl::string_view trimmed = TrimText(text);
  std::string folded;
  absl::string_view plain = trimmed;
  if (!IsAscii(trimmed)) {
    folded = FoldDevanagari(FoldWidth(trimmed));
    plain = folded;
  }
  if (options.decimal_comma) {
    folded = SwapMarks(plain);
    plain = folded;
  }
  if (options.round_to_e4) {
    folded = RoundToFour(plain);
    plain = folded;
  }
  absl::StatusOr<int64_t> value = ParseE4(plain);
  if (value.ok() || plain == text) return value;
  // Quote what the cell holds, not what we made of it.
  const std::string message(value.status().message());
  const size_t expected = message.find("\", ");
  return absl::InvalidArgumentError(
      absl::StrCat("number is \"", trimmed.substr(0, kMaxQuotedBytes),
                   expected == std::string::npos ? "\"" : message.substr(expected)));
}

std::string ShortestDecimal(double value) {
  char buffer[400];
  std::snprintf(buffer, sizeof(buffer), "%.15g", value);
  if (!absl::StrContains(buffer, 'e')) return buffer;
  // %.15g has at most 15 significant digits; without exponent that is this many after the point.
  const int exponent = static_cast<int>(std::floor(std::log10(std::fabs(value))));
  const int digits = exponent >= 14 ? 0 : 14 - exponent;
  std::snprintf(buffer, sizeof(buffer), "%.*f", digits, value);
  std::string out = buffer;
  if (absl::StrContains(out, '.')) {
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
  }
  return out;
}

}  // namespace glutwatch::sheet

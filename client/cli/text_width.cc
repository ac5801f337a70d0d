#include "client/cli/text_width.h"

#include <algorithm>
#include <iterator>

#include "base/utf8.h"

namespace glutwatch::client {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode's EastAsianWidth W and F, in runs that matter; ascending.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x25FD, 0x25FE},   {0x2614, 0x2615},   {0x26A1, 0x26A1},   {0x2705, 0x2705},
    {0x274C, 0x274C},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0xA4CF},
    {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},
    {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x17000, 0x18CFF},
    {0x1B000, 0x1B2FF}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF},
    {0x20000, 0x3FFFD}};

// Combining marks and invisible characters; ascending.
constexpr Range kZero[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},  {0x0610, 0x061A},
                           {0x064B, 0x065F}, {0x0900, 0x0902}, {0x093A, 0x093A},  {0x093C, 0x093C},
                           {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0951, 0x0957},  {0x0962, 0x0963},
                           {0x0D41, 0x0D44}, {0x0D4D, 0x0D4D}, {0x0E31, 0x0E31},  {0x0E34, 0x0E3A},
                           {0x0E47, 0x0E4E}, {0x200B, 0x200F}, {0x2028, 0x202E},  {0x2060, 0x2064},
                           {0x20D0, 0x20FF}, {0x302A, 0x302D}, {0x3099, 0x309A},  {0xFE00, 0xFE0F},
                           {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};

template <size_t n>
bool IsIn(const Range (&ranges)[n], char32_t c) {
  const auto* it = std::lower_bound(std::begin(ranges), std::end(ranges), c,
                                    [](const Range& range, char32_t x) { return range.last < x; });
  return it != std::end(ranges) && it->first <= c;
}

int WidthOf(char32_t c) { return IsIn(kZero, c) ? 0 : IsIn(kWide, c) ? 2 : 1; }

bool IsControl(char32_t c) {
  // C0, DEL, C1 and the marks that turn the direction of text.
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

int DisplayWidth(absl::string_view text) {
  int width = 0;
  char32_t c;
  while (!text.empty()) {
    if (TakeCodePoint(&text, &c)) {
      width += WidthOf(c);
    } else {
      text.remove_prefix(1);
      ++width;
    }
  }
  return width;
}

std::string Printable(absl::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const absl::string_view before = text;
    char32_t c;
    if (!TakeCodePoint(&text, &c)) {
      text.remove_prefix(1);
      result += '?';
    } else if (c == '\n' || c == '\t' || c == '\r') {
      result += ' ';
    } else if (IsControl(c)) {
      result += '?';
    } else {
      result.append(before.data(), before.size() - text.size());
    }
  }
  return result;
}

}  // namespace glutwatch::client

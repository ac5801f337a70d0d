#include "base/resource_id.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace glutwatch {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};
// Unicode blocks, above ASCII, without letters or digits. Ascending.
constexpr Range kNotLetters[] = {
    {0x80, 0xA9},         // controls, Latin-1 signs
    {0xAB, 0xB4},         //
    {0xB6, 0xB9},         // (0xAA, 0xB5 and 0xBA are letters)
    {0xBB, 0xBF},         //
    {0xD7, 0xD7},         // multiplication sign
    {0xF7, 0xF7},         // division sign
    {0x2000, 0x206F},     // general punctuation, blanks, direction marks
    {0x20A0, 0x20CF},     // currency signs
    {0x2190, 0x245F},     // arrows, mathematics, technical, control pictures
    {0x2500, 0x2BFF},     // boxes, shapes, dingbats
    {0x3000, 0x3004},     // CJK punctuation
    {0x3008, 0x3020},     //
    {0x3030, 0x3030},     //
    {0x303D, 0x303F},     //
    {0x30FB, 0x30FB},     // middle dot
    {0xD800, 0xF8FF},     // surrogates, private use
    {0xFE00, 0xFE6F},     // variation selectors, vertical and small forms
    {0xFEFF, 0xFF0F},     // byte order mark, full-width punctuation
    {0xFF1A, 0xFF20},     //
    {0xFF3B, 0xFF40},     //
    {0xFF5B, 0xFF65},     //
    {0xFFE0, 0xFFFF},     // full-width signs, specials
    {0x1F000, 0x1FAFF},   // pictures
    {0xE0000, 0x10FFFF},  // tags, private use
};

constexpr size_t kHashDigits = 8;

uint32_t Hash(absl::string_view text) {
  uint32_t hash = 2166136261U;  // FNV-1a: ids are for good, so the hash is ours
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

// The bytes of the first `count` code points.
absl::string_view FirstCodePoints(absl::string_view text, size_t count) {
  absl::string_view rest = text;
  char32_t ignored;
  for (size_t i = 0; i < count && TakeCodePoint(&rest, &ignored); ++i) {
  }
  return text.substr(0, text.size() - rest.size());
}

size_t CountCodePoints(absl::string_view text) {
  size_t count = 0;
  for (char32_t ignored; TakeCodePoint(&text, &ignored);) ++count;
  return count;
}

}  // namespace

bool IsIdCharacter(char32_t c) {
  if (c < 0x80) {
    const auto byte = static_cast<unsigned char>(c);
    return absl::ascii_isalnum(byte) || c == '-' || c == '_' || c == '.';
  }
  const Range* range = std::lower_bound(std::begin(kNotLetters), std::end(kNotLetters), c,
                                        [](const Range& r, char32_t x) { return r.last < x; });
  return range == std::end(kNotLetters) || c < range->first;
}

absl::Status CheckId(absl::string_view id) {
  absl::string_view rest = id;
  size_t count = 0;
  for (char32_t c; TakeCodePoint(&rest, &c); ++count) {
    if (!IsIdCharacter(c)) break;
  }
  if (rest.empty() && count >= 1 && count <= kMaxIdCodePoints) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("\"", absl::Utf8SafeCEscape(id.substr(0, 100)),
                                                 "\", expected 1 to ", kMaxIdCodePoints,
                                                 " letters, digits, '-', '_' or '.'"));
}

absl::StatusOr<std::string> CanonicalId(absl::string_view name) {
  std::string id;
  absl::string_view rest = name;
  bool gap = false;
  char32_t c;
  for (absl::string_view before = rest; TakeCodePoint(&rest, &c); before = rest) {
    if (!IsIdCharacter(c)) {
      gap = !id.empty();
      continue;
    }
    if (gap && id.back() != '-' && c != '-') id += '-';
    gap = false;
    if (c < 0x80) {
      id += absl::ascii_tolower(static_cast<unsigned char>(c));
    } else {
      absl::StrAppend(&id, before.substr(0, before.size() - rest.size()));
    }
  }
  if (!rest.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "name is \"", absl::Utf8SafeCEscape(name.substr(0, 100)), "\", expected UTF-8"));
  }
  if (id.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("name is \"", name.substr(0, 100), "\", expected a letter or a digit"));
  }
  if (CountCodePoints(id) <= kMaxIdCodePoints) return id;
  return absl::StrCat(FirstCodePoints(id, kMaxIdCodePoints - kHashDigits - 1), "-",
                      absl::Hex(Hash(id), absl::kZeroPad8));
}

}  // namespace glutwatch

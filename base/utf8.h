#pragma once
#include "absl/strings/string_view.h"

namespace glutwatch {

// Takes the first code point off `*text`. False, and nothing taken, if the text is empty or does
// not begin with valid UTF-8 (overlong forms, surrogates and values beyond U+10FFFF are invalid).
inline bool TakeCodePoint(absl::string_view* text, char32_t* code_point) {
  if (text->empty()) return false;
  const auto byte = [&](size_t i) { return static_cast<unsigned char>((*text)[i]); };
  const unsigned char lead = byte(0);
  const size_t length = lead < 0x80   ? 1
                        : lead < 0xC2 ? 0
                        : lead < 0xE0 ? 2
                        : lead < 0xF0 ? 3
                        : lead < 0xF5 ? 4
                                      : 0;
  if (length == 0 || length > text->size()) return false;
  char32_t value = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return false;
    value = (value << 6) | (byte(i) & 0x3FU);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
    return false;
  }
  text->remove_prefix(length);
  *code_point = value;
  return true;
}

// The length of the longest prefix of `text` that is valid UTF-8; text.size() if all of it is.
inline size_t ValidUtf8Prefix(absl::string_view text) {
  absl::string_view rest = text;
  char32_t ignored;
  while (TakeCodePoint(&rest, &ignored)) {
  }
  return text.size() - rest.size();
}

inline bool IsUtf8(absl::string_view text) { return ValidUtf8Prefix(text) == text.size(); }

}  // namespace glutwatch

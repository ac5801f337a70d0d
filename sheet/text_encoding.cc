#include "sheet/text_encoding.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/utf8.h"

namespace glutwatch::sheet {
namespace {

constexpr absl::string_view kBom = "\xEF\xBB\xBF";
constexpr absl::string_view kNoBreakSpace = "\xC2\xA0";
constexpr absl::string_view kIdeographicSpace = "\xE3\x80\x80";

uint8_t ByteAt(absl::string_view text, size_t i) { return static_cast<uint8_t>(text[i]); }

// The offset of the first byte that is not UTF-8, or npos.
size_t FirstInvalid(absl::string_view text) {
  absl::string_view rest = text;
  char32_t ignored = 0;
  while (!rest.empty()) {
    if (static_cast<uint8_t>(rest[0]) < 0x80) {
      rest.remove_prefix(1);
    } else if (!TakeCodePoint(&rest, &ignored)) {
      return text.size() - rest.size();
    }
  }
  return absl::string_view::npos;
}

absl::StatusOr<std::string> Convert(absl::string_view content, const char* from) {
  const iconv_t converter = iconv_open("UTF-8", from);
  if (converter == reinterpret_cast<iconv_t>(-1)) {
    return absl::UnimplementedError(absl::StrCat("this system's iconv does not know ", from));
  }
  const auto close = absl::MakeCleanup([converter] { iconv_close(converter); });
  std::string out(content.size() + content.size() / 2 + 16, '\0');
  char* in = const_cast<char*>(content.data());
  size_t in_left = content.size();
  size_t filled = 0;
  while (in_left > 0) {
    char* to = out.data() + filled;
    size_t out_left = out.size() - filled;
    const size_t result = iconv(converter, &in, &in_left, &to, &out_left);
    filled = out.size() - out_left;
    if (result != static_cast<size_t>(-1)) break;
    if (errno != E2BIG) {
      return absl::InvalidArgumentError(
          absl::StrCat("byte ", content.size() - in_left, ": expected ", from, " text"));
    }
    out.resize(out.size() * 2);
  }
  out.resize(filled);
  return out;
}

}  // namespace

bool IsValidUtf8(absl::string_view text) { return FirstInvalid(text) == absl::string_view::npos; }

bool IsAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

absl::string_view StripBom(absl::string_view text) {
  while (absl::ConsumePrefix(&text, kBom)) {
  }
  return text;
}

absl::StatusOr<std::string> ToUtf8(std::string content, TextEncoding encoding) {
  if (absl::StartsWith(content, "\xFF\xFE") || absl::StartsWith(content, "\xFE\xFF")) {
    return Convert(content, "UTF-16");
  }
  if (encoding != TextEncoding::kGb18030) {
    const size_t invalid = FirstInvalid(content);
    if (invalid == absl::string_view::npos) {
      const size_t bom = content.size() - StripBom(content).size();
      if (bom > 0) content.erase(0, bom);
      return content;
    }
    if (encoding == TextEncoding::kUtf8) {
      return absl::InvalidArgumentError(absl::StrCat("byte ", invalid, ": expected UTF-8 text"));
    }
  }
  return Convert(content, "GB18030");
}

absl::string_view TrimText(absl::string_view text) {
  constexpr absl::string_view kBlanks[] = {kNoBreakSpace, kIdeographicSpace, kBom};
  while (true) {
    const size_t before = text.size();
    text = absl::StripAsciiWhitespace(text);
    for (const absl::string_view blank : kBlanks) {
      absl::ConsumePrefix(&text, blank);
      absl::ConsumeSuffix(&text, blank);
    }
    if (text.size() == before) return text;
  }
}

std::string FoldWidth(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const uint8_t lead = ByteAt(text, i);
    if (lead < 0x80 || i + 2 >= text.size()) {
      if (lead == 0xC2 && i + 1 < text.size() && ByteAt(text, i + 1) == 0xA0) {
        out += ' ';
        ++i;
      } else {
        out += text[i];
      }
      continue;
    }
    if (absl::StartsWith(text.substr(i), kIdeographicSpace)) {
      out += ' ';
      i += 2;
      continue;
    }
    // U+FF01..U+FF5E are ASCII 0x21..0x7E, shifted: EF BC 81 .. EF BD 9E.
    const unsigned code =
        (lead & 0x0Fu) << 12 | (ByteAt(text, i + 1) & 0x3Fu) << 6 | (ByteAt(text, i + 2) & 0x3Fu);
    if ((lead & 0xF0) == 0xE0 && code >= 0xFF01 && code <= 0xFF5E) {
      out += static_cast<char>(code - 0xFF01 + 0x21);
      i += 2;
    } else if (absl::StartsWith(text.substr(i), kNoBreakSpace)) {
      out += ' ';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace glutwatch::sheet

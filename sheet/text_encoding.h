#pragma once
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch::sheet {

// How a text document is encoded. kDetect: UTF-8 if it is valid UTF-8, else GB18030.
enum class TextEncoding { kDetect, kUtf8, kGb18030 };

bool IsValidUtf8(absl::string_view text);

// `text` without a UTF-8 byte order mark at its beginning; some exporters write several in a row.
absl::string_view StripBom(absl::string_view text);

// Gives `content` as UTF-8 without a byte order mark; UTF-16 with a byte order mark is understood
// too. GB18030 contains GBK and GB 2312.
//
// Takes the string to return it unchanged, without a copy, when it is already plain UTF-8.
// INVALID_ARGUMENT names the byte offset that fits neither encoding (or not the one asked for).
absl::StatusOr<std::string> ToUtf8(std::string content, TextEncoding encoding);

// Trims ASCII white space, U+00A0, U+3000 (ideographic blank) and U+FEFF (BOM) from both ends.
absl::string_view TrimText(absl::string_view text);

// Folds full-width ASCII forms (０-９ Ａ-Ｚ ， ． （ ） － ：) and the ideographic blank to ASCII.
// For numbers, dates and headings; names stay as the feed writes them.
std::string FoldWidth(absl::string_view text);

// True if FoldWidth would change nothing because `text` is ASCII.
bool IsAscii(absl::string_view text);

}  // namespace glutwatch::sheet

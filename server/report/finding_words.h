#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/utf8.h"
#include "server/report/report.h"

// How findings quote what was written. Private to the room.
namespace glutwatch::report {

// The first characters of valid UTF-8, and "…" if there are more.
inline std::string CutText(absl::string_view utf8) {
  constexpr size_t kCharacters = 40;
  absl::string_view rest = utf8;
  char32_t ignored;
  for (size_t i = 0; i < kCharacters && TakeCodePoint(&rest, &ignored); ++i) {
  }
  return absl::StrCat(utf8.substr(0, utf8.size() - rest.size()), rest.empty() ? "" : "…");
}
inline std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", CutText(text), "\"");
}
inline std::string QuotedZh(absl::string_view text) {
  return absl::StrCat("“", CutText(text), "”");
}

inline void AddFinding(absl::string_view reason, absl::string_view field, std::string message,
                       std::string message_zh, std::vector<Finding>* out) {
  out->push_back(
      {std::string(reason), std::string(field), std::move(message), std::move(message_zh)});
}

}  // namespace glutwatch::report

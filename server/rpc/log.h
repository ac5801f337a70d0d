#pragma once
#include <spdlog/spdlog.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace glutwatch::rpc {

// Text from outside as a value in a log line: quoted, without control characters, and not long.
inline std::string LogText(absl::string_view text) {
  constexpr size_t kMaxBytes = 200;
  return absl::StrCat("\"", absl::Utf8SafeCEscape(text.substr(0, kMaxBytes)), "\"");
}

}  // namespace glutwatch::rpc

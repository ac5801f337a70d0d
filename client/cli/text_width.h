#pragma once
#include <string>

#include "absl/strings/string_view.h"

namespace glutwatch::client {

// How many terminal columns `text` takes: 2 for Chinese characters and other wide ones (East
// Asian Width W and F), 0 for combining marks, 1 for the rest; a byte that is not UTF-8 counts 1.
int DisplayWidth(absl::string_view text);

// `text` as it may go to a terminal: control characters, which could steer it, and bytes that are
// not UTF-8 become '?', line ends and tabs a blank.
std::string Printable(absl::string_view text);

}  // namespace glutwatch::client

#pragma once
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch::client {

// Reads the cursor that WriteCursorFile left at `path`; "" if there is no such file. Other errors
// name the file.
absl::StatusOr<std::string> ReadCursorFile(const std::string& path);

// Replaces the file at `path` with `cursor`: after a crash it holds the old or the new one, never
// half of one. On disk when it returns.
absl::Status WriteCursorFile(const std::string& path, absl::string_view cursor);

}  // namespace glutwatch::client

#pragma once
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/context.h"

namespace glutwatch::client {

// The bytes of the file at `path`. NOT_FOUND, UNAVAILABLE name it.
absl::StatusOr<std::string> ReadWhole(const std::string& path);
// Writes `text` to the file at `path`, or to the screen if it is "" or "-". FAILED_PRECONDITION
// names the file that cannot be written.
absl::Status WriteTo(Context* context, const std::string& path, const std::string& text);
// Whether WriteTo writes to the screen.
inline bool IsScreen(const std::string& path) { return path.empty() || path == "-"; }

}  // namespace glutwatch::client

#pragma once
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch::client {

// What a YAML file of ours is.
enum class FileKind { kServer, kCatalog, kRules, kMapping, kScenario };

// INVALID_ARGUMENT lists the kinds.
absl::StatusOr<FileKind> ToFileKind(absl::string_view text);

// Checks the file at `path` without a server: keys, types and ranges, and of a server's
// configuration also its catalog files and rule pack. Each problem is "file:line:column: key: what
// is wrong, what was expected"; none means fine. A file that cannot be opened is a problem, too.
std::vector<std::string> CheckFile(const std::string& path, FileKind kind);

}  // namespace glutwatch::client

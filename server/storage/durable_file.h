#pragma once
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Small files of ours beside RocksDB's. Errors name the file. Private to the room.
namespace glutwatch::storage {

// After OK the file is on disk with `bytes`, also after a power cut; before, it is not there or as
// it was. Writes `path`.tmp on the way.
absl::Status WriteFileDurably(const std::string& path, absl::string_view bytes);
// NOT_FOUND, UNAVAILABLE.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);
// Fsyncs the file or folder at `path`.
absl::Status SyncPath(const std::string& path);
// Removes the file durably; OK if it is not there.
absl::Status RemoveFileDurably(const std::string& path);
// Bytes that an unprivileged process may still use on the file system of `path`.
absl::StatusOr<int64_t> FreeBytesAt(const std::string& path);

}  // namespace glutwatch::storage

#pragma once
#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch {

// The largest decompressed size that is accepted by default: 1 GiB.
inline constexpr size_t kMaxXzOutputBytes = size_t{1} << 30;

// True if `bytes` begin with the .xz magic.
bool IsXz(absl::string_view bytes);

// Undoes .xz (several streams in a row are joined, as `xz -dc` does). Checks the stream's own
// check sum. Uses at most 256 MiB beside the output.
//
// INVALID_ARGUMENT if `bytes` are not .xz or damaged; RESOURCE_EXHAUSTED if the output would pass
// `max_output_bytes` (a decompression bomb) or the stream wants more memory.
absl::StatusOr<std::string> DecompressXz(absl::string_view bytes,
                                         size_t max_output_bytes = kMaxXzOutputBytes);

}  // namespace glutwatch

#pragma once
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace glutwatch {

// Says, with an error, in how long the same request may be made again. Stays with copies of the
// status. `delay` is kept in whole microseconds, rounded up, and is at least 0.
absl::Status WithRetryAfter(absl::Status status, absl::Duration delay);

// What WithRetryAfter said; nullopt if nothing was said.
std::optional<absl::Duration> RetryAfterOf(const absl::Status& status);

}  // namespace glutwatch

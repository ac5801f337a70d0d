#pragma once
#include <cstdint>
#include <random>

#include "absl/time/time.h"

namespace glutwatch::client {

// How long to wait between two attempts.
struct BackoffOptions {
  absl::Duration initial = absl::Milliseconds(200);
  absl::Duration max = absl::Seconds(30);
  double multiplier = 2.0;
};

// Exponential back-off with full jitter: the n-th wait is random between 0 and
// min(initial * multiplier^(n-1), max), so that clients do not come back all at once.
//
// Not thread-safe.
class Backoff {
 public:
  // Equal seeds give equal waits.
  Backoff(const BackoffOptions& options, uint64_t seed)
      : options_(options), cap_(options.initial), random_(seed) {}

  // The next wait, at least `floor` (what the server asked for).
  absl::Duration Next(absl::Duration floor = absl::ZeroDuration());
  // After a success: the next wait is a short one again.
  void Reset() { cap_ = options_.initial; }

 private:
  BackoffOptions options_;
  absl::Duration cap_;
  std::mt19937_64 random_;
};

}  // namespace glutwatch::client

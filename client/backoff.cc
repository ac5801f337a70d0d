#include "client/backoff.h"

#include <algorithm>

namespace glutwatch::client {

absl::Duration Backoff::Next(absl::Duration floor) {
  std::uniform_real_distribution<double> part(0.0, 1.0);
  const absl::Duration wait = cap_ * part(random_);
  cap_ = std::min(cap_ * options_.multiplier, options_.max);
  return std::max(wait, floor);
}

}  // namespace glutwatch::client

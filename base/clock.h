#pragma once
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace glutwatch {

// Where a room asks what time it is. Thread-safe.
//
// Nothing in the mission reads the system's clock by itself: a test passes a FakeClock
// (tests/support), the node passes SystemClock.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace glutwatch

#pragma once
#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "base/clock.h"

namespace glutwatch::testing {

// A clock that moves only when the test says so. Thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time now = absl::FromCivil(absl::CivilDay(2026, 3, 1),
                                                      absl::UTCTimeZone()))
      : now_us_(absl::ToUnixMicros(now)) {}

  absl::Time Now() const override { return absl::FromUnixMicros(now_us_.load()); }
  void Set(absl::Time now) { now_us_ = absl::ToUnixMicros(now); }
  // `by` may be negative: a clock that was set back.
  void Advance(absl::Duration by) { now_us_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<int64_t> now_us_;
};

}  // namespace glutwatch::testing

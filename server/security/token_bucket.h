#pragma once
#include <cstdint>

#include "absl/time/time.h"

namespace glutwatch::security {

// A token bucket in whole numbers: fills at `rate` tokens a `period` up to `capacity`, and is full
// at first. Not thread-safe.
//
// A request that is larger than the bucket is admitted when the bucket is full, and leaves it
// below zero. So in any window of time t no more is taken than max(capacity, largest request)
// + rate * t. First come, first served: after a refusal nothing is admitted before the time that
// was told, so that small requests cannot keep a large one waiting for ever.
//
// A clock that is set back neither fills nor empties it; by less than a minute, time stands still
// for as long.
class TokenBucket {
 public:
  // `rate` and `capacity` are above 0, `period` is whole microseconds, and
  // capacity * period in microseconds is below 2^62.
  TokenBucket(int64_t rate, absl::Duration period, int64_t capacity);

  // Takes `count`, below 2^62 / period, and returns zero; or takes nothing and returns in how long
  // to ask again, at least a microsecond.
  absl::Duration Take(int64_t count, absl::Time now);
  // Takes as much of `wanted` as there is, and returns that.
  int64_t TakeUpTo(int64_t wanted, absl::Time now);
  // What TakeUpTo could take.
  int64_t Available(absl::Time now);
  // Puts back what was taken and not used.
  void Return(int64_t count);

 private:
  void Fill(absl::Time now);

  const int64_t rate_;
  const int64_t period_us_;
  const int64_t full_;  // capacity_ * period_us_
  int64_t level_;       // tokens * period_us_, so that a microsecond adds rate_
  int64_t filled_us_ = 0;
  int64_t hold_until_us_ = 0;
};

}  // namespace glutwatch::security

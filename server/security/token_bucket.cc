#include "server/security/token_bucket.h"

#include <algorithm>

namespace glutwatch::security {
namespace {

// A clock that goes back further was set; one that goes back less is another thread's, which asked
// the time before and came later, and must not make the same moment count twice.
constexpr int64_t kStandstillUs = 60'000'000;

int64_t CeilDiv(int64_t value, int64_t by) { return (value + by - 1) / by; }

}  // namespace

TokenBucket::TokenBucket(int64_t rate, absl::Duration period, int64_t capacity)
    : rate_(rate),
      period_us_(absl::ToInt64Microseconds(period)),
      full_(capacity * period_us_),
      level_(full_) {}

void TokenBucket::Fill(absl::Time now) {
  const int64_t now_us = absl::ToUnixMicros(now);
  if (now_us < filled_us_) {
    if (filled_us_ - now_us < kStandstillUs) return;
    hold_until_us_ -= filled_us_ - now_us;
    filled_us_ = now_us;
    return;
  }
  const int64_t passed_us = now_us - filled_us_;
  filled_us_ = now_us;
  // Compared first, so that the product cannot overflow after a long rest.
  const bool is_full = passed_us >= CeilDiv(full_ - level_, rate_);
  level_ = is_full ? full_ : level_ + passed_us * rate_;
}

absl::Duration TokenBucket::Take(int64_t count, absl::Time now) {
  Fill(now);
  const int64_t needed = count > full_ / period_us_ ? full_ : count * period_us_;
  const int64_t lacking = std::max<int64_t>(needed - level_, 0);
  const int64_t wait_us = std::max(hold_until_us_ - filled_us_, CeilDiv(lacking, rate_));
  if (wait_us > 0) {
    hold_until_us_ = filled_us_ + wait_us;
    return absl::Microseconds(wait_us);
  }
  level_ -= count * period_us_;
  return absl::ZeroDuration();
}

int64_t TokenBucket::Available(absl::Time now) {
  Fill(now);
  return std::max<int64_t>(level_, 0) / period_us_;
}

int64_t TokenBucket::TakeUpTo(int64_t wanted, absl::Time now) {
  const int64_t taken = std::clamp<int64_t>(wanted, 0, Available(now));
  level_ -= taken * period_us_;
  return taken;
}

void TokenBucket::Return(int64_t count) {
  level_ = std::min(full_, level_ + std::min(count, full_ / period_us_) * period_us_);
}

}  // namespace glutwatch::security

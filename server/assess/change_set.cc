#include "server/assess/change_set.h"

#include <algorithm>
#include <limits>

#include "absl/time/clock.h"

namespace glutwatch::assess {
namespace {

constexpr Day kNothing{std::numeric_limits<int32_t>::max()};

}  // namespace

void ChangeSet::AddPending(absl::Span<const Change> changes) {
  for (const Change& change : changes) {
    const size_t at = static_cast<uint32_t>(change.series);
    if (at >= first_days_.size()) first_days_.resize(at + at / 2 + 1, kNothing);
    if (first_days_[at] == kNothing) pending_.push_back(change.series);
    first_days_[at] = std::min(first_days_[at], change.first_day);
  }
}

std::vector<ChangeSet::Change> ChangeSet::TakePending() {
  std::vector<Change> changes;
  changes.reserve(pending_.size());
  for (const storage::SeriesId series : pending_) {
    Day& day = first_days_[static_cast<uint32_t>(series)];
    changes.push_back({series, day});
    day = kNothing;
  }
  pending_.clear();
  return changes;
}

void ChangeSet::Pause(absl::Duration delay) {
  const absl::Time until = absl::Now() + delay;
  for (absl::Duration left = delay; !stopped_ && left > absl::ZeroDuration();
       left = until - absl::Now()) {
    changed_.WaitFor(&mu_, left);
  }
}

void ChangeSet::Add(int64_t recorded_us, absl::Span<const Change> changes, absl::Time now) {
  MutexLock lock(&mu_);
  newest_us_ = std::max(newest_us_, recorded_us);
  AddPending(changes);
  since_ = std::min(since_, now);
  changed_.SignalAll();
}

std::optional<ChangeSet::Round> ChangeSet::Take(absl::Duration delay) {
  Round round;
  {
    MutexLock lock(&mu_);
    while (!stopped_ && newest_us_ == judged_us_ && pending_.empty()) changed_.Wait(&mu_);
    int64_t seen_us = 0;
    for (int i = 0; i < kMostDelays && !stopped_ && seen_us != newest_us_; ++i) {
      seen_us = newest_us_;
      Pause(delay);
    }
    if (stopped_) return std::nullopt;
    round.changes = TakePending();
    round.through_us = newest_us_;
    round.since = since_;
    out_ = true;
    out_us_ = newest_us_;
    out_since_ = since_;
    since_ = absl::InfiniteFuture();
  }
  const auto before = [](const Change& a, const Change& b) { return a.series < b.series; };
  if (!std::is_sorted(round.changes.begin(), round.changes.end(), before)) {
    std::sort(round.changes.begin(), round.changes.end(), before);
  }
  return round;
}

void ChangeSet::Done() {
  MutexLock lock(&mu_);
  judged_us_ = out_us_;
  out_ = false;
  out_since_ = absl::InfiniteFuture();
  changed_.SignalAll();
}

void ChangeSet::PutBack(Round round) {
  MutexLock lock(&mu_);
  AddPending(round.changes);
  since_ = std::min(since_, round.since);
  out_ = false;
  out_since_ = absl::InfiniteFuture();
}

void ChangeSet::Stop() {
  MutexLock lock(&mu_);
  stopped_ = true;
  changed_.SignalAll();
}

bool ChangeSet::IdleThrough(int64_t recorded_us) const { return judged_us_ >= recorded_us; }

bool ChangeSet::WaitIdle(absl::Duration timeout) {
  MutexLock lock(&mu_);
  const int64_t target = newest_us_;
  const absl::Time until = absl::Now() + timeout;
  while (!stopped_ && !IdleThrough(target)) {
    const absl::Duration left = until - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    changed_.WaitFor(&mu_, left);
  }
  return IdleThrough(target);
}

absl::Duration ChangeSet::Lag(absl::Time now) const {
  MutexLock lock(&mu_);
  const absl::Time oldest = std::min(since_, out_since_);
  return oldest == absl::InfiniteFuture() ? absl::ZeroDuration()
                                          : std::max(absl::ZeroDuration(), now - oldest);
}

}  // namespace glutwatch::assess

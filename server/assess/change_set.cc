#include "server/assess/change_set.h"

#include <algorithm>

#include "absl/time/clock.h"

namespace glutwatch::assess {

void ChangeSet::Add(int64_t recorded_us, absl::Span<const Change> changes, absl::Time now) {
  MutexLock lock(&mu_);
  newest_us_ = std::max(newest_us_, recorded_us);
  for (const Change& change : changes) {
    const auto [it, added] = pending_.try_emplace(change.series, change.first_day);
    if (!added) it->second = std::min(it->second, change.first_day);
  }
  since_ = std::min(since_, now);
  changed_.SignalAll();
}

std::optional<ChangeSet::Round> ChangeSet::Take(absl::Duration delay) {
  MutexLock lock(&mu_);
  while (!stopped_ && newest_us_ == judged_us_ && pending_.empty()) changed_.Wait(&mu_);
  const absl::Time until = absl::Now() + delay;
  for (absl::Duration left = delay; !stopped_ && left > absl::ZeroDuration();
       left = until - absl::Now()) {
    changed_.WaitFor(&mu_, left);
  }
  if (stopped_) return std::nullopt;
  Round round;
  round.changes.reserve(pending_.size());
  for (const auto& [series, day] : pending_) round.changes.push_back({series, day});
  std::sort(round.changes.begin(), round.changes.end(),
            [](const Change& a, const Change& b) { return a.series < b.series; });
  round.through_us = newest_us_;
  round.since = since_;
  pending_.clear();
  out_ = true;
  out_us_ = newest_us_;
  out_since_ = since_;
  since_ = absl::InfiniteFuture();
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
  for (const Change& change : round.changes) {
    const auto [it, added] = pending_.try_emplace(change.series, change.first_day);
    if (!added) it->second = std::min(it->second, change.first_day);
  }
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

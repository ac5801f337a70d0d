#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/day.h"
#include "base/mutex.h"
#include "server/storage/observation.h"

namespace glutwatch::assess {

// Series that changed and were not judged yet, coalesced. Thread-safe; the only thing that the
// store's writer and the judging thread share. Four bytes for each series number in use, four more
// for each that is pending.
class ChangeSet {
 public:
  struct Change {
    storage::SeriesId series{};
    Day first_day{};
  };
  // Everything that was gathered up to one commit.
  struct Round {
    std::vector<Change> changes;  // each series once, with its earliest day; ascending
    int64_t through_us = 0;       // the newest commit in it
    absl::Time since;             // when the oldest change was added
  };

  // Adds what a commit touched. Commits come in order.
  void Add(int64_t recorded_us, absl::Span<const Change> changes, absl::Time now);
  // Waits until there is something, then `delay` for more to gather, and as long as more keeps
  // coming up to kMostDelays times that: a national day is judged once, not in twenty parts, and
  // has the processors to itself while it arrives. nullopt after Stop.
  // While a round is out, Idle is false: follow with Done or PutBack.
  std::optional<Round> Take(absl::Duration delay);
  static constexpr int kMostDelays = 50;
  void Done();
  // Gives back a round that could not be judged.
  void PutBack(Round round);
  void Stop();

  // Waits until everything added before the call has been judged. False on time-out or Stop.
  bool WaitIdle(absl::Duration timeout);
  // The age of the oldest change that is not judged; zero if none.
  absl::Duration Lag(absl::Time now) const;

 private:
  bool IdleThrough(int64_t recorded_us) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Until `delay` has passed or Stop.
  void Pause(absl::Duration delay) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void AddPending(absl::Span<const Change> changes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::vector<Change> TakePending() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable Mutex mu_;
  CondVar changed_;
  // Arrays by series instead of a hash map: the store's writer adds every row of a national day.
  std::vector<Day> first_days_ ABSL_GUARDED_BY(mu_);  // kNothing unless the series is pending
  std::vector<storage::SeriesId> pending_ ABSL_GUARDED_BY(mu_);
  int64_t newest_us_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t judged_us_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t out_us_ ABSL_GUARDED_BY(mu_) = 0;  // of the round that is out
  bool out_ ABSL_GUARDED_BY(mu_) = false;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  absl::Time since_ ABSL_GUARDED_BY(mu_) = absl::InfiniteFuture();
  absl::Time out_since_ ABSL_GUARDED_BY(mu_) = absl::InfiniteFuture();
};

}  // namespace glutwatch::assess

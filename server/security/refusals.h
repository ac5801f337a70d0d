#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/mutex.h"

namespace glutwatch::security {

// Why a guard turned somebody away.
enum class RefusalReason {
  kQuotaRows,
  kQuotaSeries,
  kOverloadedReads,
  kOverloadedWrites,
  kOverloadedAdministration,
  kTooLate,  // past its deadline, or given up by the caller, before work began
};
inline constexpr int kRefusalReasons = 6;

// "QUOTA_ROWS", "OVERLOADED_READS"; "" for a number that is no reason.
absl::string_view RefusalName(RefusalReason reason);

// Counts what the guards refuse, and says so without flooding the log. Thread-safe.
//
// Cost: a lock and a look-up. Memory: a few words for each principal and reason; ids come from
// whoever identified the principal, never from what was sent.
class Refusals {
 public:
  struct Line {
    std::string principal;
    RefusalReason reason = RefusalReason::kQuotaRows;
    std::string message;  // of the newest one
    int64_t count = 0;    // since the last line of this principal and reason
  };
  // `log` is called on the thread of Add, at most once in kLogInterval for each principal and
  // reason, the first time at once. May be empty.
  explicit Refusals(std::function<void(const Line&)> log = nullptr) : log_(std::move(log)) {}

  static constexpr absl::Duration kLogInterval = absl::Minutes(1);

  // Notes `count` refusals.
  void Add(absl::string_view principal, RefusalReason reason, absl::string_view message,
           int64_t count, absl::Time now);
  int64_t count(RefusalReason reason) const;

 private:
  struct Entry {
    absl::Time logged = absl::InfinitePast();
    int64_t count = 0;
  };

  const std::function<void(const Line&)> log_;
  mutable Mutex mu_;
  std::array<int64_t, kRefusalReasons> counts_ ABSL_GUARDED_BY(mu_) = {};
  absl::flat_hash_map<std::string, std::array<Entry, kRefusalReasons>> entries_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace glutwatch::security

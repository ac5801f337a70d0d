#include "server/security/refusals.h"

namespace glutwatch::security {

absl::string_view RefusalName(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::kQuotaRows:
      return "QUOTA_ROWS";
    case RefusalReason::kQuotaSeries:
      return "QUOTA_SERIES";
    case RefusalReason::kOverloadedReads:
      return "OVERLOADED_READS";
    case RefusalReason::kOverloadedWrites:
      return "OVERLOADED_WRITES";
    case RefusalReason::kOverloadedAdministration:
      return "OVERLOADED_ADMINISTRATION";
    case RefusalReason::kTooLate:
      return "TOO_LATE";
  }
  return "";
}

void Refusals::Add(absl::string_view principal, RefusalReason reason, absl::string_view message,
                   int64_t count, absl::Time now) {
  const auto number = static_cast<size_t>(reason);
  Line line;
  {
    MutexLock lock(&mu_);
    counts_[number] += count;
    auto found = entries_.find(principal);
    if (found == entries_.end()) found = entries_.try_emplace(std::string(principal)).first;
    Entry& entry = found->second[number];
    entry.count += count;
    // A clock that was set back does not silence the log.
    if (now >= entry.logged && now - entry.logged < kLogInterval) return;
    line = {std::string(principal), reason, std::string(message), entry.count};
    entry = {now, 0};
  }
  if (log_ != nullptr) log_(line);
}

int64_t Refusals::count(RefusalReason reason) const {
  MutexLock lock(&mu_);
  return counts_[static_cast<size_t>(reason)];
}

}  // namespace glutwatch::security

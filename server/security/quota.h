#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "server/security/refusals.h"
#include "server/security/token_bucket.h"

namespace glutwatch::security {

// What one principal may use. 0 is no limit, of `burst_rows` kUsualBurstSeconds of rows.
struct QuotaLimits {
  int64_t rows_per_second = 0;
  int64_t burst_rows = 0;          // at once, after a rest
  int64_t new_series_per_day = 0;  // so many at once, and as many again over each 24 hours
  int64_t bytes_in_flight = 0;     // of batches that are not answered
};
inline constexpr int64_t kUsualBurstSeconds = 10;
inline constexpr int64_t kMaxRowsPerSecond = 1'000'000'000;
inline constexpr int64_t kMaxBurstRows = 100'000'000'000;
inline constexpr int64_t kMaxNewSeriesPerDay = 20'000'000;

// What one principal has used. Thread-safe; each call is O(1). Kept in memory: a restart fills it.
class QuotaAccount {
 public:
  // `limits` are within the constants above; `refusals` outlives the account.
  QuotaAccount(absl::string_view principal, const QuotaLimits& limits, Refusals* refusals);

  // Takes `rows` price rows. RESOURCE_EXHAUSTED "QUOTA_ROWS: ..." names the principal, the quota
  // and what was asked, and carries in how long it may be asked again (RetryAfterOf). More rows
  // than the burst are admitted when the whole burst is there (TokenBucket).
  absl::Status AdmitRows(int64_t rows, absl::Time now);

  // How many series the principal may add now; the largest number if there is no limit.
  int64_t NewSeriesLeft(absl::Time now);
  // Takes as many of `wanted` as are left and returns how many that was.
  int64_t TakeNewSeries(int64_t wanted, absl::Time now);
  // Gives back what was taken and not added after all.
  void ReturnNewSeries(int64_t count);
  // Notes that `count` series were not added, and says why. The message is the same every time.
  std::string RefuseNewSeries(int64_t count, absl::Time now);

  // Bytes in flight are not refused: a stream reads on when there is room. One batch may go over.
  bool HasRoomForBytes() const;
  void TakeBytes(int64_t bytes) { bytes_in_flight_.fetch_add(bytes); }
  // Whether there is room since this call, and was not before.
  bool ReleaseBytes(int64_t bytes);

 private:
  const std::string principal_;
  const QuotaLimits limits_;  // with the usual burst filled in
  Refusals* const refusals_;
  std::atomic<int64_t> bytes_in_flight_{0};
  Mutex mu_;
  std::optional<TokenBucket> rows_ ABSL_GUARDED_BY(mu_);    // none: no limit
  std::optional<TokenBucket> series_ ABSL_GUARDED_BY(mu_);  // none: no limit
};

// Every principal's account. Thread-safe.
class Quotas {
 public:
  // `usual` is for whoever is not in `by_principal`. `refusals` outlives the quotas.
  Quotas(const QuotaLimits& usual, std::map<std::string, QuotaLimits, std::less<>> by_principal,
         Refusals* refusals);

  // Opened when it is first asked for; lives as long as the quotas.
  QuotaAccount* Of(absl::string_view principal);

 private:
  const QuotaLimits usual_;
  const std::map<std::string, QuotaLimits, std::less<>> by_principal_;
  Refusals* const refusals_;
  Mutex mu_;
  std::map<std::string, std::unique_ptr<QuotaAccount>, std::less<>> accounts_ ABSL_GUARDED_BY(mu_);
};

}  // namespace glutwatch::security

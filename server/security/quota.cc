#include "server/security/quota.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/retry_after.h"

namespace glutwatch::security {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

QuotaLimits WithBurst(QuotaLimits limits) {
  if (limits.burst_rows == 0) limits.burst_rows = limits.rows_per_second * kUsualBurstSeconds;
  return limits;
}

}  // namespace

QuotaAccount::QuotaAccount(absl::string_view principal, const QuotaLimits& limits,
                           Refusals* refusals)
    : principal_(principal), limits_(WithBurst(limits)), refusals_(refusals) {
  if (limits_.rows_per_second > 0) {
    rows_.emplace(limits_.rows_per_second, absl::Seconds(1), limits_.burst_rows);
  }
  if (limits_.new_series_per_day > 0) {
    series_.emplace(limits_.new_series_per_day, kDay, limits_.new_series_per_day);
  }
}

absl::Status QuotaAccount::AdmitRows(int64_t rows, absl::Time now) {
  absl::Duration wait;
  {
    MutexLock lock(&mu_);
    if (!rows_.has_value()) return absl::OkStatus();
    wait = rows_->Take(rows, now);
  }
  if (wait == absl::ZeroDuration()) return absl::OkStatus();
  absl::Status refusal = absl::ResourceExhaustedError(
      absl::StrCat(RefusalName(RefusalReason::kQuotaRows), ": \"", principal_, "\" may send ",
                   limits_.rows_per_second, " rows/s (", limits_.burst_rows,
                   " at once after a rest); asked for ", rows, ", may be tried again in ",
                   absl::FormatDuration(wait)));
  refusals_->Add(principal_, RefusalReason::kQuotaRows, refusal.message(), 1, now);
  return WithRetryAfter(std::move(refusal), wait);
}

int64_t QuotaAccount::NewSeriesLeft(absl::Time now) {
  MutexLock lock(&mu_);
  return series_.has_value() ? series_->Available(now) : std::numeric_limits<int64_t>::max();
}

int64_t QuotaAccount::TakeNewSeries(int64_t wanted, absl::Time now) {
  MutexLock lock(&mu_);
  return series_.has_value() ? series_->TakeUpTo(wanted, now) : wanted;
}

void QuotaAccount::ReturnNewSeries(int64_t count) {
  MutexLock lock(&mu_);
  if (series_.has_value()) series_->Return(count);
}

std::string QuotaAccount::RefuseNewSeries(int64_t count, absl::Time now) {
  std::string message = absl::StrCat("\"", principal_, "\" may add ", limits_.new_series_per_day,
                                     " series a day, and has; send the row in a later batch");
  refusals_->Add(principal_, RefusalReason::kQuotaSeries, message, count, now);
  return message;
}

bool QuotaAccount::HasRoomForBytes() const {
  return limits_.bytes_in_flight == 0 || bytes_in_flight_.load() < limits_.bytes_in_flight;
}

bool QuotaAccount::ReleaseBytes(int64_t bytes) {
  const int64_t before = bytes_in_flight_.fetch_sub(bytes);
  return limits_.bytes_in_flight != 0 && before >= limits_.bytes_in_flight &&
         before - bytes < limits_.bytes_in_flight;
}

Quotas::Quotas(const QuotaLimits& usual,
               std::map<std::string, QuotaLimits, std::less<>> by_principal, Refusals* refusals)
    : usual_(usual), by_principal_(std::move(by_principal)), refusals_(refusals) {}

QuotaAccount* Quotas::Of(absl::string_view principal) {
  const std::string id(principal);
  MutexLock lock(&mu_);
  std::unique_ptr<QuotaAccount>& account = accounts_[id];
  if (account == nullptr) {
    const auto own = by_principal_.find(id);
    account = std::make_unique<QuotaAccount>(
        principal, own == by_principal_.end() ? usual_ : own->second, refusals_);
  }
  return account.get();
}

}  // namespace glutwatch::security

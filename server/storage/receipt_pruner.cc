#include "server/storage/receipt_pruner.h"

#include "base/status_macros.h"
#include "server/storage/journal_codec.h"

namespace glutwatch::storage {

absl::StatusOr<ReceiptPruner::Progress> ReceiptPruner::Step(absl::Time now,
                                                            int64_t newest_recorded_us) {
  Progress progress;
  if (!in_pass_) {
    // Also after the clock was set back.
    if (now < begun_ + kPassInterval && now >= begun_) return progress;
    begun_ = now;
    in_pass_ = true;
    next_key_.clear();
  }
  const int64_t before_us = newest_recorded_us - absl::ToInt64Microseconds(keep_);
  WriteSet set;
  int seen = 0;
  absl::Status status;
  std::string last;
  const absl::Status scanned = database_->Scan(
      Table::kReceipts, next_key_, "", [&](absl::string_view key, absl::string_view value) {
        if (seen == kStepReceipts) return false;
        ++seen;
        last = std::string(key);
        const absl::StatusOr<StoredReceipt> stored = DecodeReceipt(key, value);
        if (!stored.ok()) {
          status = stored.status();
        } else if (stored->receipt.recorded_us < before_us) {
          set.Delete(Table::kReceipts, key);
          ++progress.dropped;
        }
        return true;
      });
  in_pass_ = scanned.ok() && status.ok() && seen == kStepReceipts;
  progress.pass_ended = !in_pass_;
  next_key_ = last + '\0';
  GLUTWATCH_RETURN_IF_ERROR(scanned);
  if (!set.empty()) {
    // Only this thread deletes receipts and nobody replaces one, so none of these has changed.
    const absl::Status written = database_->Write(set, Durability::kBuffered);
    in_pass_ = in_pass_ && written.ok();
    GLUTWATCH_RETURN_IF_ERROR(written);
  }
  GLUTWATCH_RETURN_IF_ERROR(status);
  return progress;
}

}  // namespace glutwatch::storage

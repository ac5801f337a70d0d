#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "server/storage/database.h"
#include "server/storage/journal_codec.h"

namespace glutwatch::storage {

// Up to which commit the prices of `database` are in chunks; 0 before the first fold.
absl::StatusOr<int64_t> ReadFoldedUs(const Database& database);
// The newest commit in `database`; 0 if there is none.
absl::StatusOr<int64_t> NewestCommitUs(const Database& database);

// The journal's extent: which commits are in chunks, and which are still in the table.
//
// Thread-safe, except that one thread folds (Trim, Trimmed). Private to the room.
class Journal {
 public:
  explicit Journal(Database* database) : database_(database) {}

  // Reads the positions from table meta. Before anything else.
  absl::Status Load();
  // Calls `visit` for every commit in (after_us, to_us], oldest first, until it fails. DATA_LOSS
  // names the commit.
  absl::Status Replay(int64_t after_us, int64_t to_us,
                      const std::function<absl::Status(JournalEntry)>& visit) const;
  // As PriceStore::ReplayChanges needs it: FAILED_PRECONDITION if commits after `after_us` are
  // gone, before the first visit or, if they went meanwhile, at the end.
  absl::Status CheckReaches(int64_t after_us) const;

  // Commit `recorded_us` has `bytes` in the table.
  void Added(int64_t recorded_us, size_t bytes);
  // It was not written after all; the newest added only.
  void Dropped(int64_t recorded_us);
  int64_t bytes() const;

  // Everything up to here is in chunks.
  int64_t folded_us() const { return folded_us_.load(std::memory_order_acquire); }
  absl::Status KeepAfter(int64_t recorded_us);
  // Adds to `set` that everything up to `folded_us` is in chunks, and the deletion of what is not
  // kept either. Then, once `set` is written, Trimmed.
  void Trim(int64_t folded_us, WriteSet* set);
  void Trimmed();

 private:
  static constexpr int64_t kKeepNothing = std::numeric_limits<int64_t>::max();

  Database* const database_;
  std::atomic<int64_t> folded_us_{0};
  mutable Mutex mu_;
  int64_t from_us_ ABSL_GUARDED_BY(mu_) = 0;  // every commit after it is in the table
  int64_t keep_after_us_ ABSL_GUARDED_BY(mu_) = kKeepNothing;
  int64_t stored_keep_us_ ABSL_GUARDED_BY(mu_) = kKeepNothing;  // in table meta
  int64_t trimming_folded_us_ = 0;                              // folder only
  int64_t trimming_from_us_ = 0;
  int64_t trimming_keep_us_ = kKeepNothing;
  std::deque<std::pair<int64_t, size_t>> entries_ ABSL_GUARDED_BY(mu_);
  int64_t bytes_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace glutwatch::storage

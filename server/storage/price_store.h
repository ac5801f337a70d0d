#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "server/storage/commit_log.h"
#include "server/storage/database.h"
#include "server/storage/observation.h"
#include "server/storage/price_columns.h"

namespace glutwatch::storage {

struct BatchRow {
  SeriesId series{};
  Observation observation;
};

// One accepted batch: what observe let through, to be applied as a whole.
struct Batch {
  std::string batch_id;        // 1..kMaxBatchIdBytes, chosen by the sender, unique over the store
  uint64_t digest = 0;         // of the batch as it was sent, refused rows included
  std::string source;          // "xinfadi": who observed; interned by the store
  std::vector<BatchRow> rows;  // at most kMaxBatchRows; a (series, day, lot) occurs once
  std::string note;            // opaque to the store (observe's verdicts); given back on a resend

  // For the commit's record (commit_log.h); not compared on a resend.
  std::string author;    // the principal, at most kMaxAuthorBytes; "" if nobody is to be named
  std::string remark;    // at most kMaxRemarkBytes
  int64_t refused = 0;   // rows that observe left out because they break a rule ...
  int64_t repeated = 0;  // ... or because the batch had them already

  // Above 0: a review. Its one row is the version of this recorded_us with other flags, and flags
  // count: the row is stored although its quote is the same. FAILED_PRECONDITION
  // "REVIEW_OUTDATED: ..." unless that version is still the newest of its series, day and lot.
  int64_t reviewed_us = 0;
};
inline constexpr size_t kMaxAuthorBytes = 200;
inline constexpr size_t kMaxRemarkBytes = 2000;
inline constexpr size_t kMaxBatchIdBytes = 200;
inline constexpr size_t kMaxBatchRows = 100'000;

// What became of a batch's rows.
struct Receipt {
  int64_t recorded_us = 0;
  bool replayed = false;  // the batch had been applied before; nothing changed now
  int64_t added = 0;      // rows of a (series, day, lot) that was new
  int64_t corrected = 0;  // rows that became a newer version
  // Rows equal to the newest version, by index into Batch::rows, ascending; not stored again.
  std::vector<uint32_t> duplicates;
  std::string note;  // Batch::note of the first sending
};

struct PriceStoreOptions {
  // The head is folded into chunks when it holds this many bytes.
  int64_t head_bytes = int64_t{384} << 20;
  // How long commits stay in the journal at least, by the clock, whatever KeepJournalAfter says.
  absl::Duration journal_keep = absl::ZeroDuration();
  // Commits waiting for the writer; Append beyond it answers RESOURCE_EXHAUSTED at once.
  int max_queued_batches = 256;
};

// Durable, versioned observations, keyed by series and day. Journal -> head -> chunks.
//
// Thread-safe. A reader sees a whole batch or none of it. Restartable at any instant: what was
// acknowledged is there, once.
class PriceStore {
 public:
  // Replays the journal. `database` and `clock` outlive the store. DATA_LOSS names what is
  // damaged: table and key.
  static absl::StatusOr<std::unique_ptr<PriceStore>> Open(Database* database, const Clock* clock,
                                                          const PriceStoreOptions& options);
  virtual ~PriceStore();

  // Queues `batch`; `done` is called once, from the store's writer thread, when it is fsynced and
  // visible, or with the error; with INVALID_ARGUMENT or because of a full queue already before
  // AppendAsync returns. Batches are applied in the order of the calls. `done` must not block and
  // must not call Append's blocking form. What is queued when the store is destroyed is committed
  // first.
  //
  // Errors: INVALID_ARGUMENT (limits above; names the row); ALREADY_EXISTS "BATCH_ID_REUSED" (same
  // id, other digest); FAILED_PRECONDITION (a review, see Batch); RESOURCE_EXHAUSTED (disk full, or
  // the queue is); UNAVAILABLE (failed fsync).
  virtual void AppendAsync(Batch batch, std::function<void(absl::StatusOr<Receipt>)> done) = 0;
  absl::StatusOr<Receipt> Append(Batch batch);  // waits

  // The newest version of each (day, lot) with from <= day <= to, recorded at or before
  // `as_of_us`, in order of (day, lot). `as_of_us` kNow means everything visible.
  virtual absl::StatusOr<std::vector<Version>> Read(SeriesId series, Day from, Day to,
                                                    int64_t as_of_us = kNow) const = 0;
  // All versions, in order of (day, lot, recorded_us).
  virtual absl::StatusOr<std::vector<Version>> ReadVersions(SeriesId series, Day from,
                                                            Day to) const = 0;
  static constexpr int64_t kNow = INT64_MAX;

  // As Read, in columns: replaces `out` by the rows' days and `columns`. Costs a few nanoseconds a
  // row and column, and nothing for columns that are not asked for.
  absl::Status ReadColumns(SeriesId series, Day from, Day to, int64_t as_of_us, ColumnSet columns,
                           PriceColumns* out) const;
  // Gets the rows of series[index]; they are its own until the call returns. False ends the read.
  using ColumnVisitor = std::function<bool(size_t index, const PriceColumns& rows)>;
  // ReadColumns of one series after another, all as of one instant, into `scratch`; `visit` is
  // called for each, also without rows, in the order of `series`. Ascending series cost least.
  // OK also if `visit` ended it: that is how a caller stops at a deadline.
  virtual absl::Status ReadManyColumns(absl::Span<const SeriesId> series, Day from, Day to,
                                       int64_t as_of_us, ColumnSet columns, PriceColumns* scratch,
                                       const ColumnVisitor& visit) const = 0;

  // nullopt for a series without observations. O(1), no disk.
  virtual std::optional<SeriesTip> Tip(SeriesId series) const = 0;

  // The newest visible commit; 0 for an empty store. Strictly increasing.
  virtual int64_t newest_recorded_us() const = 0;

  // What a commit touched.
  struct Change {
    SeriesId series{};
    Day first_day{};  // the earliest day that the commit touched in this series
  };
  using ChangeListener = std::function<void(int64_t recorded_us, absl::Span<const Change> changes)>;
  // Calls `listener` on the writer thread after every visible commit, in commit order, and before
  // the batch's `done`. At most one listener; set before the first Append.
  virtual void SetChangeListener(ChangeListener listener) = 0;
  // Calls `visit` for every commit after `after_us` in order, from the journal. FAILED_PRECONDITION
  // if the journal no longer reaches back that far (see KeepJournalAfter).
  virtual absl::Status ReplayChanges(int64_t after_us, const ChangeListener& visit) const = 0;
  // The journal keeps every commit after `recorded_us`, even when folded, for ReplayChanges; and
  // those of the last `journal_keep`.
  virtual void KeepJournalAfter(int64_t recorded_us) = 0;

  virtual std::string SourceName(uint16_t source) const = 0;

  // Folds the whole head now and waits. For tests, shutdown and benchmarks.
  virtual absl::Status Fold() = 0;

  struct Stats {
    int64_t rows_in_head = 0;
    int64_t head_bytes = 0;
    int64_t commits = 0;        // since opening
    int64_t rows_appended = 0;  // since opening
    int64_t folds = 0;
    int64_t journal_bytes = 0;
    int64_t series = 0;  // with at least one observation
    int queued_batches = 0;
  };
  virtual Stats stats() const = 0;
};

}  // namespace glutwatch::storage

#pragma once
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/storage/database.h"

namespace glutwatch::storage {

// Drops the receipts of batches that were recorded long ago, a little at a time.
//
// A batch that is sent again after its receipt is gone is judged anew: rows that are equal to the
// newest version are duplicates, and nothing changes; but a row that was corrected since becomes
// the newest version again. So keep receipts for longer than any sender may try.
//
// For one thread; others may read and write the database.
class ReceiptPruner {
 public:
  // Receipts are kept for `keep`, counted from the newest commit. `database` outlives the pruner.
  ReceiptPruner(Database* database, absl::Duration keep) : database_(database), keep_(keep) {}

  struct Progress {
    int64_t dropped = 0;      // in this step
    bool pass_ended = false;  // all receipts have been looked at
  };
  // Looks at the next kStepReceipts and drops those recorded more than `keep` before
  // `newest_recorded_us`. A pass over all of them begins at the first step and then once in
  // kPassInterval by `now`; in between, a step does nothing.
  //
  // Errors: as Database; DATA_LOSS names a receipt that does not decode, and it stays. After an
  // error the next pass begins as usual.
  absl::StatusOr<Progress> Step(absl::Time now, int64_t newest_recorded_us);
  static constexpr int kStepReceipts = 10'000;
  static constexpr absl::Duration kPassInterval = absl::Hours(24);

 private:
  Database* const database_;
  const absl::Duration keep_;
  absl::Time begun_ = absl::InfinitePast();
  bool in_pass_ = false;
  std::string next_key_;
};

}  // namespace glutwatch::storage

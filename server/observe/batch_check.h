#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/observe/dictionary.h"
#include "server/observe/intake.h"
#include "server/storage/price_store.h"

namespace glutwatch::observe {

// INVALID_ARGUMENT if the batch as a whole cannot be taken: no or too long id, columns of unequal
// length, arrivals without presences, more than storage::kMaxBatchRows.
absl::Status CheckShape(const BatchColumns& columns);

// What the hard rules and plausibility make of a batch.
struct CheckedBatch {
  std::vector<storage::BatchRow> rows;  // those that are to be kept
  std::vector<RowResult> results;       // of the others and of the suspicious ones, ascending
  uint64_t digest = 0;
};

// Checks every row. `columns` has passed CheckShape; Dictionary::SetNow has been called. Moves the
// reference prices of the dictionary's series. A clean row allocates nothing; a series' first row
// asks the store for its price once.
CheckedBatch Check(const BatchColumns& columns, const storage::PriceStore& store,
                   const IntakeOptions& options, Dictionary* dictionary);

}  // namespace glutwatch::observe

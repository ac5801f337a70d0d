#pragma once
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/observe/intake.h"
#include "server/storage/price_store.h"

namespace glutwatch::observe {

// The verdicts of a batch as bytes for storage::Batch::note (docs/format/catalog.md), so that
// a batch that comes again gets the same answer. `results` ascend by row; `row_count` is the
// batch's.
std::string EncodeNote(const std::vector<RowResult>& results, size_t row_count);

// The answer to a batch from its receipt: the note's verdicts and the store's duplicates, counted.
// DATA_LOSS if the note is damaged.
absl::StatusOr<BatchVerdict> VerdictOf(const storage::Receipt& receipt);

}  // namespace glutwatch::observe

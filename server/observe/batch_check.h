#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/observe/intake.h"
#include "server/storage/price_store.h"

namespace glutwatch::observe {

// A series of a session, ready for rows; `status` is why its rows are refused, if they are.
struct SessionSeries {
  storage::SeriesId id{};
  uint64_t identity = 0;  // a hash of the series as it was named, for the digest
  absl::Status status;
  Day today{};  // of its market, when the batch is checked
};

// INVALID_ARGUMENT if the batch as a whole cannot be taken: no or too long id, columns of unequal
// length, more than storage::kMaxBatchRows.
absl::Status CheckShape(const BatchColumns& columns);

// What the hard rules and plausibility make of a batch.
struct CheckedBatch {
  std::vector<storage::BatchRow> rows;  // those that are to be kept
  std::vector<int32_t> row_numbers;     // of `rows` in the batch
  std::vector<RowResult> results;       // of the others and of the suspicious ones, ascending
  uint64_t digest = 0;
};
// `tip` gives a series' newest price. O(rows); a clean row allocates nothing of its own.
CheckedBatch Check(const BatchColumns& columns, const std::vector<SessionSeries>& series,
                   const storage::PriceStore& store, const IntakeOptions& options);

// The verdicts as bytes for Batch::note, so that a batch that comes again gets the same answer.
std::string EncodeResults(const std::vector<RowResult>& results, size_t row_count);
struct NotedResults {
  std::vector<RowResult> results;
  int64_t row_count = 0;             // of the batch
  std::vector<int32_t> row_numbers;  // of the kept rows
};
// nullopt on damage.
std::optional<NotedResults> DecodeResults(absl::string_view note);

}  // namespace glutwatch::observe

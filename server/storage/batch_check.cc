#include "server/storage/batch_check.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/storage/paged_array.h"

namespace glutwatch::storage {
namespace {

constexpr size_t kMaxSourceBytes = 200;
constexpr uint8_t kAllPresence = kHasLow | kHasModal | kHasHigh | kHasArrivals;
constexpr uint32_t kMaxSeries = PagedArray<int>::kMaxIndex;
// Series, day and lot in one number: 26, 17 and 16 bits.
static_assert(kMaxSeries < (uint32_t{1} << 26) && (kMaxDay - kMinDay) < (1 << 17));

uint64_t RowKey(const BatchRow& row) {
  return (static_cast<uint64_t>(row.series) << 33) |
         (static_cast<uint64_t>(row.observation.day - kMinDay) << 16) | row.observation.lot;
}

const char* RowProblem(const BatchRow& row) {
  const Observation& o = row.observation;
  const auto series = static_cast<uint32_t>(row.series);
  if (series == 0 || series > kMaxSeries) return "its series is not within 1..67108863";
  if (o.day < kMinDay || o.day > kMaxDay) return "its day is not within 1900-01-01..2170-01-01";
  if (o.status < DayStatus::kTraded || o.status > DayStatus::kNotReported) {
    return "its day status is not within 1..5";
  }
  if ((o.presence & ~kAllPresence) != 0) return "its presence has unknown bits";
  const bool unset_is_zero = ((o.presence & kHasLow) != 0 || o.low_e4 == 0) &&
                             ((o.presence & kHasModal) != 0 || o.modal_e4 == 0) &&
                             ((o.presence & kHasHigh) != 0 || o.high_e4 == 0) &&
                             ((o.presence & kHasArrivals) != 0 || o.arrivals_e4 == 0);
  return unset_is_zero ? nullptr : "a number that is not present is not 0";
}

absl::Status RowError(size_t index, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("row ", index, ": ", problem));
}

// Whether the rows ascend by day, series and lot: then none is there twice.
bool AscendsByDay(const std::vector<BatchRow>& rows) {
  const auto not_before = [](const BatchRow& a, const BatchRow& b) {
    if (a.observation.day != b.observation.day) return a.observation.day > b.observation.day;
    if (a.series != b.series) return a.series > b.series;
    return a.observation.lot >= b.observation.lot;
  };
  return std::adjacent_find(rows.begin(), rows.end(), not_before) == rows.end();
}

absl::Status CheckUnique(const std::vector<BatchRow>& rows) {
  absl::flat_hash_set<uint64_t> seen;
  seen.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!seen.insert(RowKey(rows[i])).second) {
      return RowError(i, "an earlier row has the same series, day and lot");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckBatch(const Batch& batch) {
  if (batch.batch_id.empty() || batch.batch_id.size() > kMaxBatchIdBytes) {
    return absl::InvalidArgumentError(absl::StrCat("batch id: ", batch.batch_id.size(),
                                                   " bytes, expected 1 to ", kMaxBatchIdBytes));
  }
  if (batch.source.size() > kMaxSourceBytes) {
    return absl::InvalidArgumentError(absl::StrCat("source: ", batch.source.size(),
                                                   " bytes, expected at most ", kMaxSourceBytes));
  }
  if (batch.rows.size() > kMaxBatchRows) {
    return absl::InvalidArgumentError(
        absl::StrCat("batch of ", batch.rows.size(), " rows, expected at most ", kMaxBatchRows));
  }
  if (batch.author.size() > kMaxAuthorBytes || batch.remark.size() > kMaxRemarkBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("author: ", batch.author.size(), " bytes, remark: ", batch.remark.size(),
                     " bytes, expected at most ", kMaxAuthorBytes, " and ", kMaxRemarkBytes));
  }
  if (batch.reviewed_us < 0 || (batch.reviewed_us > 0 && batch.rows.size() != 1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "review of ", batch.reviewed_us, " with ", batch.rows.size(), " rows, expected 1 row"));
  }
  // Nearly every batch is in order of series or of day; a set is for the others.
  bool ascending = true;
  uint64_t newest = 0;  // no row's key: series begin at 1
  for (size_t i = 0; i < batch.rows.size(); ++i) {
    const char* problem = RowProblem(batch.rows[i]);
    if (problem != nullptr) return RowError(i, problem);
    const uint64_t key = RowKey(batch.rows[i]);
    ascending = ascending && key > newest;
    newest = key;
  }
  return ascending || AscendsByDay(batch.rows) ? absl::OkStatus() : CheckUnique(batch.rows);
}

}  // namespace glutwatch::storage

#include "server/storage/series_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "server/storage/column_rows.h"

namespace glutwatch::storage {
namespace {

// Up to so many years, a lookup each is cheaper than an iterator.
constexpr int kMaxYearsByGet = 3;
// How far back a lost price is looked for before the whole history is.
constexpr int kNearDays = 400;

// Appends the rows of the head, in no order; one may also be in a chunk.
void AddHead(const Head::View& view, SeriesId series, Day from, Day to, int64_t limit_us,
             std::vector<Version>* versions) {
  for (const auto& epoch : view.epochs) {
    epoch->ForEach(series, from, [&](const HeadRow& row) {
      if (row.recorded_us <= limit_us && row.observation.day >= from && row.observation.day <= to) {
        versions->push_back({row.observation, row.recorded_us});
      }
    });
  }
}

// Leaves, of the rows from `at` on, those with from <= day <= to.
void CutToDays(size_t at, Day from, Day to, PriceColumns* out) {
  const Day* const days = out->days.data();
  const Day* const end = days + out->rows();
  const Day* const first = std::lower_bound(days + at, end, from);
  const Day* const last = std::upper_bound(first, end, to);
  TrimRows(at, static_cast<size_t>(first - days), static_cast<size_t>(last - days), out);
}

// The newest version of each (day, lot) of the head's rows.
void KeepNewest(std::vector<Version>* rows) {
  std::sort(rows->begin(), rows->end(), VersionBefore);
  size_t kept = 0;
  for (size_t i = 0; i < rows->size(); ++i) {
    const Observation& o = (*rows)[i].observation;
    const bool newest = i + 1 == rows->size() || (*rows)[i + 1].observation.day != o.day ||
                        (*rows)[i + 1].observation.lot != o.lot;
    if (newest) (*rows)[kept++] = (*rows)[i];
  }
  rows->resize(kept);
}

}  // namespace

absl::Status SeriesReader::AddChunks(SeriesId series, Day from, Day to, int64_t as_of_us,
                                     std::vector<Version>* versions) const {
  const Day folded = tips_->folded_day(series);
  if (folded == kNoDay || from > folded) return absl::OkStatus();
  const int first_year = YearOf(std::max(from, kMinDay));
  const int last_year = YearOf(std::min(to, folded));
  auto add = [&](const ChunkKey& key, absl::string_view bytes) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<Version> chunk, DecodeChunk(key, bytes));
    for (const Version& v : chunk) {
      if (v.observation.day >= from && v.observation.day <= to && v.recorded_us <= as_of_us) {
        versions->push_back(v);
      }
    }
    return absl::OkStatus();
  };
  if (last_year - first_year < kMaxYearsByGet) {
    for (int year = first_year; year <= last_year; ++year) {
      const ChunkKey key{series, year};
      const absl::StatusOr<std::string> bytes = database_->Get(Table::kChunks, EncodeChunkKey(key));
      if (absl::IsNotFound(bytes.status())) continue;
      GLUTWATCH_RETURN_IF_ERROR(bytes.status());
      GLUTWATCH_RETURN_IF_ERROR(add(key, *bytes));
    }
    return absl::OkStatus();
  }
  absl::Status status;
  GLUTWATCH_RETURN_IF_ERROR(database_->Scan(
      Table::kChunks, EncodeChunkKey({series, first_year}), EncodeChunkKey({series, last_year + 1}),
      [&](absl::string_view key_bytes, absl::string_view value) {
        const absl::StatusOr<ChunkKey> key = DecodeChunkKey(key_bytes);
        status = key.ok() ? add(*key, value) : key.status();
        return status.ok();
      }));
  return status;
}

absl::StatusOr<std::vector<Version>> SeriesReader::Versions(SeriesId series, Day from, Day to,
                                                            int64_t as_of_us) const {
  std::vector<Version> versions;
  if (from > to || static_cast<uint32_t>(series) > PagedArray<int>::kMaxIndex) return versions;
  const Head::View view = head_->Snapshot();  // before the chunks: see Head::View
  const int64_t limit_us = std::min(as_of_us, view.visible_us);
  GLUTWATCH_RETURN_IF_ERROR(AddChunks(series, from, to, limit_us, &versions));
  const size_t from_chunks = versions.size();
  AddHead(view, series, from, to, limit_us, &versions);
  if (versions.size() > from_chunks) {
    std::sort(versions.begin(), versions.end(), VersionBefore);
    versions.erase(std::unique(versions.begin(), versions.end(), SameVersion), versions.end());
  }
  return versions;
}

absl::StatusOr<std::vector<Version>> SeriesReader::Newest(SeriesId series, Day from, Day to,
                                                          int64_t as_of_us) const {
  GLUTWATCH_ASSIGN_OR_RETURN(std::vector<Version> versions, Versions(series, from, to, as_of_us));
  KeepNewest(&versions);
  return versions;
}

absl::Status SeriesReader::AppendChunks(SeriesId series, const Window& window, Cursor* cursor,
                                        PriceColumns* out) const {
  const Day folded = tips_->folded_day(series);
  if (folded == kNoDay || window.from > folded) return absl::OkStatus();
  const std::string begin = EncodeChunkKey({series, YearOf(std::max(window.from, kMinDay))});
  const std::string end = EncodeChunkKey({series, YearOf(std::min(window.to, folded)) + 1});
  // The read before may have ended where this one begins.
  if (!cursor->valid() || cursor->key() != begin) cursor->Seek(begin);
  for (; cursor->valid() && cursor->key() < end; cursor->Next()) {
    GLUTWATCH_ASSIGN_OR_RETURN(const ChunkKey key, DecodeChunkKey(cursor->key()));
    const size_t at = out->rows();
    GLUTWATCH_RETURN_IF_ERROR(
        AppendNewest(key, cursor->value(), window.columns, window.limit_us, out));
    CutToDays(at, window.from, window.to, out);
  }
  return absl::OkStatus();
}

absl::Status SeriesReader::ReadManyColumns(absl::Span<const SeriesId> series, Day from, Day to,
                                           int64_t as_of_us, ColumnSet columns,
                                           PriceColumns* scratch,
                                           const PriceStore::ColumnVisitor& visit) const {
  const Head::View view = head_->Snapshot();  // before the chunks: see Head::View
  // Lots are needed to put the head's rows in.
  const Window window{from, to, std::min(as_of_us, view.visible_us), columns | kLotColumn};
  std::vector<Version> fresh;
  return database_->Walk(Table::kChunks, [&](Cursor* cursor) -> absl::Status {
    for (size_t i = 0; i < series.size(); ++i) {
      ClearRows(scratch);
      if (from <= to && static_cast<uint32_t>(series[i]) <= PagedArray<int>::kMaxIndex) {
        GLUTWATCH_RETURN_IF_ERROR(AppendChunks(series[i], window, cursor, scratch));
        fresh.clear();
        AddHead(view, series[i], window.from, window.to, window.limit_us, &fresh);
        KeepNewest(&fresh);
        MergeRows(fresh, window.columns, scratch);
      }
      FinishRows(columns, scratch);
      if (!visit(i, *scratch)) break;
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<Observation>> SeriesReader::NewestGoodPrice(SeriesId series, Day to,
                                                                         int64_t as_of_us) const {
  for (const Day from : {std::max(to - kNearDays, kMinDay), kMinDay}) {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<Version> newest,
                               Newest(series, from, to, as_of_us));
    std::optional<Observation> found;
    for (const Version& v : newest) {  // ascending: the first good lot of the last good day
      if (!IsGoodPrice(v.observation)) continue;
      if (!found.has_value() || found->day < v.observation.day) found = v.observation;
    }
    if (found.has_value()) return found;
  }
  return std::optional<Observation>();
}

}  // namespace glutwatch::storage

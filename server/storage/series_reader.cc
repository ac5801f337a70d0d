#include "server/storage/series_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "base/status_macros.h"

namespace glutwatch::storage {
namespace {

// Up to so many years, a lookup each is cheaper than an iterator.
constexpr int kMaxYearsByGet = 3;
// How far back a lost price is looked for before the whole history is.
constexpr int kNearDays = 400;

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
  for (const auto& epoch : view.epochs) {
    epoch->ForEach(series, [&](const HeadRow& row) {
      if (row.recorded_us <= limit_us && row.observation.day >= from && row.observation.day <= to) {
        versions.push_back({row.observation, row.recorded_us});
      }
    });
  }
  if (versions.size() > from_chunks) {
    std::sort(versions.begin(), versions.end(), VersionBefore);
    versions.erase(std::unique(versions.begin(), versions.end(), SameVersion), versions.end());
  }
  return versions;
}

absl::StatusOr<std::vector<Version>> SeriesReader::Newest(SeriesId series, Day from, Day to,
                                                          int64_t as_of_us) const {
  GLUTWATCH_ASSIGN_OR_RETURN(std::vector<Version> versions, Versions(series, from, to, as_of_us));
  size_t kept = 0;
  for (size_t i = 0; i < versions.size(); ++i) {
    const bool newest = i + 1 == versions.size() ||
                        versions[i].observation.day != versions[i + 1].observation.day ||
                        versions[i].observation.lot != versions[i + 1].observation.lot;
    if (newest) versions[kept++] = versions[i];
  }
  versions.resize(kept);
  return versions;
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

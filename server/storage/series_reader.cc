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

template <typename T, typename Getter>
void Fill(const std::vector<Version>& versions, bool wanted, const Getter& get,
          ColumnBuffer<T>* column) {
  column->Resize(wanted ? versions.size() : 0);
  for (size_t i = 0; i < column->size(); ++i) (*column)[i] = get(versions[i].observation);
}

void Fill(const std::vector<Version>& versions, ColumnSet columns, PriceColumns* out) {
  using O = Observation;
  const auto has = [columns](PriceColumn column) { return (columns & column) != 0; };
  Fill(
      versions, true, [](const O& o) { return o.day; }, &out->days);
  Fill(
      versions, has(kLotColumn), [](const O& o) { return o.lot; }, &out->lots);
  Fill(
      versions, has(kStatusColumn), [](const O& o) { return o.status; }, &out->statuses);
  Fill(
      versions, has(kPresenceColumn), [](const O& o) { return o.presence; }, &out->presences);
  Fill(
      versions, has(kFlagsColumn), [](const O& o) { return o.flags; }, &out->flags);
  Fill(
      versions, has(kSourceColumn), [](const O& o) { return o.source; }, &out->sources);
  Fill(
      versions, has(kLowColumn), [](const O& o) { return o.low_e4; }, &out->low_e4);
  Fill(
      versions, has(kModalColumn), [](const O& o) { return o.modal_e4; }, &out->modal_e4);
  Fill(
      versions, has(kHighColumn), [](const O& o) { return o.high_e4; }, &out->high_e4);
  Fill(
      versions, has(kArrivalsColumn), [](const O& o) { return o.arrivals_e4; }, &out->arrivals_e4);
  out->recorded_us.Resize(has(kRecordedColumn) ? versions.size() : 0);
  for (size_t i = 0; i < out->recorded_us.size(); ++i)
    out->recorded_us[i] = versions[i].recorded_us;
}

// The bits that every element has, or that some has.
template <typename T>
unsigned AndAll(const ColumnBuffer<T>& column, unsigned bits) {
  for (const T v : column) bits &= static_cast<unsigned>(v);
  return bits;
}
template <typename T>
unsigned OrAll(const ColumnBuffer<T>& column) {
  unsigned bits = 0;
  for (const T v : column) bits |= static_cast<unsigned>(v);
  return bits;
}

void Summarise(ColumnSet columns, PriceColumns* out) {
  out->all_first_lots = (columns & kLotColumn) != 0 && OrAll(out->lots) == 0;
  out->all_traded = (columns & kStatusColumn) != 0 &&
                    std::all_of(out->statuses.begin(), out->statuses.end(),
                                [](DayStatus status) { return status == DayStatus::kTraded; });
  out->common_presence =
      static_cast<uint8_t>((columns & kPresenceColumn) != 0 ? AndAll(out->presences, 0xff) : 0u);
  out->any_flags =
      static_cast<uint16_t>((columns & kFlagsColumn) != 0 ? OrAll(out->flags) : 0xffffu);
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

absl::Status SeriesReader::ReadManyColumns(absl::Span<const SeriesId> series, Day from, Day to,
                                           int64_t as_of_us, ColumnSet columns,
                                           PriceColumns* scratch,
                                           const PriceStore::ColumnVisitor& visit) const {
  for (size_t i = 0; i < series.size(); ++i) {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<Version> newest,
                               Newest(series[i], from, to, as_of_us));
    Fill(newest, columns, scratch);
    Summarise(columns, scratch);
    if (!visit(i, *scratch)) break;
  }
  return absl::OkStatus();
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

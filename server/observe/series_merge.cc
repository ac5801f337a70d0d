#include "server/observe/series_merge.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/status_macros.h"

namespace glutwatch::observe {
namespace {

using storage::Observation;
using storage::Version;

constexpr size_t kRowsPerBatch = 10'000;

// FNV-1a over what the rows say: a batch that was cut differently is another batch.
uint64_t DigestOf(const std::vector<storage::BatchRow>& rows) {
  uint64_t hash = 14695981039346656037ULL;
  const auto mix = [&hash](int64_t value) {
    hash = (hash ^ static_cast<uint64_t>(value)) * 1099511628211ULL;
  };
  for (const storage::BatchRow& row : rows) {
    const Observation& o = row.observation;
    for (const int64_t value :
         {int64_t{DayNumber(o.day)}, int64_t{o.lot}, static_cast<int64_t>(o.status),
          int64_t{o.presence}, o.low_e4, o.modal_e4, o.high_e4, o.arrivals_e4}) {
      mix(value);
    }
  }
  return hash;
}

// How arrivals of one series become those of another.
struct ArrivalsScale {
  bool possible = true;
  int64_t from_e4 = 1;  // base units in one unit, of each
  int64_t to_e4 = 1;

  // nullopt if the quantity has no place in 1/10,000.
  std::optional<int64_t> operator()(int64_t arrivals_e4) const {
    const absl::int128 scaled = (absl::int128(arrivals_e4) * from_e4 + to_e4 / 2) / to_e4;
    if (!possible || scaled > kMaxE4) return std::nullopt;
    return static_cast<int64_t>(scaled);
  }
};

// One merged series and its survivor.
class SeriesCopy {
 public:
  SeriesCopy(storage::SeriesId from, storage::SeriesId into, const ArrivalsScale& scale,
             storage::PriceStore* store)
      : from_(from), into_(into), scale_(scale), store_(store) {}

  absl::StatusOr<SeriesMergeCount> Run() {
    count_.series = 1;
    GLUTWATCH_ASSIGN_OR_RETURN(const auto theirs, store_->Read(from_, kMinDay, kMaxDay));
    if (theirs.empty()) return count_;
    GLUTWATCH_ASSIGN_OR_RETURN(const auto ours, store_->Read(into_, kMinDay, kMaxDay));
    Collect(theirs, ours);
    for (auto& [source, rows] : rows_) GLUTWATCH_RETURN_IF_ERROR(Append(source, rows));
    return count_;
  }

 private:
  // Both are in order of (day, lot).
  void Collect(const std::vector<Version>& theirs, const std::vector<Version>& ours) {
    auto at = ours.begin();
    for (const Version& version : theirs) {
      const Observation& wanted = version.observation;
      const auto key = [](const Observation& o) { return std::pair(o.day, o.lot); };
      while (at != ours.end() && key(at->observation) < key(wanted)) ++at;
      bool with_arrivals = true;
      const Observation converted = Convert(wanted, &with_arrivals);
      if (at == ours.end() || key(wanted) < key(at->observation)) {
        rows_[wanted.source].push_back({into_, converted});
        ++count_.copied_rows;
        if (!with_arrivals) ++count_.without_arrivals;
      } else {
        ++(at->observation.SameQuoteAs(converted) ? count_.equal_rows : count_.differing_rows);
      }
    }
  }

  Observation Convert(Observation o, bool* with_arrivals) const {
    if ((o.presence & storage::kHasArrivals) == 0) return o;
    const std::optional<int64_t> arrivals_e4 = scale_(o.arrivals_e4);
    *with_arrivals = arrivals_e4.has_value();
    o.arrivals_e4 = arrivals_e4.value_or(0);
    if (!*with_arrivals) o.presence = static_cast<uint8_t>(o.presence & ~storage::kHasArrivals);
    return o;
  }

  absl::Status Append(uint16_t source, const std::vector<storage::BatchRow>& rows) {
    for (size_t at = 0; at < rows.size(); at += kRowsPerBatch) {
      storage::Batch batch;
      const auto end = std::min(at + kRowsPerBatch, rows.size());
      batch.rows.assign(rows.begin() + static_cast<std::ptrdiff_t>(at),
                        rows.begin() + static_cast<std::ptrdiff_t>(end));
      batch.digest = DigestOf(batch.rows);
      batch.batch_id =
          absl::StrCat("merge/", catalog::SeriesName(from_), "/", catalog::SeriesName(into_), "/",
                       source, "/", absl::Hex(batch.digest));
      batch.source = store_->SourceName(source);
      GLUTWATCH_RETURN_IF_ERROR(store_->Append(std::move(batch)).status());
    }
    return absl::OkStatus();
  }

  const storage::SeriesId from_;
  const storage::SeriesId into_;
  const ArrivalsScale scale_;
  storage::PriceStore* const store_;
  std::map<uint16_t, std::vector<storage::BatchRow>> rows_;  // by source
  SeriesMergeCount count_;
};

// Gives the survivor the unit of arrivals if it has none yet.
absl::StatusOr<ArrivalsScale> ScaleOf(storage::SeriesId from, storage::SeriesId into,
                                      const catalog::Catalog& catalog,
                                      catalog::SeriesRegistry* registry) {
  const std::string unit = registry->Find(from)->arrivals_unit;
  if (unit.empty()) return ArrivalsScale();
  const absl::string_view code = unit;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto now, registry->SetArrivalsUnits({&into, 1}, {&code, 1}));
  if (now[0] == code) return ArrivalsScale();
  const auto old_unit = catalog.FindUnit(unit);
  const auto new_unit = catalog.FindUnit(now[0]);
  if (old_unit == nullptr || new_unit == nullptr || !old_unit->base_quantity_e4.has_value() ||
      !new_unit->base_quantity_e4.has_value() || old_unit->dimension != new_unit->dimension) {
    return ArrivalsScale{.possible = false};
  }
  return ArrivalsScale{.from_e4 = *old_unit->base_quantity_e4,
                       .to_e4 = *new_unit->base_quantity_e4};
}

}  // namespace

void SeriesMergeCount::Add(const SeriesMergeCount& other) {
  series += other.series;
  copied_rows += other.copied_rows;
  equal_rows += other.equal_rows;
  differing_rows += other.differing_rows;
  without_arrivals += other.without_arrivals;
}

absl::StatusOr<SeriesMergeCount> CopyMergedSeries(absl::Span<const storage::SeriesId> merged,
                                                  const catalog::Catalog& catalog,
                                                  catalog::SeriesRegistry* registry,
                                                  storage::PriceStore* store) {
  SeriesMergeCount total;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto survivors, registry->Survivors(merged));
  for (size_t i = 0; i < merged.size(); ++i) {
    if (survivors[i] == merged[i]) continue;
    GLUTWATCH_ASSIGN_OR_RETURN(const ArrivalsScale scale,
                               ScaleOf(merged[i], survivors[i], catalog, registry));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto count,
                               SeriesCopy(merged[i], survivors[i], scale, store).Run());
    total.Add(count);
  }
  return total;
}

}  // namespace glutwatch::observe

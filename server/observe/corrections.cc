#include "server/observe/corrections.h"

#include <algorithm>

#include "base/status_macros.h"

namespace glutwatch::observe {
namespace {

using storage::Observation;
using storage::PriceStore;
using storage::SeriesId;
using storage::Version;

constexpr size_t kSeriesPerSelect = 500;

RowPlace PlaceOf(const Correction& row) {
  const Observation& o = row.after.observation;
  return {row.series, o.day, o.lot, row.after.recorded_us};
}
RowPlace PlaceOf(const DoubtfulRow& row) {
  const Observation& o = row.version.observation;
  return {row.series, o.day, o.lot, row.version.recorded_us};
}

// Pages through the selected series: `rows_of(series)` gives a series' rows in order.
template <typename Row, typename RowsOf>
absl::StatusOr<RowPage<Row>> Page(const RowQuery& query, const catalog::SeriesRegistry& registry,
                                  const PriceStore& store, const RowsOf& rows_of) {
  RowPage<Row> page;
  // The series of `after` itself may have more rows.
  SeriesId done{query.after.has_value() ? static_cast<uint32_t>(query.after->series) - 1 : 0};
  for (int read = 0;;) {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<SeriesId> ids,
                               registry.Select(query.selection, done, kSeriesPerSelect));
    if (ids.empty()) return page;
    for (const SeriesId series : ids) {
      const auto tip = store.Tip(series);
      done = series;
      if (!tip.has_value() || tip->newest_day < query.from) continue;
      GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<Row> rows, rows_of(series));
      for (const Row& row : rows) {
        if (query.after.has_value() && PlaceOf(row) <= *query.after) continue;
        if (static_cast<int>(page.rows.size()) == query.limit) {
          page.next = PlaceOf(page.rows.back());
          return page;
        }
        page.rows.push_back(row);
      }
      if (++read == kMaxSeriesPerPage) {
        page.next = RowPlace{series, kMaxDay, std::numeric_limits<uint16_t>::max(),
                             std::numeric_limits<int64_t>::max()};
        return page;
      }
    }
  }
}

absl::StatusOr<std::optional<Observation>> PriceBefore(SeriesId series, Day day,
                                                       const PriceStore& store) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto versions,
                             store.Read(series, std::max(kMinDay, day - kContextDays), day - 1));
  std::optional<Observation> before;
  for (const Version& version : versions) {
    const Observation& o = version.observation;
    const bool counts = o.status == storage::DayStatus::kTraded &&
                        (o.presence & storage::kHasModal) != 0 &&
                        (o.flags & storage::kLeftOut) == 0;
    if (counts && (!before.has_value() || before->day < o.day)) before = o;
  }
  return before;
}

}  // namespace

std::vector<Correction> CorrectionsOf(SeriesId series, absl::Span<const Version> versions,
                                      int64_t recorded_from_us, int64_t recorded_to_us) {
  std::vector<Correction> corrections;
  for (size_t i = 1; i < versions.size(); ++i) {
    const Version& before = versions[i - 1];
    const Version& after = versions[i];
    if (before.observation.day != after.observation.day ||
        before.observation.lot != after.observation.lot) {
      continue;
    }
    if (after.recorded_us < recorded_from_us || after.recorded_us >= recorded_to_us) continue;
    corrections.push_back({series, before, after});
  }
  return corrections;
}

absl::StatusOr<RowPage<Correction>> ListCorrections(const RowQuery& query,
                                                    const catalog::SeriesRegistry& registry,
                                                    const PriceStore& store) {
  return Page<Correction>(
      query, registry, store, [&](SeriesId series) -> absl::StatusOr<std::vector<Correction>> {
        GLUTWATCH_ASSIGN_OR_RETURN(const auto versions,
                                   store.ReadVersions(series, query.from, query.to));
        return CorrectionsOf(series, versions, query.recorded_from_us, query.recorded_to_us);
      });
}

absl::StatusOr<RowPage<DoubtfulRow>> ListDoubtful(const RowQuery& query,
                                                  const catalog::SeriesRegistry& registry,
                                                  const PriceStore& store) {
  const auto rows_of = [&](SeriesId series) -> absl::StatusOr<std::vector<DoubtfulRow>> {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto versions, store.Read(series, query.from, query.to));
    std::vector<DoubtfulRow> rows;
    for (const Version& version : versions) {
      const uint16_t flags = version.observation.flags;
      if ((flags & query.any_of) == 0 || (flags & query.none_of) != 0) continue;
      rows.push_back({series, version, std::nullopt});
    }
    return rows;
  };
  GLUTWATCH_ASSIGN_OR_RETURN(auto page, Page<DoubtfulRow>(query, registry, store, rows_of));
  for (DoubtfulRow& row : page.rows) {
    GLUTWATCH_ASSIGN_OR_RETURN(row.before,
                               PriceBefore(row.series, row.version.observation.day, store));
  }
  return page;
}

}  // namespace glutwatch::observe

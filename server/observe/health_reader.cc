#include "server/observe/health_reader.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace glutwatch::observe {
namespace {

constexpr size_t kSeriesPerSelect = 1000;
constexpr char kWholeMarket[] = "all";  // the built-in product

}  // namespace

absl::StatusOr<absl::TimeZone> ZoneOf(const catalog::Market& market) {
  absl::TimeZone zone;
  if (absl::LoadTimeZone(market.time_zone, &zone)) return zone;
  return absl::InvalidArgumentError(absl::StrCat("markets/", market.id, ": time zone \"",
                                                 market.time_zone, "\" is unknown here"));
}

absl::StatusOr<MarketHealth> HealthReader::Market(const catalog::Market& market, Day day,
                                                  absl::Time now) const {
  GLUTWATCH_ASSIGN_OR_RETURN(const absl::TimeZone zone, ZoneOf(market));
  const catalog::SeriesSelection selection{.markets = {market.id}};
  const Day first = std::max(kMinDay, day - options_.lookback_days);
  std::vector<SeriesAnswers> series;
  std::optional<Day> newest_before;
  storage::SeriesId after{0};
  for (;;) {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto ids,
                               registry_->Select(selection, after, kSeriesPerSelect));
    for (const storage::SeriesId id : ids) {
      after = id;
      const auto tip = store_->Tip(id);
      if (!tip.has_value()) continue;
      if (tip->newest_day < first) {
        newest_before = std::max(newest_before.value_or(tip->newest_day), tip->newest_day);
        continue;
      }
      GLUTWATCH_ASSIGN_OR_RETURN(const auto versions, store_->ReadVersions(id, first, day));
      const auto known = registry_->Find(id);
      series.push_back(
          {id, known.has_value() && known->key.product == kWholeMarket, AnswersOf(versions)});
    }
    if (ids.size() < kSeriesPerSelect) break;
  }
  return AssessMarket(series, day, now, zone, options_, newest_before);
}

absl::StatusOr<SeriesHealth> HealthReader::Series(storage::SeriesId series,
                                                  const catalog::Market& market, Day day) const {
  GLUTWATCH_ASSIGN_OR_RETURN(const absl::TimeZone zone, ZoneOf(market));
  // Far enough back for the longest run that is flagged.
  const int days = std::max(options_.lookback_days,
                            std::max(runs_.frozen_days, runs_.flat_days) * runs_.max_gap_days);
  GLUTWATCH_ASSIGN_OR_RETURN(const auto versions,
                             store_->ReadVersions(series, std::max(kMinDay, day - days), day));
  return AssessSeries(versions, day, zone, options_, runs_);
}

}  // namespace glutwatch::observe

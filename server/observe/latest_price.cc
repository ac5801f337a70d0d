#include "server/observe/latest_price.h"

#include <algorithm>
#include <vector>

#include "base/status_macros.h"

namespace glutwatch::observe {
namespace {

using storage::SeriesTip;
using storage::Version;

constexpr int kFirstLookDays = 366;

bool HasPrice(const storage::Observation& o) {
  return o.status == storage::DayStatus::kTraded && (o.presence & storage::kHasModal) != 0 &&
         (o.flags & storage::kLeftOut) == 0;
}

// `rows` are in order of (day, lot); of a day's lots the lowest with a price counts.
void TakePrice(const std::vector<Version>& rows, SeriesTip* tip) {
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    const storage::Observation& o = row->observation;
    if (tip->newest_price_day.has_value() && o.day < *tip->newest_price_day) return;
    if (!HasPrice(o)) continue;
    tip->newest_price_day = o.day;
    tip->modal_e4 = o.modal_e4;
  }
}

}  // namespace

absl::StatusOr<std::optional<SeriesTip>> TipAsOf(const storage::PriceStore& store,
                                                 storage::SeriesId series, int64_t as_of_us) {
  const std::optional<SeriesTip> now = store.Tip(series);
  if (!now.has_value() || now->recorded_us <= as_of_us) return now;
  std::optional<SeriesTip> then;
  Day to = now->newest_day;
  for (Day from = std::max(kMinDay, to - kFirstLookDays); to >= kMinDay;
       to = from - 1, from = kMinDay) {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto rows, store.Read(series, from, to, as_of_us));
    if (rows.empty()) continue;
    if (!then.has_value()) {
      then.emplace();
      then->newest_day = rows.back().observation.day;
      then->recorded_us = rows.back().recorded_us;
    }
    TakePrice(rows, &*then);
    if (then->newest_price_day.has_value()) break;
  }
  return then;
}

}  // namespace glutwatch::observe

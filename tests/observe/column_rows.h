#pragma once
#include <optional>
#include <vector>

#include "server/storage/observation.h"
#include "server/storage/price_columns.h"

namespace glutwatch::testing {

// A traded day with a modal price.
inline storage::Observation ModalRow(int day, int64_t modal_e4,
                                     std::optional<int64_t> arrivals_e4 = std::nullopt,
                                     uint16_t lot = 0) {
  storage::Observation row;
  row.day = Day{day};
  row.lot = lot;
  row.presence = storage::kHasModal;
  row.modal_e4 = modal_e4;
  if (arrivals_e4.has_value()) {
    row.presence |= storage::kHasArrivals;
    row.arrivals_e4 = *arrivals_e4;
  }
  return row;
}

// `rows`, in order of day and lot, as the store gives them when it is asked for `columns`.
inline storage::PriceColumns ToColumns(const std::vector<storage::Observation>& rows,
                                       storage::ColumnSet columns) {
  storage::PriceColumns out;
  const auto fill = [&](storage::ColumnSet column, auto* to, const auto& get) {
    to->Resize((columns & column) != 0 ? rows.size() : 0);
    for (size_t i = 0; i < to->size(); ++i) (*to)[i] = get(rows[i]);
  };
  using O = storage::Observation;
  out.days.Resize(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) out.days[i] = rows[i].day;
  fill(storage::kLotColumn, &out.lots, [](const O& o) { return o.lot; });
  fill(storage::kStatusColumn, &out.statuses, [](const O& o) { return o.status; });
  fill(storage::kPresenceColumn, &out.presences, [](const O& o) { return o.presence; });
  fill(storage::kFlagsColumn, &out.flags, [](const O& o) { return o.flags; });
  fill(storage::kSourceColumn, &out.sources, [](const O& o) { return o.source; });
  fill(storage::kLowColumn, &out.low_e4, [](const O& o) { return o.low_e4; });
  fill(storage::kModalColumn, &out.modal_e4, [](const O& o) { return o.modal_e4; });
  fill(storage::kHighColumn, &out.high_e4, [](const O& o) { return o.high_e4; });
  fill(storage::kArrivalsColumn, &out.arrivals_e4, [](const O& o) { return o.arrivals_e4; });
  out.all_first_lots = out.all_traded = true;
  out.common_presence = 0xff;
  out.any_flags = 0;
  for (const O& row : rows) {
    out.all_first_lots &= row.lot == 0;
    out.all_traded &= row.status == storage::DayStatus::kTraded;
    out.common_presence = static_cast<uint8_t>(out.common_presence & row.presence);
    out.any_flags = static_cast<uint16_t>(out.any_flags | row.flags);
  }
  return out;
}

}  // namespace glutwatch::testing

#include "server/rpc/price_view.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/status_macros.h"
#include "server/rpc/translate_catalog.h"

namespace glutwatch::rpc {
namespace {

struct ViewUnit {
  const char* name;
  double kilograms;
};

ViewUnit UnitOf(v1::UnitView view) {
  switch (view) {
    case v1::UNIT_VIEW_PER_KILOGRAM:
      return {"kg", 1};
    case v1::UNIT_VIEW_PER_JIN:
      return {"jin", 0.5};
    case v1::UNIT_VIEW_PER_QUINTAL:
      return {"quintal", 100};
    default:
      return {"", 0};
  }
}

storage::ColumnSet ColumnOf(int column) {
  switch (column) {
    case v1::PRICE_COLUMN_LOW:
      return storage::kLowColumn;
    case v1::PRICE_COLUMN_MODAL:
      return storage::kModalColumn;
    case v1::PRICE_COLUMN_HIGH:
      return storage::kHighColumn;
    case v1::PRICE_COLUMN_ARRIVALS:
      return storage::kArrivalsColumn;
    case v1::PRICE_COLUMN_DAY_STATUS:
      return storage::kStatusColumn;
    case v1::PRICE_COLUMN_FLAGS:
      return storage::kFlagsColumn;
    case v1::PRICE_COLUMN_SOURCE:
      return storage::kSourceColumn;
    case v1::PRICE_COLUMN_RECORD_TIME:
      return storage::kRecordedColumn;
    default:
      return 0;
  }
}

// The numbers of a set of columns, as presence bits.
uint8_t NumbersOf(storage::ColumnSet columns) {
  const auto bit = [columns](storage::PriceColumn column, storage::Presence has) {
    return (columns & column) != 0 ? has : 0;
  };
  return static_cast<uint8_t>(bit(storage::kLowColumn, storage::kHasLow) |
                              bit(storage::kModalColumn, storage::kHasModal) |
                              bit(storage::kHighColumn, storage::kHasHigh) |
                              bit(storage::kArrivalsColumn, storage::kHasArrivals));
}

// Some of the rows of columns.
struct Slice {
  size_t begin = 0;
  size_t count = 0;

  // Appends the slice of a column at once.
  template <typename T, typename U>
  void Copy(const storage::ColumnBuffer<T>& from, google::protobuf::RepeatedField<U>* to) const {
    to->Reserve(to->size() + static_cast<int>(count));
    U* const at = to->AddNAlreadyReserved(static_cast<int>(count));
    const T* const first = from.data() + begin;
    for (size_t i = 0; i < count; ++i) at[i] = static_cast<U>(first[i]);
  }
  // Whether each day is the one after the row's before.
  bool InARow(const storage::ColumnBuffer<Day>& days) const {
    int uneven = 0;
    for (size_t i = begin + 1; i < begin + count; ++i) uneven |= days[i] - days[i - 1] - 1;
    return uneven == 0;
  }
  bool AnyHas(const storage::PriceColumns& rows, storage::Presence has) const {
    if ((rows.common_presence & has) != 0) return true;
    const auto presences = rows.presences.span().subspan(begin, count);
    return std::any_of(presences.begin(), presences.end(),
                       [has](uint8_t presence) { return (presence & has) != 0; });
  }
};

void AddSources(absl::Span<const uint16_t> sources, const storage::PriceStore& store,
                v1::PriceBlock* block) {
  const bool one = std::all_of(sources.begin(), sources.end(),
                               [&](uint16_t source) { return source == sources[0]; });
  if (one) return block->add_source_names(store.SourceName(sources[0]));
  std::map<uint16_t, int> indexes;
  for (const uint16_t source : sources) {
    const auto [it, added] = indexes.try_emplace(source, block->source_names_size());
    if (added) block->add_source_names(store.SourceName(source));
    block->add_sources(it->second);
  }
}

}  // namespace

const PriceView& ViewCache::Of(const catalog::Series& series) {
  const auto [it, added] = views_.try_emplace({series.key.currency, series.key.unit});
  if (added) it->second = ViewOf(series, *catalog_, view_);
  return it->second;
}

PriceView ViewOf(const catalog::Series& series, const catalog::Catalog& catalog,
                 v1::UnitView view) {
  const PriceView quoted{absl::StrCat(series.key.currency, "/", series.key.unit), 1, true};
  const ViewUnit wanted = UnitOf(view);
  const auto unit = catalog.FindUnit(series.key.unit);
  if (wanted.kilograms == 0 || unit == nullptr || unit->dimension != catalog::Dimension::kMass ||
      !unit->base_quantity_e4.has_value()) {
    return quoted;
  }
  return {absl::StrCat(series.key.currency, "/", wanted.name),
          wanted.kilograms / E4ToDouble(*unit->base_quantity_e4), false};
}

void AddRow(const storage::Version& version, const PriceView& view, int source,
            v1::PriceBlock* block) {
  const storage::Observation& o = version.observation;
  if (block->row_count() == 0) block->set_first_market_day(DayNumber(o.day));
  block->set_row_count(block->row_count() + 1);
  block->add_market_days(DayNumber(o.day));
  block->add_day_statuses(static_cast<v1::DayStatus>(o.status));
  block->add_presences(o.presence);
  block->add_low_prices_e4(o.low_e4);
  block->add_modal_prices_e4(o.modal_e4);
  block->add_high_prices_e4(o.high_e4);
  block->add_arrivals_e4(o.arrivals_e4);
  block->add_lots(o.lot);
  block->add_flags(o.flags);
  block->add_record_times_us(version.recorded_us);
  block->add_sources(source);
  if (!view.as_quoted) block->add_modal_prices(E4ToDouble(o.modal_e4) * view.factor);
}

void AddRows(const storage::PriceColumns& rows, size_t begin, size_t count,
             storage::ColumnSet wanted, const PriceView& view, const storage::PriceStore& store,
             v1::PriceBlock* block) {
  using namespace storage;  // NOLINT: the columns' many names
  const Slice slice{begin, count};
  const auto wants = [wanted](ColumnSet column) { return (wanted & column) != 0; };
  block->set_first_market_day(DayNumber(rows.days[begin]));
  block->set_row_count(static_cast<int>(count));
  if (!slice.InARow(rows.days)) slice.Copy(rows.days, block->mutable_market_days());
  if (wants(kStatusColumn) && !rows.all_traded) {
    slice.Copy(rows.statuses, block->mutable_day_statuses());
  }
  const uint8_t asked = NumbersOf(wanted);
  if ((rows.common_presence & asked) != asked) {
    slice.Copy(rows.presences, block->mutable_presences());
    for (int& presence : *block->mutable_presences()) presence &= asked;
  }
  const auto add = [&](Presence has, const ColumnBuffer<int64_t>& column, auto* to) {
    if ((asked & has) != 0 && slice.AnyHas(rows, has)) slice.Copy(column, to);
  };
  add(kHasLow, rows.low_e4, block->mutable_low_prices_e4());
  add(kHasModal, rows.modal_e4, block->mutable_modal_prices_e4());
  add(kHasHigh, rows.high_e4, block->mutable_high_prices_e4());
  add(kHasArrivals, rows.arrivals_e4, block->mutable_arrivals_e4());
  if (!rows.all_first_lots) slice.Copy(rows.lots, block->mutable_lots());
  if (wants(kFlagsColumn) && rows.any_flags != 0) slice.Copy(rows.flags, block->mutable_flags());
  if (wants(kRecordedColumn)) slice.Copy(rows.recorded_us, block->mutable_record_times_us());
  if (wants(kSourceColumn)) AddSources(rows.sources.span().subspan(begin, count), store, block);
  if (!view.as_quoted && wants(kModalColumn)) {
    slice.Copy(rows.modal_e4, block->mutable_modal_prices());
    for (double& price : *block->mutable_modal_prices()) price = price / 1e4 * view.factor;
  }
}

absl::StatusOr<storage::ColumnSet> ColumnsOf(const google::protobuf::RepeatedField<int>& columns) {
  if (columns.empty()) return storage::kAllColumns;
  storage::ColumnSet set = storage::kLotColumn | storage::kPresenceColumn;
  for (int i = 0; i < columns.size(); ++i) {
    const storage::ColumnSet column = ColumnOf(columns.Get(i));
    if (column == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("columns[", i, "] is ", columns.Get(i), ", expected a PriceColumn"));
    }
    set |= column;
  }
  return set;
}

absl::StatusOr<catalog::SeriesSelection> FromProto(const v1::SeriesSelection& selection) {
  catalog::SeriesSelection result;
  for (const std::string& name : selection.series()) {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto id, catalog::ParseSeriesName(name));
    result.series.push_back(id);
  }
  for (const std::string& name : selection.markets()) {
    GLUTWATCH_ASSIGN_OR_RETURN(auto id, IdOf(name, "markets", "selection.markets"));
    result.markets.push_back(std::move(id));
  }
  for (const std::string& name : selection.products()) {
    GLUTWATCH_ASSIGN_OR_RETURN(auto id, IdOf(name, "products", "selection.products"));
    result.products.push_back(std::move(id));
  }
  if (!selection.region().empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(result.region,
                               IdOf(selection.region(), "regions", "selection.region"));
  }
  if (selection.ByteSizeLong() == 0) {
    return absl::InvalidArgumentError(
        "selection is empty, expected series, markets, products or a region");
  }
  return result;
}

}  // namespace glutwatch::rpc

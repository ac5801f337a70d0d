#include "server/rpc/price_view.h"

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

}  // namespace

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
            v1::QueryObservationsResponse* block) {
  const storage::Observation& o = version.observation;
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

void AddRows(absl::Span<const storage::Version> versions, const PriceView& view,
             const storage::PriceStore& store, v1::QueryObservationsResponse* block) {
  std::map<uint16_t, int> sources;
  for (const storage::Version& version : versions) {
    const uint16_t source = version.observation.source;
    const auto [it, added] = sources.try_emplace(source, block->source_names_size());
    if (added) block->add_source_names(store.SourceName(source));
    AddRow(version, view, it->second, block);
  }
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

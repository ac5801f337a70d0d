#include "client/cli/render_catalog.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/decimal.h"
#include "client/cli/words.h"
#include "client/messages.h"

namespace glutwatch::client {
namespace {

// The newest valid total cost, wherever it was surveyed: "1.75 CNY"; "" if there is none.
std::string TotalCost(const v1::Product& product) {
  const v1::ProductionCost* newest = nullptr;
  for (const auto& cost : product.costs()) {
    if (cost.cost_concept() != v1::COST_CONCEPT_TOTAL) continue;
    if (newest == nullptr || FormatDate(newest->valid_from()) < FormatDate(cost.valid_from())) {
      newest = &cost;
    }
  }
  return newest == nullptr
             ? ""
             : absl::StrCat(FormatE4(newest->cost_e4()), " ", newest->currency_code());
}

// "part of markets/eryuan", "retired from 2026-11-01"; "" while it is in use.
template <typename Resource>
Cell Standing(const Resource& resource, Language language) {
  if (!resource.merged_into().empty()) {
    return {Text(Msg::kStandingMerged, language, resource.merged_into()),
            absl::StrCat("merged:", resource.merged_into())};
  }
  if (!resource.has_retired_date()) return "";
  const std::string date = FormatDate(resource.retired_date());
  return {Text(Msg::kStandingRetired, language, date), absl::StrCat("retired:", date)};
}

}  // namespace

Table RegionTable(const v1::ListRegionsResponse& list, Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"name", t(Msg::kColCode)},
               {"display_name", t(Msg::kColName)},
               {"display_name_en", t(Msg::kColNameEn)},
               {"parent", t(Msg::kColParent)},
               {"code_system", t(Msg::kColCodeSystem)}});
  for (const auto& region : list.regions()) {
    table.AddRow({region.name(), region.display_name(), region.display_name_en(), region.parent(),
                  region.code_system()});
  }
  return table;
}

Table MarketTable(const v1::ListMarketsResponse& list, const NameBook& names, Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"name", t(Msg::kColMarket)},
               {"display_name", t(Msg::kColName)},
               {"display_name_en", t(Msg::kColNameEn)},
               {"region", t(Msg::kColRegion)},
               {"kind", t(Msg::kColKind)},
               {"time_zone", t(Msg::kColTimeZone)},
               {"aliases", t(Msg::kColAliases)},
               {"standing", t(Msg::kColStanding)}});
  for (const auto& market : list.markets()) {
    table.AddRow({market.name(),
                  market.display_name(),
                  market.display_name_en(),
                  {names.Region(market.region()), market.region()},
                  {t(MarketKindWord(market.kind())), v1::MarketKind_Name(market.kind())},
                  market.time_zone(),
                  absl::StrJoin(market.aliases(), ";"),
                  Standing(market, language)});
  }
  return table;
}

Table ProductTable(const v1::ListProductsResponse& list, Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"name", t(Msg::kColProduct)},
               {"display_name", t(Msg::kColName)},
               {"display_name_en", t(Msg::kColNameEn)},
               {"category", t(Msg::kColCategory)},
               {"shelf_life_days", t(Msg::kColShelfLife), true},
               {"total_cost", t(Msg::kColCost), true},
               {"aliases", t(Msg::kColAliases)},
               {"standing", t(Msg::kColStanding)}});
  for (const auto& product : list.products()) {
    table.AddRow(
        {product.name(), product.display_name(), product.display_name_en(), product.category(),
         product.has_shelf_life_days() ? absl::StrCat(product.shelf_life_days()) : "",
         TotalCost(product), absl::StrJoin(product.aliases(), ";"), Standing(product, language)});
  }
  return table;
}

Table UnitTable(const v1::ListUnitsResponse& list, Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"code", t(Msg::kColCode)},
               {"dimension", t(Msg::kColDimension)},
               {"base_quantity", t(Msg::kColBase), true},
               {"aliases", t(Msg::kColAliases)}});
  for (const auto& unit : list.units()) {
    table.AddRow({unit.code(),
                  {t(DimensionWord(unit.dimension())), v1::Dimension_Name(unit.dimension())},
                  unit.has_base_quantity_e4() ? FormatE4(unit.base_quantity_e4()) : "",
                  absl::StrJoin(unit.aliases(), ";")});
  }
  return table;
}

Table SeriesTable(const v1::ListSeriesResponse& list, const NameBook& names, Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"name", t(Msg::kColSeries)},
               {"market", t(Msg::kColMarket)},
               {"product", t(Msg::kColProduct)},
               {"grade", t(Msg::kColGrade)},
               {"quote", t(Msg::kColQuote)},
               {"arrivals_unit", ""}});
  for (const auto& series : list.series()) {
    table.AddRow({series.name(),
                  {names.Market(series.market()), series.market()},
                  {names.Product(series.product()), series.product()},
                  series.grade(),
                  absl::StrCat(series.quote().currency_code(), "/", series.quote().unit()),
                  series.quote().arrivals_unit()});
  }
  return table;
}

}  // namespace glutwatch::client

#pragma once
#include "client/cli/names.h"
#include "client/cli/table.h"
#include "client/language.h"
#include "glutwatch/v1/catalog.pb.h"

// Catalog resources as tables.
namespace glutwatch::client {

Table RegionTable(const v1::ListRegionsResponse& list, Language language);
Table MarketTable(const v1::ListMarketsResponse& list, const NameBook& names, Language language);
Table ProductTable(const v1::ListProductsResponse& list, Language language);
Table UnitTable(const v1::ListUnitsResponse& list, Language language);
Table SeriesTable(const v1::ListSeriesResponse& list, const NameBook& names, Language language);

}  // namespace glutwatch::client

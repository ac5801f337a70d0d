#pragma once
#include <memory>

#include "ingest/feed.h"

namespace glutwatch::ingest {

// Beijing Xinfadi wholesale market, two layouts:
//   the export of the site before 2021, CSV or XLSX: 品名,最低价,平均价,最高价,规格,单位,发布日期;
//   the JSON answer of getPriceData.html: {current, limit, count, list: [{prodName, lowPrice,
//   ...}]}.
//
// Prices are yuan per the row's unit, mostly 斤 (500 g). No arrivals. specInfo or 规格 becomes the
// grade. A price of 0 was not reported; "2.7（个）" is refused. An empty line is no row.
std::unique_ptr<Feed> MakeXinfadiFeed();

}  // namespace glutwatch::ingest

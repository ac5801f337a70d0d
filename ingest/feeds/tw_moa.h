#pragma once
#include <memory>

#include "ingest/feed.h"

namespace glutwatch::ingest {

// Taiwan MOA open data: {"RS":"OK","Next":bool,"Data":[...]} of AgriProductsTransType (vegetables
// N04, fruit N05) and of the fish feed, or the older bare array with Chinese keys (交易日期, ...).
//
// NTD per kg, arrivals in kg; dates are of the ROC calendar. 上價 (mean of the dearest 20 % of the
// volume) is the high, 下價 (cheapest 20 %) the low, 平均價 the modal price; 中價 is not kept, as
// the other three and the volume nearly give it.
//
// A row 休市 (CropCode "-" or "rest") says that the whole market was closed: product "all",
// CLOSED. A row whose average is 0 is NOT_REPORTED; its arrivals are kept. A 0 among positive
// prices (fish, single lots) is unset. 其他 ("other") is the name of several goods, so there the
// crop's code is the grade. Notes a document that ends before the data does ("Next": true).
std::unique_ptr<Feed> MakeTwMoaFeed();

}  // namespace glutwatch::ingest

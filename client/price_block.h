#pragma once
#include "base/day.h"
#include "glutwatch/v1/observe.pb.h"

namespace glutwatch::client {

// The day of row `i` of a block, 0 <= i < row_count, whether the days are spelt out or run on.
inline Day DayOfRow(const v1::PriceBlock& block, int i) {
  return block.market_days_size() == 0 ? Day{block.first_market_day()} + i
                                       : Day{block.market_days(i)};
}

}  // namespace glutwatch::client

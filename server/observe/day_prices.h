#pragma once
#include <vector>

#include "base/day.h"
#include "server/storage/price_columns.h"

namespace glutwatch::observe {

// What turns a series' quoted numbers into those of its group.
struct SeriesScale {
  // Price of a day = quoted price in 1/10,000 / this; 1 leaves it as it is, and costs nothing.
  double price_divisor = 1;
  // Arrivals in the group's unit = reported arrivals in 1/10,000 * this; 0 if they do not convert.
  double arrivals_factor = 0;
};

// A series' prices, one for each day that has one, oldest first.
struct DayPrices {
  std::vector<Day> days;
  std::vector<double> prices;    // as SeriesScale has them, as long as `days`
  std::vector<double> arrivals;  // in the group's unit, 0 where there are none; as long as `days`,
                                 // or empty if they were not read
  std::vector<Day> suspicious;   // the day of every row that was left out as suspicious
};

// Columns without which a day has no price: always read.
inline constexpr storage::ColumnSet kDayPriceColumns =
    storage::kLotColumn | storage::kStatusColumn | storage::kPresenceColumn |
    storage::kFlagsColumn | storage::kModalColumn;

// Replaces `out` by what `rows` say, which hold at least kDayPriceColumns.
//
// The price of a row is its modal price, otherwise the middle of low and high. Rows without
// trade, without a price or with a suspicion count for nothing; suspicious ones are listed. The
// price of a day with several lots is their mean by arrivals, or the plain one where a lot has
// none; its arrivals are the sum of theirs. The same as assess::ToDailyPrices.
//
// Returns the columns that `rows` lack and turn out to need (low and high; arrivals, also to weigh
// lots); then `out` is not valid, and the caller reads again with them. Otherwise 0.
storage::ColumnSet ToDayPrices(const storage::PriceColumns& rows, const SeriesScale& scale,
                               bool with_arrivals, DayPrices* out);

}  // namespace glutwatch::observe

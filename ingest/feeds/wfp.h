#pragma once
#include <memory>

#include "ingest/feed.h"

namespace glutwatch::ingest {

// WFP food prices as HDX publishes them: one CSV per country, wfp_food_prices_{iso3}.csv, monthly,
// dated the 15th; line 2 holds HXL tags and is no row.
//
// The country is the column countryiso3 if there is one, else the file's name. `price` is a mean
// and becomes the modal price, rounded to four digits; unit and currency are the row's own. A
// market's wholesale and retail prices are two markets ("ke-coast-mombasa-wholesale"), because
// they cannot be compared. priceflag "actual" and "aggregate" (a mean over markets or days, as WFP
// observed them) are observations; "forecast" is refused.
std::unique_ptr<Feed> MakeWfpFeed();

}  // namespace glutwatch::ingest

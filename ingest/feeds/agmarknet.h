#pragma once
#include <memory>

#include "ingest/feed.h"

namespace glutwatch::ingest {

// AGMARKNET, the daily reports of India's regulated markets, in three layouts: the normalised CSV
// of the Malabar set, the portal's CSV (title lines above the header, "Arrivals (Tonnes)"), and
// data.gov.in JSON (an array or {records: [...]}; keys in any of the forms min_price, Min_Price,
// Min_x0020_Price).
//
// Rupees per quintal (100 kg); arrivals, where there are any, become kg. Variety and grade make
// the grade ("Malbar/Local"). Dates are DD/MM/YYYY, ISO or "01 Feb 2022". A maximum of 0 beside a
// positive minimum, which is common, is passed on as it is, for the server to refuse.
std::unique_ptr<Feed> MakeAgmarknetFeed();

}  // namespace glutwatch::ingest

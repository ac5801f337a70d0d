#pragma once
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "ingest/feed.h"

namespace glutwatch::ingest {

// A wholesale market of AMPIS by its slug ("dharan_sunsari"), with its district and province (ISO
// 3166-2:NP). Kalimati, "kalimati_kathmandu", is "kalimati" in every layout. A slug that is not
// known lies in NP. `name` may be empty.
std::shared_ptr<const FeedMarket> MakeNepaliMarket(absl::string_view slug, absl::string_view name);

// The slug in a file's name ("raw/dharan_sunsari.csv"); Kalimati's for any name that holds
// "kalimati" or begins with "YearlyReport"; "" if there is none.
std::string NepaliMarketOfFile(absl::string_view file_name);

// One spelling per unit: "Kg", "KG", "Rs/Kg", "के.जी." -> "kg"; "Doz", "Per Dozen" -> "dozen";
// "1 Pc", "Per Piece" -> "piece"; "Litre" -> "litre". Another unit is only trimmed.
std::string NepaliUnit(absl::string_view cell);

}  // namespace glutwatch::ingest

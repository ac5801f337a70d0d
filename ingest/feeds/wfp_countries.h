#pragma once
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ingest/feed.h"

namespace glutwatch::ingest {

// A country that WFP publishes prices of.
struct WfpCountry {
  absl::string_view iso3;
  absl::string_view iso2;
  absl::string_view name;
  absl::string_view time_zone;  // IANA; of the capital
};

// By ISO 3166-1 alpha-3 code in any case. nullptr if WFP publishes none or it is not known here.
const WfpCountry* FindWfpCountry(absl::string_view iso3);

// The country of "wfp_food_prices_ken.csv" or a URL that ends like that; nullptr if there is none.
const WfpCountry* WfpCountryOfFile(absl::string_view name);

// The regions of a place, country first. In China an admin1 in Pinyin ("Hebei Sheng") becomes its
// GB/T 2260 code; everywhere else admin names become codes of our own ("KE-rift-valley").
std::vector<FeedRegion> WfpRegions(const WfpCountry& country, absl::string_view admin1,
                                   absl::string_view admin2);

}  // namespace glutwatch::ingest

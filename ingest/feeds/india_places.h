#pragma once
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ingest/feed.h"

namespace glutwatch::ingest {

// The regions of an Indian district, country first: IN, IN-KL, IN-KL-kannur.
//
// State and district as AGMARKNET writes them: any case, old and new names ("Keralam"), with an
// alias in brackets ("Kozhikode(Calicut)"). A blank state is looked up by district where the
// district is known; an unknown one leaves the district directly under IN.
std::vector<FeedRegion> IndianRegions(absl::string_view state, absl::string_view district);

}  // namespace glutwatch::ingest

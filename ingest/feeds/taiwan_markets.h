#pragma once
#include <memory>

#include "absl/strings/string_view.h"
#include "ingest/feed.h"

namespace glutwatch::ingest {

// The wholesale market that the Taiwan MOA feed calls `code` and `name`, with its county (ISO
// 3166-2:TW). Fish markets have no code and are found by name. A market that is not in the table
// lies in region TW and gets an id from its code, or from its name.
std::shared_ptr<const FeedMarket> MakeTaiwanMarket(absl::string_view code, absl::string_view name);

}  // namespace glutwatch::ingest

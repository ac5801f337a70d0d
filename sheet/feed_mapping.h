#pragma once
#include <string>

#include "absl/status/statusor.h"
#include "glutwatch/config/v1/feed_mapping.pb.h"
#include "sheet/dates.h"
#include "sheet/feed_row.h"
#include "sheet/numbers.h"

namespace glutwatch::sheet {

// Reads and checks a mapping. INVALID_ARGUMENT "file:line: field: what is wrong"; NOT_FOUND if the
// file cannot be opened.
absl::StatusOr<config::v1::FeedMapping> LoadFeedMapping(const std::string& path);

// As LoadFeedMapping, from text; `name` is used in messages.
absl::StatusOr<config::v1::FeedMapping> ParseFeedMapping(absl::string_view yaml,
                                                         absl::string_view name);

// The parts of a mapping in our own words.
DateOptions DateOptionsOf(const config::v1::FeedMapping& mapping);
NumberOptions NumberOptionsOf(const config::v1::FeedMapping& mapping);
FeedMarket MarketOf(const config::v1::FeedMapping& mapping);

}  // namespace glutwatch::sheet

#pragma once
#include <memory>
#include <utility>

#include "glutwatch/config/v1/feed_mapping.pb.h"
#include "ingest/feed.h"

namespace glutwatch::ingest {

// Any CSV or XLSX table, read as a mapping says: sheet/price_sheet.h. `mapping` must have passed
// LoadFeedMapping or ParseFeedMapping.
std::unique_ptr<Feed> MakeGenericFeed(config::v1::FeedMapping mapping);

}  // namespace glutwatch::ingest

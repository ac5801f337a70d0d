#pragma once
#include <memory>
#include <utility>

#include "glutwatch/config/v1/feed_mapping.pb.h"
#include "ingest/feed.h"

namespace glutwatch::ingest {

// Any CSV or XLSX table, read as a mapping says (glutwatch.config.v1.FeedMapping, which documents
// every field). `mapping` must have passed LoadFeedMapping or ParseFeedMapping.
//
// One row, as we count, is one product on one day: a line of the table, or, with dates across, one
// (line, date) pair that has anything in it. Lines that are blank, begin with a skip prefix or
// repeat the headings are no rows. A sheet without the headings is left out with a note, unless
// no sheet has them.
std::unique_ptr<Feed> MakeGenericFeed(config::v1::FeedMapping mapping);

}  // namespace glutwatch::ingest

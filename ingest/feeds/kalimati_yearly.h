#pragma once
#include "absl/status/status.h"
#include "ingest/feed.h"

namespace glutwatch::ingest {

// Reads one yearly report (see kalimati.h for the rules). Used by the Kalimati feed only.
absl::Status ReadKalimatiYearly(const FeedDocument& document, RowSink* sink);

}  // namespace glutwatch::ingest

#pragma once
#include "absl/status/status.h"
#include "glutwatch/config/v1/feed_mapping.pb.h"
#include "sheet/feed_row.h"

namespace glutwatch::sheet {

// Reads prices from any CSV or XLSX table, as a mapping says (glutwatch.config.v1.FeedMapping,
// which documents every field). `mapping` must have passed LoadFeedMapping or ParseFeedMapping.
//
// One row, as we count, is one product on one day: a line of the table, or, with dates across, one
// (line, date) pair that has anything in it. Lines that are blank, begin with a skip prefix or
// repeat the headings are no rows. A sheet without the headings is left out with a note, unless
// no sheet has them: INVALID_ARGUMENT says what was looked for.
absl::Status ReadPriceSheet(const config::v1::FeedMapping& mapping, const FeedDocument& document,
                            RowSink* sink);

}  // namespace glutwatch::sheet

#pragma once
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sheet/feed_row.h"

namespace glutwatch::ingest {

// The rows of a feed are those of a price sheet; sheet/feed_row.h says what they mean.
using sheet::DayStatus;
using sheet::FeedDocument;
using sheet::FeedMarket;
using sheet::FeedRegion;
using sheet::FeedRow;
using sheet::kAllProducts;
using sheet::kMaxRawBytes;
using sheet::RefusedRow;
using sheet::RowSink;

// An adapter for one feed format.
//
// Stateless after construction: Read may be called for many documents, from one thread at a time.
class Feed {
 public:
  virtual ~Feed() = default;
  virtual absl::string_view name() const = 0;  // "xinfadi"
  // Reads one document. A bad row goes to sink->Refuse and the reading goes on; INVALID_ARGUMENT
  // "file:line: column: expected ..." is for a document that is not of this feed at all.
  virtual absl::Status Read(const FeedDocument& document, RowSink* sink) const = 0;
};

}  // namespace glutwatch::ingest

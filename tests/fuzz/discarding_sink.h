#pragma once
#include <cstdlib>

#include "ingest/feed.h"

namespace glutwatch::ingest {

// Checks what every feed promises of its rows, and drops them.
class DiscardingSink : public RowSink {
 public:
  absl::Status Accept(FeedRow row) override {
    if (row.market == nullptr || row.market->regions.empty() || row.product.empty()) std::abort();
    if (row.day < kMinDay || row.day > kMaxDay) std::abort();
    return absl::OkStatus();
  }
  absl::Status Refuse(RefusedRow row) override {
    if (row.reason.empty() || row.raw.size() > kMaxRawBytes) std::abort();
    return absl::OkStatus();
  }
};

}  // namespace glutwatch::ingest

#pragma once
#include <string>

#include "absl/status/status.h"
#include "bench/feed.h"
#include "bench/figures.h"

namespace glutwatch::bench {

// One run of the price store alone, in this process: what is left of the time when gRPC, checks
// and judging are taken away. One writer, every batch acknowledged after its fsync, rows made
// before the clock starts. `<shape>_store` has rows_per_s, p50_ms and p99_ms of the last year of
// one series, and the bytes on disk per row after folding. `folder` is emptied before and after.
absl::Status RunInProcess(const std::string& folder, const FeedShape& shape, FeedOrder order,
                          const std::string& work, Figures* figures);

}  // namespace glutwatch::bench

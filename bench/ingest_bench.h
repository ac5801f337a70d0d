#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/feed.h"
#include "bench/figures.h"
#include "bench/push_load.h"
#include "bench/server_process.h"

namespace glutwatch::bench {

struct IngestSettings {
  ServerFiles server;  // its folder is emptied before every run
  PushSettings push;
  std::string server_config;  // more lines of the server's YAML
  bool settle = true;         // after a load: wait until the server rests, fold, measure the disk
  bool compact = true;        // when it is measured: also compacted, as the peers' sizes are
};

// Makes a fresh server on an empty folder. UNAVAILABLE as ServerProcess::Start.
absl::StatusOr<std::unique_ptr<ServerProcess>> FreshServer(const IngestSettings& settings);

// One run of DAILY: the first day with every name that it brings (`<work>_cold`), the other days
// (`<work>_warm`) and all of it (`<work>`), on a fresh server that is folded at the end.
absl::Status RunDaily(const IngestSettings& settings, const FeedShape& shape,
                      const std::string& work, Figures* figures);

// One run of BACKFILL in `order`, likewise. The server has ended, its folder stays.
absl::Status RunBackfill(const IngestSettings& settings, const FeedShape& shape, FeedOrder order,
                         const std::string& work, Figures* figures);

// `batches` batches of `rows` rows, one at a time, each a day of the same series: `<work>` back to
// back; `<work>_idle` with a pause before each in which the server comes to rest.
absl::Status RunOneBatch(const IngestSettings& settings, uint32_t rows, uint32_t batches,
                         const std::string& work, Figures* figures);

}  // namespace glutwatch::bench

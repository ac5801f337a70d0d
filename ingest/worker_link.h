#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "glutwatch/v1/catalog.pb.h"
#include "ingest/worker_options.h"
#include "ingest/worker_pipeline.h"

namespace glutwatch::ingest {

struct ServerLinkOptions {
  std::string server;  // "127.0.0.1:7601"
  std::string source;  // the feed's name
  bool create_missing = false;
  bool simulated = false;
  int in_flight = 4;  // 1..64
  // How long a server that cannot be reached or cannot write is tried again before the error is
  // passed on.
  absl::Duration patience = absl::Minutes(2);
  // Gives up early when set. May be null; otherwise outlives the link.
  const std::atomic<bool>* stop = nullptr;
};

// A push stream to glutwatchd that outlives broken connections: it connects again with growing
// delays, tells the new stream every market and series, and sends again what was not answered;
// the batch ids make that harmless. An answer of UNAVAILABLE or RESOURCE_EXHAUSTED counts as a
// broken connection.
//
// The first connection is made here. Errors: UNAVAILABLE after `patience`; others of the server,
// such as PERMISSION_DENIED, at once.
absl::StatusOr<std::unique_ptr<BatchLink>> ConnectServerLink(const ServerLinkOptions& options);

// The regions of a subtree, from CatalogService.
absl::StatusOr<std::vector<v1::Region>> ListServerRegions(const std::string& server,
                                                          const std::string& region);

}  // namespace glutwatch::ingest

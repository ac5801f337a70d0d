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
#include "ingest/name_book.h"
#include "ingest/worker_options.h"
#include "ingest/worker_pipeline.h"

namespace glutwatch::ingest {

struct ServerLinkOptions {
  std::string server;  // "127.0.0.1:7601"
  std::string source;  // the feed's name
  bool create_missing = false;
  bool simulated = false;
  int in_flight = 4;  // 1..15
  absl::Duration first_patience = absl::Seconds(10);
  // How long a server that went away, or that cannot write, is tried again.
  absl::Duration patience = absl::Minutes(2);
  // May be null; else outlives the link. Once it is set, answers are waited for only so long.
  const std::atomic<bool>* stop = nullptr;
  absl::Duration stop_patience = absl::Seconds(5);
};

// Connects a push stream that outlives broken connections (client/push_stream.h) as a BatchLink.
//
// UNAVAILABLE if the server does not listen within `first_patience`; INVALID_ARGUMENT for a bad
// address or option. Later, Send and Take fail with UNAVAILABLE once a batch has waited for its
// answer for `patience`, and with whatever else ends the stream for good, such as
// PERMISSION_DENIED.
absl::StatusOr<std::unique_ptr<BatchLink>> ConnectServerLink(const ServerLinkOptions& options);

// The regions of a subtree, from CatalogService.
absl::StatusOr<std::vector<v1::Region>> ListServerRegions(const std::string& server,
                                                          const std::string& region);

// The names of all products and units, from CatalogService. A server that restarts or drains is
// tried again; one that is not back after 10 s is UNAVAILABLE.
absl::StatusOr<NameBook> LoadServerNames(const std::string& server);

}  // namespace glutwatch::ingest

#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "ingest/feeds/simulate.h"
#include "ingest/name_book.h"
#include "ingest/worker_options.h"
#include "ingest/worker_pipeline.h"
#include "ingest/worker_report.h"

namespace glutwatch::ingest {

// What a run needs from outside.
struct RunEnvironment {
  const Clock* clock = nullptr;
  // Set from a signal handler: finish the batches in flight and stop.
  const std::atomic<bool>* stop = nullptr;
  // Opens a push stream. Not called in a dry run.
  std::function<absl::StatusOr<std::unique_ptr<BatchLink>>(const RunCommand&)> open_link;
  ListRegionsFn list_regions;
  // What the server calls products and units. Not called in a dry run.
  std::function<absl::StatusOr<NameBook>()> load_names;
  // Says how far a document is; called after every batch.
  std::function<void(const std::string& document, const RowTally& settled)> progress;
  // One line for the log of a supervised run.
  std::function<void(const std::string& line)> say;
  // Waits until `due` by `clock`; false as soon as `stop` is set.
  std::function<bool(absl::Time due)> wait_until;
};

// Reads the whole input once. A status means that nothing could be begun (no such input, bad
// mapping, no server); what happened to a document is in its report.
absl::StatusOr<RunReport> RunOnce(const RunCommand& command, const RunEnvironment& environment);

// Runs on the feed's schedule until stopped: at once, then at every due time, and after a failure
// again with growing delays. Returns CANCELLED, or what makes another attempt pointless: a bad
// mapping, an unknown time zone, damage in the state folder.
absl::Status RunSupervised(const RunCommand& command, const RunEnvironment& environment);

}  // namespace glutwatch::ingest

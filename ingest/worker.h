#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "ingest/checkpoint.h"
#include "ingest/feed.h"
#include "ingest/name_book.h"
#include "ingest/simulation/plan.h"
#include "ingest/worker_batch.h"
#include "ingest/worker_pipeline.h"

namespace glutwatch::ingest {

// What became of one document.
struct DocumentReport {
  std::string document;
  absl::Status status;   // why it could not be read or sent to its end
  bool skipped = false;  // an earlier run had finished it; `tally` is that run's
  RowTally tally;
  int64_t resumed_rows = 0;      // of `tally`: settled by an earlier run that was interrupted
  int64_t replayed_batches = 0;  // that the server had had already
  absl::Duration elapsed;
  std::string quarantine;               // path; "" if no row is in it
  std::vector<QuarantinedRow> samples;  // the first of those that this run put there
  std::vector<std::string> notes;       // what the adapter said about the whole document
};

struct WorkerOptions {
  std::string feed;  // "xinfadi"
  // Whatever else decides what rows a document gives: the mapping's text. Part of document keys.
  std::string settings = {};
  int64_t batch_rows = 10'000;  // 1..100,000
  bool again = false;           // send a finished document once more, under new batch ids
  bool dry_run = false;         // read and check only
  NameBook names = {};          // what the server's catalog calls products and units
};

// Turns documents into settled rows, one document after the other over one stream.
//
// Not thread-safe, except that `stop` may be set at any time: the batches in flight are finished,
// the checkpoint is written and the document's status becomes CANCELLED.
class Worker {
 public:
  using ProgressFn = std::function<void(const std::string& document, const RowTally& settled)>;

  // Everything that is pointed to outlives the worker. `link` and `checkpoints` may be
  // null in a dry run.
  Worker(WorkerOptions options, BatchLink* link, const CheckpointStore* checkpoints,
         const Clock* clock, const std::atomic<bool>* stop, ProgressFn on_progress);

  // Reads a document with `feed` and sends it. The report's status is OK if every row is settled.
  DocumentReport Run(const Feed& feed, const FeedDocument& document);

  // Plays a simulation and sends it. `key` names its settings: equal keys are equal rows.
  DocumentReport Run(simulation::SimulationPlan plan, const std::string& key);

 private:
  using ProduceFn = std::function<absl::Status(Pipeline*, std::vector<std::string>* notes)>;

  DocumentReport Settle(const std::string& name, const std::string& key, const ProduceFn& produce);
  absl::StatusOr<DocumentCheckpoint> StartingPoint(const std::string& name, const std::string& key);
  absl::Status Produce(Pipeline* pipeline, const ProduceFn& produce,
                       std::vector<std::string>* notes);
  absl::Status Push(Pipeline* pipeline, PendingBatch batch);

  WorkerOptions options_;
  BatchLink* link_;
  const CheckpointStore* checkpoints_;
  const Clock* clock_;
  const std::atomic<bool>* stop_;
  ProgressFn on_progress_;
  StreamDictionary dictionary_;
};

}  // namespace glutwatch::ingest

#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "glutwatch/v1/observe.pb.h"
#include "ingest/checkpoint.h"
#include "ingest/quarantine.h"
#include "ingest/worker_batch.h"

namespace glutwatch::ingest {

// Where batches go: a push stream that outlives broken connections.
class BatchLink {
 public:
  virtual ~BatchLink() = default;
  // Hands over a batch with the dictionary entries that are new since the last one. May block
  // while too many are in flight. UNAVAILABLE if the server cannot be reached for too long.
  virtual absl::Status Send(v1::PushObservationsRequest request) = 0;
  // The next answer, in the order of the batches. Blocks if `wait`; nullopt if there is none yet.
  // UNAVAILABLE as Send.
  virtual absl::StatusOr<std::optional<v1::PushObservationsResponse>> Take(bool wait) = 0;
  // Batches that were sent and not answered, at most.
  virtual int max_in_flight() const = 0;
};

// The quarantine file of a document: "<folder>/quarantine-<its name>-<its key>.csv".
std::string QuarantinePath(const std::string& folder, const DocumentCheckpoint& checkpoint);

struct PipelineOptions {
  std::string feed;  // first part of batch ids
  // Batches between two checkpoints. A checkpoint costs one or two fsyncs.
  int checkpoint_batches = 8;
  bool dry_run = false;  // settle every batch as accepted without sending it
  // Called after each answer with the rows that are settled so far.
  std::function<void(const RowTally&)> on_progress;
};

// Sends one document's batches and settles each row: exactly once, however often the worker is
// killed and started again.
//
// Order of the steps after an answer: quarantine file, fsync, checkpoint, fsync. A kill between
// any two leaves a checkpoint that lags behind the server by some batches; they are sent again
// with the same ids and content, and the server answers as it did the first time.
//
// Not thread-safe. `link`, `checkpoints` and `dictionary` outlive it; a dry run uses neither of the
// first two, which may be null.
class Pipeline {
 public:
  // Continues at `checkpoint`: batches up to its done_rows are skipped.
  //
  // A quarantine file that does not match the checkpoint begins again from the first row: the
  // server's answers rebuild it.
  static absl::StatusOr<Pipeline> Open(const PipelineOptions& options, BatchLink* link,
                                       const CheckpointStore* checkpoints,
                                       StreamDictionary* dictionary,
                                       const DocumentCheckpoint& checkpoint);

  // Takes the document's next batch. Errors: those of the link; what the server said if it
  // will not take a batch; RESOURCE_EXHAUSTED if the disk is full.
  absl::Status Push(PendingBatch batch);

  // Waits for the answers to everything that was sent and writes the checkpoint, as finished if
  // `whole_document`. INTERNAL if the rows do not add up.
  absl::Status Finish(bool whole_document);

  // After an error: takes the answers that are still under way off the link and drops them, so that
  // the next document does not get them. The last checkpoint stands.
  void Abandon();

  const DocumentCheckpoint& checkpoint() const { return checkpoint_; }
  int64_t replayed_batches() const { return replayed_batches_; }
  // Rows that an earlier run had settled.
  int64_t resumed_rows() const { return resumed_rows_; }
  // The first rows that this run put into quarantine, at most kMaxSamples.
  const std::vector<QuarantinedRow>& samples() const { return samples_; }
  static constexpr size_t kMaxSamples = 5;
  const std::string& quarantine_path() const { return quarantine_.path(); }

 private:
  Pipeline(const PipelineOptions& options, BatchLink* link, const CheckpointStore* checkpoints,
           StreamDictionary* dictionary, DocumentCheckpoint checkpoint, Quarantine quarantine);

  // Settles batches whose answers are there; waits until at most `max_waiting` are left.
  absl::Status Settle(size_t max_waiting);
  absl::Status SettleFront(const v1::PushObservationsResponse& answer);
  void QuarantineRows(const PendingBatch& batch, const v1::PushObservationsResponse& answer);
  absl::Status Save();

  PipelineOptions options_;
  BatchLink* link_;
  const CheckpointStore* checkpoints_;
  StreamDictionary* dictionary_;
  DocumentCheckpoint checkpoint_;
  Quarantine quarantine_;
  std::deque<PendingBatch> waiting_;  // in order; those with empty columns were not sent
  std::vector<QuarantinedRow> samples_;
  int unsaved_batches_ = 0;
  int64_t replayed_batches_ = 0;
  int64_t resumed_rows_ = 0;
};

}  // namespace glutwatch::ingest

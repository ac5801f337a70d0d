#include "ingest/worker.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "ingest/simulation/simulator.h"

namespace glutwatch::ingest {

Worker::Worker(WorkerOptions options, BatchLink* link, const CheckpointStore* checkpoints,
               const Clock* clock, const std::atomic<bool>* stop, ProgressFn on_progress)
    : options_(std::move(options)),
      link_(link),
      checkpoints_(checkpoints),
      clock_(clock),
      stop_(stop),
      on_progress_(std::move(on_progress)),
      dictionary_(std::move(options_.names)) {}

absl::StatusOr<DocumentCheckpoint> Worker::StartingPoint(const std::string& name,
                                                         const std::string& key) {
  DocumentCheckpoint fresh;
  fresh.document = name;
  fresh.key = key;
  fresh.batch_rows = options_.batch_rows;
  if (options_.dry_run) return fresh;
  GLUTWATCH_ASSIGN_OR_RETURN(const std::optional<DocumentCheckpoint> earlier,
                             checkpoints_->Load(key));
  if (!earlier.has_value()) return fresh;
  if (!earlier->finished || !options_.again) return *earlier;
  fresh.run = earlier->run + 1;
  // Before the first batch of the new run, so that a kill does not begin yet another one.
  GLUTWATCH_RETURN_IF_ERROR(checkpoints_->Save(fresh));
  return fresh;
}

absl::Status Worker::Push(Pipeline* pipeline, PendingBatch batch) {
  GLUTWATCH_RETURN_IF_ERROR(pipeline->Push(std::move(batch)));
  if (stop_->load()) return absl::CancelledError("stopped; the next run continues here");
  return absl::OkStatus();
}

absl::Status Worker::Produce(Pipeline* pipeline, const ProduceFn& produce,
                             std::vector<std::string>* notes) {
  const absl::Status produced = produce(pipeline, notes);
  // What was sent before a broken or interrupted document ended still counts.
  const absl::Status finished = pipeline->Finish(produced.ok());
  if (!produced.ok()) return produced;
  return finished;
}

DocumentReport Worker::Settle(const std::string& name, const std::string& key,
                              const ProduceFn& produce) {
  const absl::Time begin = clock_->Now();
  DocumentReport report;
  report.document = name;
  const absl::StatusOr<DocumentCheckpoint> start = StartingPoint(name, key);
  if (!start.ok()) {
    report.status = start.status();
    return report;
  }
  if (start->finished) {
    report.skipped = true;
    report.tally = start->tally;
    if (start->quarantine_bytes > 0) {
      report.quarantine = QuarantinePath(checkpoints_->folder(), *start);
    }
    return report;
  }
  PipelineOptions options;
  options.feed = options_.feed;
  options.dry_run = options_.dry_run;
  options.on_progress = [&](const RowTally& tally) { on_progress_(name, tally); };
  absl::StatusOr<Pipeline> pipeline =
      Pipeline::Open(options, link_, checkpoints_, &dictionary_, *start);
  if (!pipeline.ok()) {
    report.status = pipeline.status();
    return report;
  }
  report.status = Produce(&*pipeline, produce, &report.notes);
  if (!report.status.ok()) pipeline->Abandon();
  report.tally = pipeline->checkpoint().tally;
  report.resumed_rows = pipeline->resumed_rows();
  report.samples = pipeline->samples();
  report.replayed_batches = pipeline->replayed_batches();
  if (pipeline->checkpoint().quarantine_bytes > 0) {
    report.quarantine = pipeline->quarantine_path();
  }
  report.elapsed = clock_->Now() - begin;
  return report;
}

DocumentReport Worker::Run(const Feed& feed, const FeedDocument& document) {
  const std::string key =
      DocumentKey(absl::StrCat(options_.feed, "|", options_.settings), document.content);
  return Settle(document.name, key, [&](Pipeline* pipeline, std::vector<std::string>* notes) {
    BatchBuilder builder(
        &dictionary_, pipeline->checkpoint().batch_rows,
        [&](PendingBatch batch) { return Push(pipeline, std::move(batch)); },
        [&](std::string note) { notes->push_back(std::move(note)); });
    const absl::Status read = feed.Read(document, &builder);
    if (absl::IsCancelled(read)) return read;
    // The rows before the place where the document broke are good rows.
    const absl::Status flushed = builder.Flush();
    return read.ok() ? flushed : read;
  });
}

DocumentReport Worker::Run(simulation::SimulationPlan plan, const std::string& key) {
  const std::string name =
      absl::StrCat("simulate:", plan.name, ":", FormatDay(plan.first), "..", FormatDay(plan.last));
  for (const v1::MarketSpec& market : plan.market_specs) dictionary_.AddMarket(market);
  for (const v1::SeriesSpec& series : plan.series_specs) dictionary_.AddSeries(series);
  simulation::Simulator simulator(std::move(plan));
  return Settle(name, key, [&](Pipeline* pipeline, std::vector<std::string>*) -> absl::Status {
    const int64_t batch_rows = pipeline->checkpoint().batch_rows;
    for (int64_t sent = 0;;) {
      PendingBatch batch;
      const int64_t rows = simulator.Fill(batch_rows, &batch.columns);
      if (rows == 0) return absl::OkStatus();
      batch.first_row = sent + 1;
      batch.last_row = sent + rows;
      batch.local.read = rows;
      sent += rows;
      GLUTWATCH_RETURN_IF_ERROR(Push(pipeline, std::move(batch)));
    }
  });
}

}  // namespace glutwatch::ingest

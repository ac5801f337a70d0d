#include "ingest/worker_pipeline.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace glutwatch::ingest {
namespace {

constexpr size_t kMaxNameBytes = 40;

// "daily 2024.csv" -> "daily-2024.csv": the end of a document's name, fit for a file's.
std::string FileNamePart(absl::string_view document) {
  std::string name;
  for (const char c : document.substr(document.rfind('/') + 1)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = absl::ascii_isalnum(byte) || c == '.' || c == '_' || byte >= 0x80;
    name += plain ? c : '-';
  }
  if (name.size() > kMaxNameBytes) name.resize(kMaxNameBytes);
  // A cut within a character leaves bytes that continue nothing.
  while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0x80) != 0) name.pop_back();
  return name;
}

std::string VerdictName(v1::RowVerdict verdict) {
  return verdict == v1::ROW_VERDICT_SUSPICIOUS ? "suspicious" : "refused";
}

absl::Status CheckAnswer(const PendingBatch& batch, const v1::PushObservationsResponse& answer) {
  if (answer.batch_id() != batch.columns.batch_id()) {
    return absl::InternalError(absl::StrCat("answer is to batch \"", answer.batch_id(),
                                            "\", expected one to \"", batch.columns.batch_id(),
                                            "\""));
  }
  if (answer.status().code() != 0) {
    return absl::Status(static_cast<absl::StatusCode>(answer.status().code()),
                        absl::StrCat("rows ", batch.first_row, " to ", batch.last_row, ": ",
                                     answer.status().message()));
  }
  const int64_t settled = answer.accepted_count() + answer.suspicious_count() +
                          answer.duplicate_count() + answer.refused_count();
  if (settled != batch.columns.series_indexes_size()) {
    return absl::InternalError(
        absl::StrCat("batch ", answer.batch_id(), ": the server accounts for ", settled,
                     " rows, expected ", batch.columns.series_indexes_size()));
  }
  return absl::OkStatus();
}

}  // namespace

std::string QuarantinePath(const std::string& folder, const DocumentCheckpoint& checkpoint) {
  return absl::StrCat(folder, "/quarantine-", FileNamePart(checkpoint.document), "-",
                      checkpoint.key, ".csv");
}

Pipeline::Pipeline(const PipelineOptions& options, BatchLink* link,
                   const CheckpointStore* checkpoints, StreamDictionary* dictionary,
                   DocumentCheckpoint checkpoint, Quarantine quarantine)
    : options_(options),
      link_(link),
      checkpoints_(checkpoints),
      dictionary_(dictionary),
      checkpoint_(std::move(checkpoint)),
      quarantine_(std::move(quarantine)),
      resumed_rows_(checkpoint_.done_rows) {}

absl::StatusOr<Pipeline> Pipeline::Open(const PipelineOptions& options, BatchLink* link,
                                        const CheckpointStore* checkpoints,
                                        StreamDictionary* dictionary,
                                        const DocumentCheckpoint& checkpoint) {
  DocumentCheckpoint start = checkpoint;
  // A dry run leaves an earlier run's file alone.
  const std::string path = options.dry_run ? "" : QuarantinePath(checkpoints->folder(), checkpoint);
  absl::StatusOr<Quarantine> quarantine = Quarantine::Open(path, start.quarantine_bytes);
  if (quarantine.ok()) {
    return Pipeline(options, link, checkpoints, dictionary, std::move(start),
                    *std::move(quarantine));
  }
  if (!absl::IsDataLoss(quarantine.status())) return quarantine.status();
  start.done_rows = 0;
  start.quarantine_bytes = 0;
  start.tally = {};
  GLUTWATCH_ASSIGN_OR_RETURN(Quarantine rebuilt, Quarantine::Open(path, 0));
  return Pipeline(options, link, checkpoints, dictionary, std::move(start), std::move(rebuilt));
}

absl::Status Pipeline::Push(PendingBatch batch) {
  if (batch.last_row <= checkpoint_.done_rows) return absl::OkStatus();
  const bool send = !batch.columns.series_indexes().empty();
  if (send) {
    batch.columns.set_batch_id(
        BatchId(options_.feed, checkpoint_, batch.first_row, batch.last_row));
  }
  if (send && !options_.dry_run) {
    v1::PushObservationsRequest request;
    dictionary_->TakeNew(&request);
    *request.mutable_batch() = batch.columns;
    GLUTWATCH_RETURN_IF_ERROR(link_->Send(std::move(request)));
  }
  waiting_.push_back(std::move(batch));
  return Settle(static_cast<size_t>(link_ == nullptr ? 0 : link_->max_in_flight()));
}

absl::Status Pipeline::Settle(size_t max_waiting) {
  while (!waiting_.empty()) {
    if (waiting_.front().columns.series_indexes().empty()) {
      GLUTWATCH_RETURN_IF_ERROR(SettleFront({}));
      continue;
    }
    if (options_.dry_run) {
      v1::PushObservationsResponse answer;
      answer.set_batch_id(waiting_.front().columns.batch_id());
      answer.set_accepted_count(waiting_.front().columns.series_indexes_size());
      GLUTWATCH_RETURN_IF_ERROR(SettleFront(answer));
      continue;
    }
    GLUTWATCH_ASSIGN_OR_RETURN(const std::optional<v1::PushObservationsResponse> answer,
                               link_->Take(waiting_.size() > max_waiting));
    if (!answer.has_value()) return absl::OkStatus();
    GLUTWATCH_RETURN_IF_ERROR(SettleFront(*answer));
  }
  return absl::OkStatus();
}

absl::Status Pipeline::SettleFront(const v1::PushObservationsResponse& answer) {
  const PendingBatch& batch = waiting_.front();
  GLUTWATCH_RETURN_IF_ERROR(CheckAnswer(batch, answer));
  QuarantineRows(batch, answer);
  RowTally tally = batch.local;
  tally.accepted += answer.accepted_count();
  tally.corrected += answer.corrected_count();
  tally.suspicious += answer.suspicious_count();
  tally.refused += answer.refused_count();
  tally.duplicate += answer.duplicate_count();
  checkpoint_.tally += tally;
  checkpoint_.done_rows = batch.last_row;
  if (answer.replayed()) ++replayed_batches_;
  waiting_.pop_front();
  if (options_.on_progress) options_.on_progress(checkpoint_.tally);
  return ++unsaved_batches_ >= options_.checkpoint_batches ? Save() : absl::OkStatus();
}

// The adapter's refusals and the server's verdicts, by line unless several sheets are mixed.
void Pipeline::QuarantineRows(const PendingBatch& batch,
                              const v1::PushObservationsResponse& answer) {
  std::vector<QuarantinedRow> rows = batch.refused;
  for (const v1::RowResult& result : answer.rows()) {
    if (result.verdict() == v1::ROW_VERDICT_DUPLICATE) continue;
    if (result.row() < 0 || result.row() >= batch.columns.series_indexes_size()) continue;
    QuarantinedRow row;
    const auto index = static_cast<size_t>(result.row());
    if (index < batch.places.size()) {
      row.line = batch.places[index].line;
      row.sheet = batch.places[index].sheet;
    } else {
      row.line = batch.first_row + result.row();
    }
    row.verdict = VerdictName(result.verdict());
    row.reason = result.reason();
    row.message = result.message();
    row.raw = DescribeRow(*dictionary_, batch.columns, result.row());
    rows.push_back(std::move(row));
  }
  const bool one_sheet = std::all_of(rows.begin(), rows.end(), [&](const QuarantinedRow& row) {
    return row.sheet == rows.front().sheet;
  });
  if (one_sheet) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return a.line < b.line; });
  }
  for (QuarantinedRow& row : rows) {
    row.document = checkpoint_.document;
    quarantine_.Append(row);
    if (samples_.size() < kMaxSamples) samples_.push_back(std::move(row));
  }
}

absl::Status Pipeline::Save() {
  unsaved_batches_ = 0;
  if (options_.dry_run) return absl::OkStatus();
  GLUTWATCH_RETURN_IF_ERROR(quarantine_.Sync());
  checkpoint_.quarantine_bytes = quarantine_.length();
  return checkpoints_->Save(checkpoint_);
}

void Pipeline::Abandon() {
  for (; !waiting_.empty(); waiting_.pop_front()) {
    if (options_.dry_run || waiting_.front().columns.series_indexes().empty()) continue;
    if (!link_->Take(true).ok()) return;
  }
}

absl::Status Pipeline::Finish(bool whole_document) {
  GLUTWATCH_RETURN_IF_ERROR(Settle(0));
  const RowTally& tally = checkpoint_.tally;
  if (!tally.Balanced() || (whole_document && tally.read != checkpoint_.done_rows)) {
    return absl::InternalError(absl::StrCat(checkpoint_.document, ": rows do not add up: read ",
                                            tally.read, ", accepted ", tally.accepted,
                                            " + suspicious ", tally.suspicious, " + refused ",
                                            tally.refused, " + duplicate ", tally.duplicate));
  }
  checkpoint_.finished = whole_document;
  return Save();
}

}  // namespace glutwatch::ingest

#include "server/rpc/push_stream.h"

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "server/rpc/log.h"
#include "server/rpc/series_names.h"
#include "server/rpc/status.h"
#include "server/rpc/translate_warn.h"
#include "server/storage/price_store.h"

namespace glutwatch::rpc {

observe::BatchColumns ColumnsOf(const v1::ObservationBatch& batch) {
  observe::BatchColumns columns;
  columns.batch_id = batch.batch_id();
  columns.series_indexes = batch.series_indexes();
  columns.market_days = batch.market_days();
  columns.day_statuses = batch.day_statuses();
  columns.presences = batch.presences();
  columns.low_e4 = batch.low_prices_e4();
  columns.modal_e4 = batch.modal_prices_e4();
  columns.high_e4 = batch.high_prices_e4();
  columns.arrivals_e4 = batch.arrivals_e4();
  columns.lots = batch.lots();
  return columns;
}

namespace {

using Request = v1::PushObservationsRequest;
using Response = v1::PushObservationsResponse;

Response AnswerOf(std::string batch_id, const absl::StatusOr<observe::BatchVerdict>& verdict) {
  Response response;
  response.set_batch_id(std::move(batch_id));
  if (!verdict.ok()) {
    *response.mutable_status() = ToProto(verdict.status());
    return response;
  }
  *response.mutable_record_time() = ToTimestamp(verdict->recorded_us);
  response.set_replayed(verdict->replayed);
  response.set_accepted_count(verdict->accepted);
  response.set_suspicious_count(verdict->suspicious);
  response.set_duplicate_count(verdict->duplicate);
  response.set_refused_count(verdict->refused);
  response.set_corrected_count(verdict->corrected);
  for (const observe::RowResult& row : verdict->rows) {
    v1::RowResult* to = response.add_rows();
    to->set_row(row.row);
    to->set_verdict(static_cast<v1::RowVerdict>(row.verdict));
    to->set_reason(row.reason);
    to->set_message(row.message);
  }
  return response;
}

// What a batch takes while it is in flight, beside its place on the wire.
int64_t BytesOf(const v1::ObservationBatch& batch) {
  return static_cast<int64_t>(sizeof(storage::BatchRow)) * batch.series_indexes_size();
}

}  // namespace

// Reads on while batches are in flight, answers in order, with one write out at a time.
//
// Its map and the store's callbacks share it, because the one that answers the last batch ends
// the stream and must not lose the lock that it holds.
class PushReactor final : public grpc::ServerBidiReactor<Request, Response>,
                          public std::enable_shared_from_this<PushReactor> {
 public:
  PushReactor(observe::Intake* intake, const security::Principal& principal, PushStreams* streams)
      : intake_(intake),
        principal_(principal),
        streams_(streams),
        quota_(streams->quotas_ == nullptr ? nullptr : streams->quotas_->Of(principal.id)) {}

  void Begin() {
    MutexLock lock(&mu_);
    if (!finished_) StartRead(&request_);
  }

  // Reads no more and ends once everything that was taken is answered.
  void Drain() {
    MutexLock lock(&mu_);
    EndReading(absl::UnavailableError("DRAINING: shutting down"));
    Advance();
  }

  // There may be room again.
  void Resume() {
    MutexLock lock(&mu_);
    Advance();
  }

  void OnReadDone(bool ok) override {
    const absl::Status status = ok ? Take() : absl::OkStatus();
    MutexLock lock(&mu_);
    if (!ok || !status.ok()) {
      EndReading(status);
    } else {
      read_is_due_ = true;
    }
    Advance();
  }

  void OnWriteDone(bool ok) override {
    MutexLock lock(&mu_);
    writing_ = false;
    answers_.pop_front();
    if (!ok) cancelled_ = true;
    Advance();
  }

  void OnCancel() override {
    MutexLock lock(&mu_);
    cancelled_ = true;
    Advance();
  }

  void OnDone() override {
    if (session_ != nullptr) spdlog::info("push ended source={} batches={}", source_, batches_);
    // The store's last callback may keep this object longer than the intake lives.
    session_.reset();
    streams_->Remove(this);
  }

 private:
  absl::Status Take() {
    {
      MutexLock lock(&mu_);
      if (reading_done_ || finished_) return absl::OkStatus();  // draining: will be sent again
      ++in_flight_;
    }
    const absl::Status status = TakeMessage();
    MutexLock lock(&mu_);
    --in_flight_;
    return status;
  }

  absl::Status TakeMessage() {
    if (session_ == nullptr) {
      if (!request_.has_open()) {
        return absl::InvalidArgumentError("the first message of a push stream needs `open`");
      }
      GLUTWATCH_ASSIGN_OR_RETURN(
          session_, intake_->Open(principal_, {.source = request_.open().source(),
                                               .create_missing = request_.open().create_missing(),
                                               .simulated = request_.open().simulated()}));
      source_ = LogText(request_.open().source());
      spdlog::info("push begun source={} by={} create_missing={} simulated={}", source_,
                   LogText(principal_.id), request_.open().create_missing(),
                   request_.open().simulated());
    } else if (request_.has_open()) {
      return absl::InvalidArgumentError("`open` is allowed in the first message only");
    }
    names_.HandOver(request_, session_.get());
    if (request_.has_batch()) Submit(request_.batch());
    // A stream that is idle does not keep the memory of its largest message.
    if (request_.batch().series_indexes_size() > kKeptRows || request_.has_new_series_table() ||
        request_.new_series_size() > 0) {
      request_ = Request();
    }
    return absl::OkStatus();
  }

  void Submit(const v1::ObservationBatch& batch) {
    const int64_t bytes = BytesOf(batch);
    {
      MutexLock lock(&mu_);
      ++in_flight_;
    }
    streams_->Take(bytes, quota_);
    ++batches_;
    session_->Submit(ColumnsOf(batch), [self = shared_from_this(), id = batch.batch_id(),
                                        bytes](absl::StatusOr<observe::BatchVerdict> verdict) {
      Response answer = AnswerOf(id, verdict);
      // While this stream cannot end, so that they are there.
      self->streams_->Release(bytes, self->quota_);
      MutexLock lock(&self->mu_);
      --self->in_flight_;
      self->answers_.push_back(std::move(answer));
      self->Advance();
    });
  }

  // The first reason counts.
  void EndReading(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (!reading_done_) final_status_ = status;
    reading_done_ = true;
    read_is_due_ = false;
  }

  // Does what is due: the next write, the next read, or the end.
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (finished_) return;
    if (cancelled_) {
      // Batches in flight still call back into this object.
      if (in_flight_ == 0 && !writing_) FinishOnce(absl::CancelledError("cancelled"));
      return;
    }
    if (!writing_ && !answers_.empty()) {
      writing_ = true;
      StartWrite(&answers_.front());
    }
    if (read_is_due_ && !reading_done_ && streams_->MayRead(quota_) &&
        in_flight_ < streams_->limits_.batches_per_stream) {
      read_is_due_ = false;
      StartRead(&request_);
    }
    if (reading_done_ && in_flight_ == 0 && !writing_ && answers_.empty()) {
      FinishOnce(final_status_);
    }
  }

  void FinishOnce(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    finished_ = true;
    Finish(ToGrpc(status));
  }

  static constexpr int kKeptRows = 20'000;

  observe::Intake* const intake_;
  const security::Principal& principal_;
  PushStreams* const streams_;
  security::QuotaAccount* const quota_;  // nullptr: no quotas
  Request request_;  // one read at a time: touched only between StartRead and the end of OnReadDone
  std::unique_ptr<observe::IntakeSession> session_;
  SeriesNames names_;
  std::string source_;  // for the log, with batches_: touched as request_ is
  int64_t batches_ = 0;

  Mutex mu_;
  std::deque<Response> answers_ ABSL_GUARDED_BY(mu_);  // the first is being written while writing_
  absl::Status final_status_ ABSL_GUARDED_BY(mu_);
  int in_flight_ ABSL_GUARDED_BY(mu_) = 0;  // batches, and the message that is being taken
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool reading_done_ ABSL_GUARDED_BY(mu_) = false;
  bool read_is_due_ ABSL_GUARDED_BY(mu_) = false;  // waits for room
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
};

grpc::ServerBidiReactor<Request, Response>* PushStreams::Begin(
    observe::Intake* intake, const security::Principal& principal) {
  const auto stream = std::make_shared<PushReactor>(intake, principal, this);
  bool draining = false;
  {
    MutexLock lock(&mu_);
    draining = draining_;
    streams_[stream.get()] = stream;
  }
  if (draining) stream->Drain();
  stream->Begin();
  return stream.get();
}

void PushStreams::Drain() {
  std::vector<std::shared_ptr<PushReactor>> streams;
  {
    MutexLock lock(&mu_);
    draining_ = true;
    for (const auto& [pointer, stream] : streams_) streams.push_back(stream);
  }
  for (const auto& stream : streams) stream->Drain();
}

int PushStreams::streams() const {
  MutexLock lock(&mu_);
  return static_cast<int>(streams_.size());
}

void PushStreams::Release(int64_t bytes, security::QuotaAccount* quota) {
  const int64_t before = bytes_in_flight_.fetch_sub(bytes);
  const bool has_room = before >= limits_.bytes && before - bytes < limits_.bytes;
  const bool principal_has_room = quota != nullptr && quota->ReleaseBytes(bytes);
  if (!has_room && !principal_has_room) return;
  std::vector<std::shared_ptr<PushReactor>> streams;
  {
    MutexLock lock(&mu_);
    for (const auto& [pointer, stream] : streams_) streams.push_back(stream);
  }
  for (const auto& stream : streams) stream->Resume();
}

void PushStreams::Remove(const PushReactor* stream) {
  std::shared_ptr<PushReactor> last;  // destroyed after the lock is released
  MutexLock lock(&mu_);
  const auto it = streams_.find(stream);
  if (it == streams_.end()) return;
  last = std::move(it->second);
  streams_.erase(it);
}

}  // namespace glutwatch::rpc

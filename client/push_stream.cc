#include "client/push_stream.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <deque>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "client/channel.h"
#include "client/status.h"
#include "glutwatch/v1/observe.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Request = v1::PushObservationsRequest;
using Response = v1::PushObservationsResponse;
using Stream = grpc::ClientReaderWriter<Request, Response>;

constexpr int kMostInFlight = 16;
// A part of the dictionary in one message; well under gRPC's limit of 4 MiB.
constexpr size_t kFragmentBytes = 1 << 20;
constexpr absl::Duration kGoodbye = absl::Seconds(2);

// Whether a stream that ended so is worth another one. Some proxies and killed servers reset the
// stream, which gRPC reports as INTERNAL.
bool MayReconnect(const absl::Status& status) {
  return status.ok() || IsRetryable(status) || absl::IsAborted(status) ||
         absl::IsCancelled(status) || absl::IsDeadlineExceeded(status) ||
         (absl::IsInternal(status) && absl::StrContains(status.message(), "RST_STREAM"));
}

class PushStreamImpl final : public PushStream {
 public:
  PushStreamImpl(std::shared_ptr<grpc::Channel> channel, const PushOptions& options)
      : options_(options),
        channel_(std::move(channel)),
        stub_(v1::ObservationService::NewStub(channel_)),
        backoff_(options.backoff,
                 options.backoff_seed != 0 ? options.backoff_seed : std::random_device{}()),
        thread_([this] { Run(); }) {}

  ~PushStreamImpl() override {
    {
      MutexLock lock(&mu_);
      stopping_ = true;
      changed_.SignalAll();
      if (context_ != nullptr && !waiting_.empty()) context_->TryCancel();
    }
    thread_.join();
  }

  int32_t AddMarket(const v1::MarketSpec& market) override {
    MutexLock lock(&mu_);
    *unsealed_.add_new_markets() = market;
    SealIfLarge(market.ByteSizeLong());
    return markets_++;
  }

  using PushStream::AddSeries;
  int32_t AddGoods(const v1::SeriesSpec& goods) override {
    v1::SeriesSpec named = goods;
    named.clear_market_index();
    MutexLock lock(&mu_);
    const auto [known, is_new] =
        goods_.try_emplace(named.SerializeAsString(), static_cast<int32_t>(goods_.size()));
    if (is_new) {
      SealIfLarge(named.ByteSizeLong());
      *unsealed_.mutable_new_series_table()->add_goods() = std::move(named);
    }
    return known->second;
  }

  int32_t AddSeries(int32_t market_index, int32_t goods_index) override {
    constexpr size_t kMostBytes = 2 * 5;  // of two indexes on the wire
    MutexLock lock(&mu_);
    v1::SeriesTable* table = unsealed_.mutable_new_series_table();
    table->add_market_indexes(market_index);
    table->add_goods_indexes(goods_index);
    SealIfLarge(kMostBytes);
    return series_++;
  }

  absl::Status Send(v1::ObservationBatch batch, AnswerFn on_answer) override {
    if (batch.batch_id().empty()) return absl::InvalidArgumentError("batch_id is empty");
    auto request = std::make_shared<Request>();
    *request->mutable_batch() = std::move(batch);
    MutexLock lock(&mu_);
    while (failure_.ok() && waiting_.size() >= static_cast<size_t>(options_.max_in_flight)) {
      changed_.Wait(&mu_);
    }
    if (!failure_.ok()) return failure_;
    Seal();
    if (waiting_.empty()) last_progress_ = absl::Now();
    waiting_.push_back({std::move(request), fragments_.size(), std::move(on_answer)});
    changed_.SignalAll();
    return absl::OkStatus();
  }

  absl::Status Flush(absl::Duration timeout) override {
    const absl::Time deadline = absl::Now() + timeout;
    MutexLock lock(&mu_);
    while (!waiting_.empty() || in_callback_) {
      const absl::Duration left = deadline - absl::Now();
      if (left <= absl::ZeroDuration()) {
        return absl::DeadlineExceededError(
            absl::StrCat(waiting_.size(), " batches have no answer yet; last error: ",
                         stats_.last_error.ok() ? "none" : stats_.last_error.ToString()));
      }
      changed_.WaitFor(&mu_, std::min(left, absl::Hours(1)));
    }
    return failure_;
  }

  PushStats stats() const override {
    MutexLock lock(&mu_);
    return stats_;
  }

 private:
  struct Waiting {
    std::shared_ptr<const Request> request;
    size_t fragments;  // of the dictionary that must be sent before it
    AnswerFn on_answer;
  };

  void SealIfLarge(size_t added_bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    unsealed_bytes_ += added_bytes;
    if (unsealed_bytes_ >= kFragmentBytes) Seal();
  }

  void Seal() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (unsealed_.new_markets_size() == 0 && !unsealed_.has_new_series_table()) return;
    fragments_.push_back(unsealed_.SerializeAsString());
    unsealed_.Clear();
    unsealed_bytes_ = 0;
  }

  // The stream's own thread: one connection after the other.
  void Run() {
    for (bool first = true; AwaitWork(); first = false) {
      if (!first) AwaitConnection(channel_.get(), [this] { return stopping(); });
      absl::Status status = RunStream();
      MutexLock lock(&mu_);
      if (stopping_) break;
      if (waiting_.empty() && status.ok()) continue;
      if (!retry_reason_.ok()) status = std::exchange(retry_reason_, absl::OkStatus());
      if (status.ok()) status = absl::UnavailableError("the server ended the stream");
      stats_.last_error = status;
      ++stats_.retries;
      if (!MayReconnect(status)) {
        failure_ = status;
        break;
      }
      if (!Pause(backoff_.Next(RetryDelayOf(status)), status)) break;
    }
    FailTheRest();
  }

  bool stopping() const {
    MutexLock lock(&mu_);
    return stopping_;
  }

  bool AwaitWork() {
    MutexLock lock(&mu_);
    while (!stopping_ && waiting_.empty()) changed_.Wait(&mu_);
    return !stopping_;
  }

  // False if the stream is over.
  bool Pause(absl::Duration wait, const absl::Status& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    const absl::Time until = absl::Now() + wait;
    while (!stopping_) {
      if (!waiting_.empty() && GaveUp()) {
        failure_ = absl::UnavailableError(absl::StrCat("gave up after ",
                                                       absl::FormatDuration(options_.give_up_after),
                                                       " without an answer: ", why.ToString()));
        return false;
      }
      const absl::Duration left = until - absl::Now();
      if (left <= absl::ZeroDuration()) return true;
      changed_.WaitFor(&mu_, left);
    }
    return false;
  }

  bool GaveUp() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return absl::Now() - last_progress_ > options_.give_up_after;
  }

  absl::Status RunStream() {
    grpc::ClientContext context;
    const std::unique_ptr<Stream> stream = stub_->PushObservations(&context);
    {
      MutexLock lock(&mu_);
      context_ = &context;
      broken_ = false;
      fragments_written_ = 0;
      batches_written_ = 0;
      ++stats_.connects;
    }
    std::thread reader([this, &stream] { ReadAnswers(stream.get()); });
    Request open;
    open.mutable_open()->set_source(options_.source);
    open.mutable_open()->set_create_missing(options_.create_missing);
    open.mutable_open()->set_simulated(options_.simulated);
    if (stream->Write(open)) WriteBatches(stream.get());
    stream->WritesDone();
    SayGoodbye();
    reader.join();
    const absl::Status status = FromGrpc(stream->Finish());
    MutexLock lock(&mu_);
    context_ = nullptr;
    return status;
  }

  void WriteBatches(Stream* stream) {
    while (true) {
      Request fragment;
      std::shared_ptr<const Request> next;
      {
        MutexLock lock(&mu_);
        if (!AwaitWritable()) return;
        if (fragments_written_ < waiting_[batches_written_].fragments) {
          fragment.ParseFromString(fragments_[fragments_written_++]);
        } else {
          next = waiting_[batches_written_++].request;
          ++stats_.batches_sent;
        }
      }
      if (!stream->Write(next != nullptr ? *next : fragment)) return;
    }
  }

  // Waits for a batch that is not written yet; false if this connection is over.
  bool AwaitWritable() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    while (!stopping_ && !broken_ && batches_written_ >= waiting_.size()) {
      if (waiting_.empty() || options_.give_up_after == absl::InfiniteDuration()) {
        changed_.Wait(&mu_);
        continue;
      }
      if (GaveUp()) {
        broken_ = true;
        context_->TryCancel();
        break;
      }
      changed_.WaitFor(
          &mu_, last_progress_ + options_.give_up_after - absl::Now() + absl::Milliseconds(1));
    }
    return !stopping_ && !broken_;
  }

  // Lets the server end the stream; it is not waited for long.
  void SayGoodbye() {
    MutexLock lock(&mu_);
    const absl::Time deadline = absl::Now() + kGoodbye;
    while (!broken_) {
      const absl::Duration left = deadline - absl::Now();
      if (left <= absl::ZeroDuration()) {
        context_->TryCancel();
        return;
      }
      changed_.WaitFor(&mu_, left);
    }
  }

  // The reader's thread, one per connection.
  void ReadAnswers(Stream* stream) {
    Response response;
    while (stream->Read(&response)) {
      if (!Settle(response)) break;
    }
    MutexLock lock(&mu_);
    broken_ = true;
    changed_.SignalAll();
  }

  // Hands over one answer; false if the connection is of no more use.
  bool Settle(const Response& response) {
    AnswerFn on_answer;
    {
      MutexLock lock(&mu_);
      if (stopping_) return false;
      const absl::Status status = FromProto(response.status());
      if (batches_written_ == 0 ||
          response.batch_id() != waiting_.front().request->batch().batch_id()) {
        retry_reason_ = absl::InternalError(absl::StrCat(
            "the server answered batch \"", response.batch_id(), "\", which is not the next one"));
      } else if (IsRetryable(status)) {
        retry_reason_ = status;
      }
      if (!retry_reason_.ok()) {
        context_->TryCancel();
        return false;
      }
      on_answer = std::move(waiting_.front().on_answer);
      waiting_.pop_front();
      --batches_written_;
      in_callback_ = true;
      last_progress_ = absl::Now();
      backoff_.Reset();
      changed_.SignalAll();
    }
    if (on_answer) on_answer(response);
    MutexLock lock(&mu_);
    in_callback_ = false;
    ++stats_.batches_answered;
    changed_.SignalAll();
    return true;
  }

  void FailTheRest() {
    std::deque<Waiting> rest;
    absl::Status why;
    {
      MutexLock lock(&mu_);
      if (failure_.ok()) failure_ = absl::CancelledError("the push stream was closed");
      why = failure_;
      rest.swap(waiting_);
      in_callback_ = true;
    }
    for (const Waiting& waiting : rest) {
      Response response;
      response.set_batch_id(waiting.request->batch().batch_id());
      *response.mutable_status() = ToProto(why);
      if (waiting.on_answer) waiting.on_answer(response);
    }
    MutexLock lock(&mu_);
    stats_.batches_answered += static_cast<int64_t>(rest.size());
    in_callback_ = false;
    changed_.SignalAll();
  }

  const PushOptions options_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::ObservationService::Stub> stub_;

  mutable Mutex mu_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status failure_ ABSL_GUARDED_BY(mu_);  // for good
  PushStats stats_ ABSL_GUARDED_BY(mu_);
  Backoff backoff_ ABSL_GUARDED_BY(mu_);

  // The dictionary in wire format, as it goes to each new connection, and its newest entries.
  std::vector<std::string> fragments_ ABSL_GUARDED_BY(mu_);
  Request unsealed_ ABSL_GUARDED_BY(mu_);
  size_t unsealed_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  int32_t markets_ ABSL_GUARDED_BY(mu_) = 0;
  absl::flat_hash_map<std::string, int32_t> goods_ ABSL_GUARDED_BY(mu_);  // on the wire, to number
  int32_t series_ ABSL_GUARDED_BY(mu_) = 0;

  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mu_);  // not answered, oldest first
  bool in_callback_ ABSL_GUARDED_BY(mu_) = false;
  absl::Time last_progress_ ABSL_GUARDED_BY(mu_);

  // Of the connection that is open.
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mu_) = nullptr;
  bool broken_ ABSL_GUARDED_BY(mu_) = false;
  size_t fragments_written_ ABSL_GUARDED_BY(mu_) = 0;
  size_t batches_written_ ABSL_GUARDED_BY(mu_) = 0;  // of waiting_
  absl::Status retry_reason_ ABSL_GUARDED_BY(mu_);

  std::thread thread_;  // last: it uses everything above
};

}  // namespace

absl::StatusOr<std::unique_ptr<PushStream>> PushStream::Create(
    std::shared_ptr<grpc::Channel> channel, const PushOptions& options) {
  if (options.source.empty()) return absl::InvalidArgumentError("source is empty");
  if (options.max_in_flight < 1 || options.max_in_flight > kMostInFlight) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_in_flight is ", options.max_in_flight, ", expected 1..", kMostInFlight));
  }
  return std::unique_ptr<PushStream>(new PushStreamImpl(std::move(channel), options));
}

}  // namespace glutwatch::client

#include "ingest/worker_link.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "glutwatch/v1/catalog.grpc.pb.h"
#include "glutwatch/v1/observe.grpc.pb.h"

namespace glutwatch::ingest {
namespace {

using Request = v1::PushObservationsRequest;
using Response = v1::PushObservationsResponse;
using Stream = grpc::ClientReaderWriter<Request, Response>;

// Dictionary entries per message: about a tenth of gRPC's usual 4 MiB limit.
constexpr int kSpecsPerMessage = 4000;
constexpr int kMaxMessageBytes = 64 << 20;
constexpr absl::Duration kFirstDelay = absl::Milliseconds(100);
constexpr absl::Duration kLongestDelay = absl::Seconds(5);
constexpr absl::Duration kCallTimeout = absl::Seconds(30);

absl::Status ToStatus(const std::string& server, const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      absl::StrCat("server ", server, ": ", status.error_message()));
}

// Worth another attempt on a new connection.
bool IsPassing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
         absl::IsCancelled(status) || absl::IsDeadlineExceeded(status);
}

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& server) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  return grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments);
}

// One connection: a stream, and a thread that reads its answers.
class Connection {
 public:
  explicit Connection(v1::ObservationService::Stub* stub)
      : stream_(stub->PushObservations(&context_)), reader_([this] { ReadAll(); }) {}
  ~Connection() { context_.TryCancel(); }  // ends the reader, which is joined

  bool Write(const Request& request) { return stream_->Write(request); }

  // The next answer; nullopt if there is none (`wait`: because the stream has ended).
  std::optional<Response> Take(bool wait) {
    MutexLock lock(&mu_);
    while (wait && answers_.empty() && !ended_) changed_.Wait(&mu_);
    if (answers_.empty()) return std::nullopt;
    Response answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
  }
  bool ended() {
    MutexLock lock(&mu_);
    return ended_;
  }
  // Why the stream ended; blocks until it has.
  grpc::Status End() {
    reader_.join();
    return stream_->Finish();
  }

 private:
  void ReadAll() {
    Response answer;
    while (stream_->Read(&answer)) {
      MutexLock lock(&mu_);
      answers_.push_back(std::move(answer));
      changed_.SignalAll();
    }
    MutexLock lock(&mu_);
    ended_ = true;
    changed_.SignalAll();
  }

  grpc::ClientContext context_;
  std::unique_ptr<Stream> stream_;
  Mutex mu_;
  CondVar changed_;
  std::deque<Response> answers_ ABSL_GUARDED_BY(mu_);
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  std::jthread reader_;  // last: it uses the others
};

class ServerLink final : public BatchLink {
 public:
  explicit ServerLink(const ServerLinkOptions& options)
      : options_(options), stub_(v1::ObservationService::NewStub(OpenChannel(options.server))) {}

  absl::Status Connect() { return Reconnect(absl::OkStatus()); }

  absl::Status Send(const Request& request) override {
    for (const auto& market : request.new_markets()) markets_.push_back(market);
    for (const auto& series : request.new_series()) series_.push_back(series);
    unanswered_.push_back(request.batch());
    if (connection_ != nullptr && WriteSpecs() && WriteBatch(unanswered_.back())) {
      return absl::OkStatus();
    }
    return Reconnect(EndOfConnection());
  }

  absl::StatusOr<std::optional<Response>> Take(bool wait) override {
    while (!unanswered_.empty()) {
      std::optional<Response> answer =
          connection_ == nullptr ? std::nullopt : connection_->Take(wait);
      if (!answer.has_value()) {
        if (!wait && connection_ != nullptr && !connection_->ended()) return answer;
        GLUTWATCH_RETURN_IF_ERROR(Reconnect(EndOfConnection()));
        continue;
      }
      const absl::Status status(static_cast<absl::StatusCode>(answer->status().code()),
                                answer->status().message());
      if (IsPassing(status)) {
        connection_.reset();
        GLUTWATCH_RETURN_IF_ERROR(Reconnect(status));
        continue;
      }
      unanswered_.pop_front();
      trouble_since_.reset();
      delay_ = kFirstDelay;
      return answer;
    }
    return std::nullopt;
  }

  int max_in_flight() const override { return options_.in_flight; }

 private:
  // Why the stream ended, if it has.
  absl::Status EndOfConnection() {
    if (connection_ == nullptr) return absl::UnavailableError("not connected");
    const absl::Status status = ToStatus(options_.server, connection_->End());
    connection_.reset();
    if (!status.ok()) return status;
    return absl::UnavailableError(absl::StrCat("server ", options_.server, " ended the stream"));
  }

  // Connects again and sends what was not answered; `trouble` is why. Waits and repeats while
  // that passes, up to `patience` after the last answer.
  absl::Status Reconnect(absl::Status trouble) {
    while (true) {
      if (!trouble.ok()) {
        GLUTWATCH_RETURN_IF_ERROR(WaitAfter(trouble));
      }
      if (TryConnect()) return absl::OkStatus();
      trouble = EndOfConnection();
    }
  }

  absl::Status WaitAfter(const absl::Status& trouble) {
    if (!IsPassing(trouble)) return trouble;
    const absl::Time now = absl::Now();
    if (!trouble_since_.has_value()) trouble_since_ = now;
    const bool stopping = options_.stop != nullptr && options_.stop->load();
    if (stopping || now - *trouble_since_ >= options_.patience) {
      return absl::Status(
          absl::IsResourceExhausted(trouble) ? trouble.code() : absl::StatusCode::kUnavailable,
          trouble.message());
    }
    absl::SleepFor(delay_);
    delay_ = std::min(delay_ * 2, kLongestDelay);
    return absl::OkStatus();
  }

  bool TryConnect() {
    connection_ = std::make_unique<Connection>(stub_.get());
    markets_told_ = series_told_ = 0;
    Request open;
    open.mutable_open()->set_source(options_.source);
    open.mutable_open()->set_create_missing(options_.create_missing);
    open.mutable_open()->set_simulated(options_.simulated);
    if (!connection_->Write(open) || !WriteSpecs()) return false;
    for (const v1::ObservationBatch& batch : unanswered_) {
      if (!WriteBatch(batch)) return false;
    }
    return true;
  }

  bool WriteSpecs() {
    while (markets_told_ < markets_.size() || series_told_ < series_.size()) {
      Request request;
      for (int i = 0; i < kSpecsPerMessage && markets_told_ < markets_.size(); ++i) {
        *request.add_new_markets() = markets_[markets_told_++];
      }
      for (int i = 0; i < kSpecsPerMessage && series_told_ < series_.size() &&
                      markets_told_ == markets_.size();
           ++i) {
        *request.add_new_series() = series_[series_told_++];
      }
      if (!connection_->Write(request)) return false;
    }
    return true;
  }

  bool WriteBatch(const v1::ObservationBatch& batch) {
    Request request;
    // Lent, not copied: a batch has up to 100,000 rows.
    request.unsafe_arena_set_allocated_batch(const_cast<v1::ObservationBatch*>(&batch));
    const bool written = connection_->Write(request);
    request.unsafe_arena_release_batch();
    return written;
  }

  const ServerLinkOptions options_;
  std::unique_ptr<v1::ObservationService::Stub> stub_;
  std::unique_ptr<Connection> connection_;
  std::vector<v1::MarketSpec> markets_;
  std::vector<v1::SeriesSpec> series_;
  size_t markets_told_ = 0;  // to this connection
  size_t series_told_ = 0;
  std::deque<v1::ObservationBatch> unanswered_;
  std::optional<absl::Time> trouble_since_;
  absl::Duration delay_ = kFirstDelay;
};

}  // namespace

absl::StatusOr<std::unique_ptr<BatchLink>> ConnectServerLink(const ServerLinkOptions& options) {
  auto link = std::make_unique<ServerLink>(options);
  GLUTWATCH_RETURN_IF_ERROR(link->Connect());
  return link;
}

absl::StatusOr<std::vector<v1::Region>> ListServerRegions(const std::string& server,
                                                          const std::string& region) {
  const auto stub = v1::CatalogService::NewStub(OpenChannel(server));
  std::vector<v1::Region> regions;
  v1::ListRegionsRequest request;
  request.set_parent(region);
  request.set_page_size(1000);
  while (true) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
    context.set_wait_for_ready(true);
    v1::ListRegionsResponse response;
    GLUTWATCH_RETURN_IF_ERROR(ToStatus(server, stub->ListRegions(&context, request, &response)));
    regions.insert(regions.end(), response.regions().begin(), response.regions().end());
    if (response.next_page_token().empty()) return regions;
    request.set_page_token(response.next_page_token());
  }
}

}  // namespace glutwatch::ingest

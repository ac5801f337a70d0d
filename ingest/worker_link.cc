#include "ingest/worker_link.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "client/call.h"
#include "client/channel.h"
#include "client/push_stream.h"
#include "glutwatch/v1/catalog.grpc.pb.h"

namespace glutwatch::ingest {
namespace {

using Response = v1::PushObservationsResponse;

// As long as a first connection is waited for.
constexpr absl::Duration kNamesPatience = absl::Seconds(10);
constexpr int kMostAttempts = 20;
constexpr absl::Duration kBetweenAttempts = absl::Milliseconds(200);
constexpr int kMaxInFlight = 16;  // the server's own limit
constexpr int kPageSize = 1000;   // the most that the server gives
constexpr absl::Duration kCallTimeout = absl::Seconds(30);
// How often a wait looks whether it should stop.
constexpr absl::Duration kStopCheck = absl::Milliseconds(200);

// Answers of a PushStream, which come on its threads, for the one thread that takes them.
class ServerLink final : public BatchLink {
 public:
  ServerLink(int in_flight, const ServerLinkOptions& options)
      : in_flight_(in_flight), stop_(options.stop), stop_patience_(options.stop_patience) {}

  void Use(std::unique_ptr<client::PushStream> stream) { stream_ = std::move(stream); }

  absl::Status Send(v1::PushObservationsRequest request) override {
    for (const auto& market : request.new_markets()) stream_->AddMarket(market);
    for (const auto& series : request.new_series()) stream_->AddSeries(series);
    return stream_->Send(std::move(*request.mutable_batch()), [this](const Response& answer) {
      MutexLock lock(&mu_);
      answers_.push_back(answer);
      arrived_.Signal();
    });
  }

  absl::StatusOr<std::optional<Response>> Take(bool wait) override {
    MutexLock lock(&mu_);
    absl::Duration stopping;
    while (wait && answers_.empty()) {
      arrived_.WaitFor(&mu_, kStopCheck);
      if (stop_ == nullptr || !stop_->load()) continue;
      stopping += kStopCheck;
      if (stopping > stop_patience_ && answers_.empty()) {
        return absl::UnavailableError("stopped before the server had answered every batch");
      }
    }
    if (answers_.empty()) return std::nullopt;
    Response answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
  }

  int max_in_flight() const override { return in_flight_; }

 private:
  const int in_flight_;
  const std::atomic<bool>* const stop_;
  const absl::Duration stop_patience_;
  Mutex mu_;
  CondVar arrived_;
  std::deque<Response> answers_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<client::PushStream> stream_;  // last: its callbacks use the others
};

absl::Status InServer(const std::string& server, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("server ", server, ": ", status.message()));
}

absl::Status Unreachable(const std::string& server) {
  return absl::UnavailableError(
      absl::StrCat("server ", server, ": cannot be reached; is glutwatchd running?"));
}

// Whether a server that restarts or drains may have answered so.
bool MayPass(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsCancelled(status) ||
         absl::IsDeadlineExceeded(status);
}

// Adds the names of all products and units.
absl::Status ReadNames(v1::CatalogService::Stub* stub, NameBook* names) {
  v1::ListProductsRequest products;
  products.set_page_size(kPageSize);
  GLUTWATCH_RETURN_IF_ERROR(client::ForEachPage(*stub, &v1::CatalogService::Stub::ListProducts,
                                                products, kCallTimeout,
                                                [names](const v1::ListProductsResponse& page) {
                                                  for (const v1::Product& product : page.products())
                                                    names->Add(product);
                                                  return true;
                                                }));
  v1::ListUnitsRequest units;
  units.set_page_size(kPageSize);
  return client::ForEachPage(*stub, &v1::CatalogService::Stub::ListUnits, units, kCallTimeout,
                             [names](const v1::ListUnitsResponse& page) {
                               for (const v1::Unit& unit : page.units()) names->Add(unit);
                               return true;
                             });
}

}  // namespace

absl::StatusOr<std::unique_ptr<BatchLink>> ConnectServerLink(const ServerLinkOptions& options) {
  GLUTWATCH_RETURN_IF_ERROR(client::CheckServer(options.server));
  const auto channel = client::OpenChannel(options.server);
  if (!channel->WaitForConnected(absl::ToChronoTime(absl::Now() + options.first_patience))) {
    return Unreachable(options.server);
  }
  client::PushOptions push;
  push.source = options.source;
  push.create_missing = options.create_missing;
  push.simulated = options.simulated;
  // One more than the pipeline sends, so that the pipeline waits in Take, which can be stopped.
  push.max_in_flight = std::min(options.in_flight + 1, kMaxInFlight);
  push.give_up_after = options.patience;
  GLUTWATCH_ASSIGN_OR_RETURN(auto stream, client::PushStream::Create(channel, push));
  auto link = std::make_unique<ServerLink>(push.max_in_flight - 1, options);
  link->Use(std::move(stream));
  return link;
}

absl::StatusOr<std::vector<v1::Region>> ListServerRegions(const std::string& server,
                                                          const std::string& region) {
  GLUTWATCH_RETURN_IF_ERROR(client::CheckServer(server));
  const auto stub = v1::CatalogService::NewStub(client::OpenChannel(server));
  std::vector<v1::Region> regions;
  v1::ListRegionsRequest request;
  request.set_parent(region);
  request.set_page_size(kPageSize);
  const absl::Status listed = client::ForEachPage(
      *stub, &v1::CatalogService::Stub::ListRegions, request, kCallTimeout,
      [&](const v1::ListRegionsResponse& page) {
        regions.insert(regions.end(), page.regions().begin(), page.regions().end());
        return true;
      });
  if (!listed.ok()) return InServer(server, listed);
  return regions;
}

absl::StatusOr<NameBook> LoadServerNames(const std::string& server) {
  GLUTWATCH_RETURN_IF_ERROR(client::CheckServer(server));
  const auto channel = client::OpenChannel(server);
  const auto stub = v1::CatalogService::NewStub(channel);
  absl::Status listed;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    if (!channel->WaitForConnected(absl::ToChronoTime(absl::Now() + kNamesPatience))) {
      return Unreachable(server);
    }
    NameBook names;
    listed = ReadNames(stub.get(), &names);
    if (listed.ok()) return names;
    if (!MayPass(listed)) break;
    absl::SleepFor(kBetweenAttempts);
  }
  return InServer(server, listed);
}

}  // namespace glutwatch::ingest

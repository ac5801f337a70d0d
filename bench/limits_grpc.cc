#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "bench/limits.h"
#include "bench/push_load.h"
#include "bench/server_process.h"
#include "client/channel.h"
#include "client/status.h"
#include "glutwatch/v1/observe.grpc.pb.h"

namespace glutwatch::bench {
namespace {

using Request = v1::PushObservationsRequest;
using Response = v1::PushObservationsResponse;
using Stream = grpc::ClientReaderWriter<Request, Response>;

constexpr int kStreams = 2;
constexpr int kMaxMessageBytes = 16 << 20;
constexpr size_t kBatchRows = 10'000;
constexpr size_t kOneBatchRows = 1'000;
constexpr int kOneBatches = 2'000;
constexpr int kWarmUp = 100;
constexpr double kCpuRows = 100e6;

class Summing final : public v1::ObservationService::Service {
  grpc::Status PushObservations(grpc::ServerContext*,
                                grpc::ServerReaderWriter<Response, Request>* stream) override {
    Request request;
    Response response;
    int64_t sum = 0;
    while (stream->Read(&request)) {
      const auto add = [&sum](const auto& column) {
        sum = std::accumulate(column.begin(), column.end(), sum);
      };
      const v1::ObservationBatch& batch = request.batch();
      add(batch.low_prices_e4());
      add(batch.modal_prices_e4());
      add(batch.high_prices_e4());
      add(batch.arrivals_e4());
      response.set_batch_id(batch.batch_id());
      response.set_accepted_count(batch.series_indexes_size());
      response.set_suspicious_count(sum & 1);  // so that the sum is needed
      if (!stream->Write(response)) break;
    }
    return grpc::Status::OK;
  }
};

// What the child does until it is killed: says its port on `to` and serves.
[[noreturn]] void ServeForever(int to) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  Summing service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const int32_t said = server == nullptr ? 0 : port;
  if (write(to, &said, sizeof(said)) != sizeof(said) || said == 0) _exit(1);
  server->Wait();
  _exit(0);
}

// Batches of DAILY's first day, used over and over.
std::vector<Request> MakeRequests(size_t rows_per_batch) {
  FeedDays days(kDailyShape);
  const std::vector<FeedRow> rows = days.Take(1);
  std::vector<Request> requests;
  for (size_t begin = 0; begin < rows.size(); begin += rows_per_batch) {
    *requests.emplace_back().mutable_batch() = MakeBatch(
        absl::StrCat("limits-", requests.size()),
        absl::MakeConstSpan(rows).subspan(begin, rows_per_batch),
        [](const FeedRow& row) { return static_cast<int32_t>(kDailyShape.SeriesOf(row)); });
  }
  return requests;
}

// Sends `batches` of `requests` over one stream and waits for the answers.
absl::Status PushOver(v1::ObservationService::Stub* stub, const std::vector<Request>& requests,
                      int64_t batches, std::atomic<int64_t>* acknowledged) {
  grpc::ClientContext context;
  const std::unique_ptr<Stream> stream = stub->PushObservations(&context);
  std::thread reader([&] {
    Response response;
    while (stream->Read(&response)) *acknowledged += response.accepted_count();
  });
  for (int64_t i = 0; i < batches; ++i) {
    if (!stream->Write(requests[static_cast<size_t>(i) % requests.size()])) break;
  }
  stream->WritesDone();
  reader.join();
  return client::FromGrpc(stream->Finish());
}

absl::Status MeasureRate(const SummingServer& server, int64_t rows, Figures* figures) {
  const std::vector<Request> requests = MakeRequests(kBatchRows);
  const int64_t batches = rows / kStreams / static_cast<int64_t>(kBatchRows);
  std::vector<std::unique_ptr<v1::ObservationService::Stub>> stubs;
  for (int i = 0; i < kStreams; ++i) {
    const auto channel = client::OpenChannel(server.address());
    client::AwaitConnection(channel.get(), [] { return false; });
    stubs.push_back(v1::ObservationService::NewStub(channel));
  }
  std::atomic<int64_t> acknowledged{0};
  std::vector<absl::Status> statuses(kStreams);
  const double own_cpu = OwnCpuSeconds();
  const double server_cpu = server.cpu_seconds();
  const absl::Time begin = absl::Now();
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kStreams; ++i) {
    threads.emplace_back(
        [&, i] { statuses[i] = PushOver(stubs[i].get(), requests, batches, &acknowledged); });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  for (const absl::Status& status : statuses) GLUTWATCH_RETURN_IF_ERROR(status);
  const auto done = static_cast<double>(acknowledged.load());
  figures->Add("limit_grpc", "rows_per_s", done / seconds);
  figures->Add("limit_grpc", "client_cpu_s_per_100m",
               (OwnCpuSeconds() - own_cpu) / done * kCpuRows);
  figures->Add("limit_grpc", "server_cpu_s_per_100m",
               (server.cpu_seconds() - server_cpu) / done * kCpuRows);
  figures->Add("limit_grpc", "bytes_per_row",
               static_cast<double>(requests[0].ByteSizeLong()) / static_cast<double>(kBatchRows));
  return absl::OkStatus();
}

absl::Status MeasureOneBatch(const SummingServer& server, Figures* figures) {
  const std::vector<Request> requests = MakeRequests(kOneBatchRows);
  const auto channel = client::OpenChannel(server.address());
  const auto stub = v1::ObservationService::NewStub(channel);
  grpc::ClientContext context;
  const std::unique_ptr<Stream> stream = stub->PushObservations(&context);
  Response response;
  std::vector<double> ms;
  for (int i = -kWarmUp; i < kOneBatches; ++i) {
    const absl::Time begin = absl::Now();
    if (!stream->Write(requests[static_cast<size_t>(i + kWarmUp) % requests.size()]) ||
        !stream->Read(&response)) {
      break;
    }
    if (i >= 0) ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
  }
  stream->WritesDone();
  GLUTWATCH_RETURN_IF_ERROR(client::FromGrpc(stream->Finish()));
  figures->Add("limit_grpc_one_batch", "p50_ms", Percentile(ms, 0.5));
  figures->Add("limit_grpc_one_batch", "p99_ms", Percentile(ms, 0.99));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SummingServer> SummingServer::Start() {
  int ends[2];
  if (pipe(ends) != 0) return absl::UnavailableError(absl::StrCat("pipe: ", strerror(errno)));
  const pid_t pid = fork();
  if (pid < 0) return absl::UnavailableError(absl::StrCat("fork: ", strerror(errno)));
  if (pid == 0) ServeForever(ends[1]);
  close(ends[1]);
  SummingServer server(pid, "");
  int32_t port = 0;
  const bool said = read(ends[0], &port, sizeof(port)) == sizeof(port) && port != 0;
  close(ends[0]);
  if (!said) return absl::UnavailableError("the server that only sums did not start");
  server.address_ = absl::StrCat("127.0.0.1:", port);
  return server;
}

SummingServer::SummingServer(SummingServer&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), address_(std::move(other.address_)) {}

SummingServer::~SummingServer() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

double SummingServer::cpu_seconds() const { return CpuSecondsOf(pid_); }

absl::Status MeasureGrpc(const SummingServer& server, int64_t rows, Figures* figures) {
  GLUTWATCH_RETURN_IF_ERROR(MeasureRate(server, rows, figures));
  return MeasureOneBatch(server, figures);
}

}  // namespace glutwatch::bench

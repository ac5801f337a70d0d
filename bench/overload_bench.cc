// What a server does with more reads than it can work: goodput, and how soon the rest is refused.
//
// First the peak: forecasts asked one after the other by a few clients. Then an open loop, which
// does not slow down when the server does: forecasts at 1, 2, 5 and 10 times the peak. Beside it
// one client lists warnings all the while. Client and server share the machine.
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "bench/feed.h"
#include "bench/figures.h"
#include "bench/push_load.h"
#include "bench/server_process.h"
#include "bench/temporary_folder.h"
#include "client/channel.h"
#include "glutwatch/v1/assess.grpc.pb.h"
#include "glutwatch/v1/warn.grpc.pb.h"

namespace glutwatch::bench {
namespace {

constexpr FeedShape kShape{10, 20, 1000};
constexpr int kPeakClients = 4;
constexpr int kMultiples[] = {1, 2, 5, 10};
constexpr int kChannels = 4;
constexpr absl::Duration kDeadline = absl::Seconds(5);
constexpr absl::Duration kWarningsPause = absl::Milliseconds(10);
constexpr size_t kRowsPerBatch = 10'000;

struct Flags {
  std::string server;
  std::string rules = GLUTWATCH_SOURCE_DIR "/deploy/rules/yunnan-basic.yaml";
  std::string json;
  int seconds = 5;
  double least_goodput = 0;      // share of the peak; less is a failure
  double most_refusal_ms = 1e9;  // p99; more is a failure
};

v1::GetForecastRequest RequestOf(uint32_t number) {
  v1::GetForecastRequest request;
  request.set_series(absl::StrCat("series/", 1 + number % kShape.series()));
  return request;
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address, int number) {
  grpc::ChannelArguments arguments;
  arguments.SetInt("glutwatch.connection", number);  // a connection of its own
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

// What became of the calls of one rate.
struct Outcome {
  double seconds = 0;
  int64_t other = 0;  // neither answered nor refused
  std::vector<double> answered_ms;
  std::vector<double> refused_ms;
  std::vector<double> warnings_ms;
  int64_t warnings_failed = 0;

  double goodput() const { return static_cast<double>(answered_ms.size()) / seconds; }
};

double MillisecondsSince(absl::Time begin) {
  return absl::ToDoubleMilliseconds(absl::Now() - begin);
}

// Answers a second when `kPeakClients` ask one after the other.
double MeasurePeak(const std::string& address, absl::Duration time) {
  std::atomic<int64_t> answered{0};
  const absl::Time begin = absl::Now();
  {
    std::vector<std::jthread> clients;
    for (int c = 0; c < kPeakClients; ++c) {
      clients.emplace_back([&, c] {
        const auto stub = v1::AssessmentService::NewStub(Connect(address, c));
        for (uint32_t i = 0; absl::Now() < begin + time; ++i) {
          grpc::ClientContext context;
          v1::GetForecastResponse response;
          if (stub->GetForecast(&context, RequestOf(i * kPeakClients + c), &response).ok()) {
            ++answered;
          }
        }
      });
    }
  }
  return static_cast<double>(answered) / absl::ToDoubleSeconds(absl::Now() - begin);
}

struct Call {
  grpc::ClientContext context;
  v1::GetForecastResponse response;
  grpc::Status status;
  absl::Time begin = absl::Now();
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::GetForecastResponse>> reader;
};

// Takes what comes until the queue is shut down and empty.
void TakeAnswers(grpc::CompletionQueue* queue, std::atomic<int64_t>* out, Outcome* outcome) {
  void* tag = nullptr;
  bool ok = false;
  while (queue->Next(&tag, &ok)) {
    const std::unique_ptr<Call> call(static_cast<Call*>(tag));
    --*out;
    const double ms = MillisecondsSince(call->begin);
    if (call->status.ok()) {
      outcome->answered_ms.push_back(ms);
    } else if (call->status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      outcome->refused_ms.push_back(ms);
    } else {
      ++outcome->other;
    }
  }
}

void ListWarnings(const std::string& address, const std::atomic<bool>* stop, Outcome* outcome) {
  const auto stub = v1::WarningService::NewStub(Connect(address, 100));
  while (!*stop) {
    grpc::ClientContext context;
    v1::ListWarningsResponse response;
    const absl::Time begin = absl::Now();
    if (stub->ListWarnings(&context, {}, &response).ok()) {
      outcome->warnings_ms.push_back(MillisecondsSince(begin));
    } else {
      ++outcome->warnings_failed;
    }
    absl::SleepFor(kWarningsPause);
  }
}

// Asks at `rate` a second for `time`, whatever becomes of it, and waits for the last answer.
Outcome Offer(const std::string& address, double rate, absl::Duration time) {
  Outcome outcome;
  std::vector<std::unique_ptr<v1::AssessmentService::Stub>> stubs;
  for (int i = 0; i < kChannels; ++i) {
    stubs.push_back(v1::AssessmentService::NewStub(Connect(address, i)));
  }
  grpc::CompletionQueue queue;
  std::atomic<int64_t> out{0};
  std::atomic<bool> stop{false};
  const absl::Time begin = absl::Now();
  {
    std::jthread taker([&] { TakeAnswers(&queue, &out, &outcome); });
    std::jthread warnings([&] { ListWarnings(address, &stop, &outcome); });
    const absl::Duration step = absl::Seconds(1 / rate);
    for (int64_t i = 0; absl::Now() < begin + time; ++i) {
      absl::SleepFor(begin + static_cast<double>(i) * step - absl::Now());
      auto call = std::make_unique<Call>();
      call->context.set_deadline(absl::ToChronoTime(call->begin + kDeadline));
      call->reader = stubs[static_cast<size_t>(i) % stubs.size()]->AsyncGetForecast(
          &call->context, RequestOf(static_cast<uint32_t>(i)), &queue);
      ++out;
      Call* const tag = call.release();
      tag->reader->Finish(&tag->response, &tag->status, tag);
    }
    outcome.seconds = absl::ToDoubleSeconds(absl::Now() - begin);
    while (out > 0) absl::SleepFor(absl::Milliseconds(1));
    stop = true;
    queue.Shutdown();
  }
  return outcome;
}

absl::Status Load(const std::string& address) {
  PushSettings settings;
  settings.rows_per_batch = kRowsPerBatch;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto pusher, Pusher::Open(address, kShape, settings));
  FeedDays days(kShape);
  pusher->Prepare(days.Take(kShape.days));
  return pusher->Push().status();
}

void AddPercentiles(const std::string& work, const std::string& what, const std::vector<double>& ms,
                    Figures* figures) {
  if (ms.empty()) return;
  figures->Add(work, absl::StrCat(what, "_p50_ms"), Percentile(ms, 0.5));
  figures->Add(work, absl::StrCat(what, "_p99_ms"), Percentile(ms, 0.99));
}

// FAILED_PRECONDITION if a promise of `flags` is not kept.
absl::Status Judge(const Flags& flags, int multiple, double peak, const Outcome& outcome) {
  if (outcome.goodput() < flags.least_goodput * peak) {
    return absl::FailedPreconditionError(
        absl::StrCat("at ", multiple, " times the peak ", outcome.goodput(), "/s are answered, of ",
                     peak, "/s, expected at least ", flags.least_goodput, " of it"));
  }
  if (outcome.other > 0 || outcome.warnings_failed > 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("at ", multiple, " times the peak ", outcome.other, " reads and ",
                     outcome.warnings_failed, " lists of warnings failed, expected none"));
  }
  if (!outcome.refused_ms.empty() && Percentile(outcome.refused_ms, 0.99) > flags.most_refusal_ms) {
    return absl::FailedPreconditionError(absl::StrCat("at ", multiple,
                                                      " times the peak p99 of a refusal is ",
                                                      Percentile(outcome.refused_ms, 0.99), " ms"));
  }
  return absl::OkStatus();
}

absl::Status Run(const Flags& flags, const std::string& folder, Figures* figures) {
  GLUTWATCH_ASSIGN_OR_RETURN(auto server,
                             ServerProcess::Start({flags.server, flags.rules, folder}));
  GLUTWATCH_RETURN_IF_ERROR(Load(server->grpc_address()));
  GLUTWATCH_RETURN_IF_ERROR(server->WaitIdle(absl::Minutes(5)));
  const absl::Duration time = absl::Seconds(flags.seconds);
  MeasurePeak(server->grpc_address(), time / 5);  // warms up
  const double peak = MeasurePeak(server->grpc_address(), time);
  figures->Add("peak", "answered_per_s", peak);
  absl::Status status;
  for (const int multiple : kMultiples) {
    const Outcome outcome = Offer(server->grpc_address(), multiple * peak, time);
    const std::string work = absl::StrCat("load_x", multiple);
    figures->Add(work, "answered_per_s", outcome.goodput());
    figures->Add(work, "answered_share_of_peak", outcome.goodput() / peak);
    figures->Add(work, "refused_per_s",
                 static_cast<double>(outcome.refused_ms.size()) / outcome.seconds);
    AddPercentiles(work, "answered", outcome.answered_ms, figures);
    AddPercentiles(work, "refused", outcome.refused_ms, figures);
    AddPercentiles(work, "warnings", outcome.warnings_ms, figures);
    status.Update(Judge(flags, multiple, peak, outcome));
  }
  figures->Add("server", "peak_mib", server->peak_mib());
  GLUTWATCH_RETURN_IF_ERROR(server->Stop());
  return status;
}

}  // namespace
}  // namespace glutwatch::bench

int main(int argc, char** argv) {
  using namespace glutwatch::bench;
  Flags flags;
  std::error_code error;
  flags.server =
      (std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "glutwatchd")
          .string();
  CLI::App app{"overload_bench: goodput and refusals at up to ten times what the server can work"};
  app.add_option("--server", flags.server, "glutwatchd")->capture_default_str();
  app.add_option("--rules", flags.rules, "the rule pack of the server");
  app.add_option("--seconds", flags.seconds, "of each load")->check(CLI::Range(1, 3600));
  app.add_option("--json", flags.json, "write the figures here too, a JSON line each");
  app.add_option("--least-goodput", flags.least_goodput, "fail below this share of the peak");
  app.add_option("--most-refusal-ms", flags.most_refusal_ms, "fail above this p99 of a refusal");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? 0 : 2;
  }
  const auto folder = TemporaryFolder::Make("", "overload");
  Figures figures;
  const absl::Status status = folder.ok() ? Run(flags, folder->path(), &figures) : folder.status();
  std::fputs(figures.Table().c_str(), stdout);
  if (!flags.json.empty() && !WriteFile(flags.json, figures.JsonLines()).ok()) return 1;
  if (status.ok()) return 0;
  std::fprintf(stderr, "overload_bench: %s\n", status.ToString().c_str());
  return 1;
}

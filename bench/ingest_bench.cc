#include "bench/ingest_bench.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "bench/store_files.h"

namespace glutwatch::bench {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(20);
constexpr absl::Duration kRest = absl::Milliseconds(25);  // longer than assess_delay

void AddRate(const std::string& work, const PushResult& result, Figures* figures) {
  figures->Add(work, "rows_per_s", static_cast<double>(result.rows) / result.seconds);
  std::fprintf(stderr, "%-24s %9lld rows  %7.3f s  %6.3f M rows/s\n", work.c_str(),
               static_cast<long long>(result.rows), result.seconds,
               static_cast<double>(result.rows) / result.seconds / 1e6);
}

PushResult Sum(const PushResult& a, const PushResult& b) {
  PushResult sum = a;
  sum.seconds += b.seconds;
  sum.rows += b.rows;
  sum.suspicious += b.suspicious;
  sum.answer_ms.insert(sum.answer_ms.end(), b.answer_ms.begin(), b.answer_ms.end());
  return sum;
}

// What client and server used up between its making and Finish.
class Meter {
 public:
  explicit Meter(const ServerProcess& server)
      : server_(server), server_cpu_(server.cpu_seconds()), own_cpu_(OwnCpuSeconds()) {}

  void Finish(const std::string& work, const PushResult& result, Figures* figures) const {
    figures->Add(work, "client_cpu_s", OwnCpuSeconds() - own_cpu_);
    figures->Add(work, "server_cpu_s", server_.cpu_seconds() - server_cpu_);
    figures->Add(work, "suspicious_rows", static_cast<double>(result.suspicious));
    figures->Add(work, "batch_p50_ms", Percentile(result.answer_ms, 0.5));
    figures->Add(work, "batch_p99_ms", Percentile(result.answer_ms, 0.99));
  }
  // With what the server did afterwards: judging, folding, compaction.
  void FinishIdle(const std::string& work, Figures* figures) const {
    figures->Add(work, "server_cpu_until_idle_s", server_.cpu_seconds() - server_cpu_);
    figures->Add(work, "server_peak_mib", server_.peak_mib());
  }

 private:
  const ServerProcess& server_;
  const double server_cpu_;
  const double own_cpu_;
};

// Bytes on the disk per row as folding leaves them, and compacted, as the peers' are measured.
absl::Status MeasureFolded(const IngestSettings& settings, const std::string& work, int64_t rows,
                           Figures* figures) {
  const std::string folder = settings.server.data_dir();
  const absl::Time begin = absl::Now();
  GLUTWATCH_RETURN_IF_ERROR(FoldStore(folder));
  figures->Add(work, "fold_rest_s", absl::ToDoubleSeconds(absl::Now() - begin));
  const auto per_row = [rows](int64_t bytes) {
    return static_cast<double>(bytes) / static_cast<double>(rows);
  };
  figures->Add(work, "disk_bytes_per_row", per_row(DiskBytes(folder)));
  if (!settings.compact) return absl::OkStatus();
  GLUTWATCH_RETURN_IF_ERROR(CompactStore(folder));
  GLUTWATCH_ASSIGN_OR_RETURN(const auto tables, TableBytes(folder));
  int64_t all = 0;
  for (const auto& [table, bytes] : tables) all += bytes;
  figures->Add(work, "compacted_bytes_per_row", per_row(all));
  for (const char* table : {"chunks", "tips", "journal"}) {
    figures->Add(work, absl::StrCat("of_that_", table, "_bytes_per_row"),
                 per_row(tables.at(table)));
  }
  return absl::OkStatus();
}

// Waits until the server rests, ends it, and folds its store, if that is asked for.
absl::Status Settle(const IngestSettings& settings, const std::string& work,
                    const PushResult& result, const Meter& meter, std::unique_ptr<Pusher> pusher,
                    std::unique_ptr<ServerProcess> server, Figures* figures) {
  if (!settings.settle) {
    figures->Add(work, "server_peak_mib", server->peak_mib());
    return absl::OkStatus();
  }
  const absl::Time pushed = absl::Now();
  GLUTWATCH_RETURN_IF_ERROR(server->WaitIdle(kPatience));
  figures->Add(work, "idle_after_s", absl::ToDoubleSeconds(absl::Now() - pushed));
  meter.FinishIdle(work, figures);
  pusher.reset();
  GLUTWATCH_RETURN_IF_ERROR(server->Stop());
  return MeasureFolded(settings, work, result.rows, figures);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerProcess>> FreshServer(const IngestSettings& settings) {
  std::error_code error;
  std::filesystem::remove_all(settings.server.folder, error);
  return ServerProcess::Start(settings.server, settings.server_config);
}

absl::Status RunDaily(const IngestSettings& settings, const FeedShape& shape,
                      const std::string& work, Figures* figures) {
  const size_t round = settings.push.rows_per_batch * static_cast<size_t>(settings.push.streams);
  if (shape.series() % round != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a day has ", shape.series(), " rows, expected a multiple of ", round,
                     " (rows per batch x streams), so that the first day ends with a batch"));
  }
  GLUTWATCH_ASSIGN_OR_RETURN(auto server, FreshServer(settings));
  GLUTWATCH_ASSIGN_OR_RETURN(auto pusher,
                             Pusher::Open(server->grpc_address(), shape, settings.push));
  pusher->Prepare(MakeRows(shape, FeedOrder::kByDay));
  const Meter whole(*server);
  GLUTWATCH_ASSIGN_OR_RETURN(const PushResult cold, pusher->Push(shape.series() / round));
  AddRate(absl::StrCat(work, "_cold"), cold, figures);
  const Meter after_cold(*server);
  GLUTWATCH_ASSIGN_OR_RETURN(const PushResult warm, pusher->Push());
  AddRate(absl::StrCat(work, "_warm"), warm, figures);
  after_cold.Finish(absl::StrCat(work, "_warm"), warm, figures);
  const PushResult all = Sum(cold, warm);
  AddRate(work, all, figures);
  whole.Finish(work, all, figures);
  return Settle(settings, work, all, whole, std::move(pusher), std::move(server), figures);
}

absl::Status RunBackfill(const IngestSettings& settings, const FeedShape& shape, FeedOrder order,
                         const std::string& work, Figures* figures) {
  GLUTWATCH_ASSIGN_OR_RETURN(auto server, FreshServer(settings));
  GLUTWATCH_ASSIGN_OR_RETURN(auto pusher,
                             Pusher::Open(server->grpc_address(), shape, settings.push));
  pusher->Prepare(MakeRows(shape, order));
  const Meter meter(*server);
  GLUTWATCH_ASSIGN_OR_RETURN(const PushResult result, pusher->Push());
  AddRate(work, result, figures);
  meter.Finish(work, result, figures);
  return Settle(settings, work, result, meter, std::move(pusher), std::move(server), figures);
}

absl::Status RunOneBatch(const IngestSettings& settings, uint32_t rows, uint32_t batches,
                         const std::string& work, Figures* figures) {
  constexpr uint32_t kProducts = 50;
  constexpr size_t kWarmUp = 20;
  const FeedShape shape{rows / kProducts, kProducts, batches};
  PushSettings push = settings.push;
  push.streams = 1;
  push.in_flight = 1;
  push.rows_per_batch = shape.series();
  for (const bool idle : {false, true}) {
    GLUTWATCH_ASSIGN_OR_RETURN(auto server, FreshServer(settings));
    GLUTWATCH_ASSIGN_OR_RETURN(auto pusher, Pusher::Open(server->grpc_address(), shape, push));
    pusher->Prepare(MakeRows(shape, FeedOrder::kByDay));
    GLUTWATCH_RETURN_IF_ERROR(pusher->Push(kWarmUp).status());
    std::vector<double> answer_ms;
    for (size_t i = kWarmUp; i < batches; ++i) {
      if (idle) absl::SleepFor(kRest);
      GLUTWATCH_ASSIGN_OR_RETURN(const PushResult result, pusher->Push(1));
      answer_ms.push_back(result.answer_ms.at(0));
    }
    const std::string name = idle ? absl::StrCat(work, "_idle") : work;
    figures->Add(name, "p50_ms", Percentile(answer_ms, 0.5));
    figures->Add(name, "p99_ms", Percentile(answer_ms, 0.99));
    std::fprintf(stderr, "%-24s p50 %.3f ms  p99 %.3f ms\n", name.c_str(),
                 Percentile(answer_ms, 0.5), Percentile(answer_ms, 0.99));
  }
  return absl::OkStatus();
}

}  // namespace glutwatch::bench

// How fast the price store takes and gives back rows through real gRPC, what it costs in processor
// time, memory and disk: the rows of docs/performance.md.
//
// Each run of each piece of work starts a glutwatchd of its own with default settings on an empty
// folder; client and server share the machine. Batches are made before the clock starts and
// serialised inside it, as a peer's client reads a prepared file. Rows count when they are
// acknowledged, which means fsynced. Judging runs in the background all the while.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bench/in_process.h"
#include "bench/ingest_bench.h"
#include "bench/query_bench.h"
#include "bench/restart_bench.h"
#include "bench/temporary_folder.h"

namespace glutwatch::bench {
namespace {

constexpr uint32_t kOneBatchRows = 1'000;
constexpr uint32_t kQuickShare = 20;  // of the markets
constexpr size_t kQuickBatchRows = 2'500;

struct Flags {
  std::vector<std::string> work;
  std::string server;
  std::string rules = GLUTWATCH_SOURCE_DIR "/deploy/rules/yunnan-basic.yaml";
  std::string folder;
  std::string json;
  std::vector<std::string> server_config;
  int runs = 3;
  int streams = 1;
  int in_flight = 16;
  size_t rows_per_batch = 10'000;
  uint32_t batches = 2'000;
  int queries = 300;
  bool in_process = false;
  bool quick = false;
  bool load_only = false;
};

const std::vector<std::string> kWork = {"daily",        "daily-unjudged", "backfill-series",
                                        "backfill-day", "one-batch",      "queries",
                                        "restart"};
// What is measured if nothing is named: all but the restart, which takes many minutes.
const std::vector<std::string> kUsual(kWork.begin(), kWork.end() - 1);

// Judging waits a minute for more data, as long as it may: none happens while the rows come in.
constexpr char kUnjudged[] = "assess_delay: 60s\n";

FeedShape Smaller(FeedShape shape, bool quick) {
  if (quick) shape.markets /= kQuickShare;
  return shape;
}

absl::Status RunAlone(const Flags& flags, const std::string& place, const std::string& work,
                      Figures* figures) {
  const std::string folder = absl::StrCat(place, "/store");
  const FeedShape daily = Smaller(kDailyShape, flags.quick);
  const FeedShape backfill = Smaller(kBackfillShape, flags.quick);
  if (work == "daily") {
    return RunInProcess(folder, daily, FeedOrder::kByDay, "daily_store", figures);
  }
  if (work == "backfill-series") {
    return RunInProcess(folder, backfill, FeedOrder::kBySeries, "backfill_series_store", figures);
  }
  if (work == "backfill-day") {
    return RunInProcess(folder, backfill, FeedOrder::kByDay, "backfill_day_store", figures);
  }
  if (flags.work.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "needs a server, expected daily, backfill-series or backfill-day with --in-process");
}

// Over BACKFILL, pushed by day and folded, from a server that has just been started on it.
absl::Status RunLoadedQueries(const IngestSettings& settings, const FeedShape& shape, int times,
                              Figures* figures) {
  Figures of_load;
  GLUTWATCH_RETURN_IF_ERROR(
      RunBackfill(settings, shape, FeedOrder::kByDay, "queries_load", &of_load));
  GLUTWATCH_ASSIGN_OR_RETURN(auto server,
                             ServerProcess::Start(settings.server, settings.server_config));
  const ExpectedAnswers expected(shape);
  return RunQueries(server->grpc_address(), expected, times, figures);
}

absl::Status RunServed(const Flags& flags, const std::string& place, const std::string& work,
                       Figures* figures) {
  IngestSettings settings;
  settings.server = {flags.server, flags.rules, absl::StrCat(place, "/server")};
  settings.push.streams = flags.streams;
  settings.push.in_flight = flags.in_flight;
  settings.push.rows_per_batch = flags.quick ? kQuickBatchRows : flags.rows_per_batch;
  for (const std::string& line : flags.server_config) {
    absl::StrAppend(&settings.server_config, line, "\n");
  }
  settings.settle = !flags.load_only || work == "queries";
  const FeedShape backfill = Smaller(kBackfillShape, flags.quick);
  if (work == "daily") {
    return RunDaily(settings, Smaller(kDailyShape, flags.quick), "daily", figures);
  }
  if (work == "daily-unjudged") {
    absl::StrAppend(&settings.server_config, kUnjudged);
    settings.settle = false;
    return RunDaily(settings, Smaller(kDailyShape, flags.quick), "daily_unjudged", figures);
  }
  if (work == "backfill-series") {
    return RunBackfill(settings, backfill, FeedOrder::kBySeries, "backfill_series", figures);
  }
  if (work == "backfill-day") {
    return RunBackfill(settings, backfill, FeedOrder::kByDay, "backfill_day", figures);
  }
  if (work == "one-batch") {
    return RunOneBatch(settings, kOneBatchRows, flags.batches, "one_batch", figures);
  }
  if (work == "restart") {
    RestartSettings restart;
    if (flags.quick) restart.series /= kQuickShare;
    return RunRestart(settings, restart, "restart", figures);
  }
  settings.compact = false;
  return RunLoadedQueries(settings, backfill, flags.queries, figures);
}

int Run(const Flags& flags, const std::string& folder) {
  Figures figures;
  for (int run = 0; run < flags.runs; ++run) {
    for (const std::string& work : flags.work.empty() ? kUsual : flags.work) {
      const absl::Status status = flags.in_process ? RunAlone(flags, folder, work, &figures)
                                                   : RunServed(flags, folder, work, &figures);
      if (!status.ok()) {
        std::fprintf(stderr, "store_bench: %s: %s\n", work.c_str(), status.ToString().c_str());
        return 1;
      }
    }
  }
  std::fputs(figures.Table().c_str(), stdout);
  if (flags.json.empty()) return 0;
  const absl::Status written = WriteFile(flags.json, figures.JsonLines());
  if (!written.ok()) std::fprintf(stderr, "store_bench: %s\n", written.ToString().c_str());
  return written.ok() ? 0 : 1;
}

}  // namespace
}  // namespace glutwatch::bench

int main(int argc, char** argv) {
  using glutwatch::bench::kWork;
  glutwatch::bench::Flags flags;
  std::error_code error;
  flags.server =
      (std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "glutwatchd")
          .string();
  CLI::App app{"store_bench: the price store through real gRPC; see docs/performance.md"};
  app.footer(
      "Examples:\n"
      "  store_bench                                  # all but the restart, three runs\n"
      "  store_bench daily --runs 1 --streams 2       # one piece of work\n"
      "  store_bench --in-process --runs 5            # the store alone\n"
      "  store_bench --json figures.jsonl --runs 5    # for programs, too");
  app.add_option("work", flags.work, "what to measure; all but restart if nothing is named")
      ->check(CLI::IsMember(kWork));
  app.add_option("--server", flags.server, "glutwatchd")->capture_default_str();
  app.add_option("--rules", flags.rules, "the rule pack that it starts with")
      ->capture_default_str();
  app.add_option("--folder", flags.folder,
                 "where to make a folder for the data; the system's temporary one if unset");
  app.add_option("--server-config", flags.server_config,
                 "a line of the server's YAML; may be given several times");
  app.add_option("--json", flags.json, "write the figures to this file, a line of JSON each");
  app.add_option("--runs", flags.runs)->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option("--streams", flags.streams, "connections that push")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--in-flight", flags.in_flight, "batches of a stream that wait for their answer")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  app.add_option("--batch-rows", flags.rows_per_batch)
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--batches", flags.batches, "of one-batch")
      ->check(CLI::Range(50, 20'000))
      ->capture_default_str();
  app.add_option("--queries", flags.queries, "how often each query is asked")
      ->check(CLI::Range(10, 100'000))
      ->capture_default_str();
  app.add_flag("--in-process", flags.in_process, "the price store alone, without server and gRPC");
  app.add_flag("--load-only", flags.load_only,
               "do not wait for judging and folding after a load: no disk figures");
  app.add_flag("--quick", flags.quick, "a twentieth of the markets: a smoke test, not a figure");
  CLI11_PARSE(app, argc, argv);
  const auto folder = glutwatch::bench::TemporaryFolder::Make(flags.folder, "store-bench");
  if (!folder.ok()) {
    std::fprintf(stderr, "store_bench: %s\n", folder.status().ToString().c_str());
    return 1;
  }
  return glutwatch::bench::Run(flags, folder->path());
}

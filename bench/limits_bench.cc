// What the disk, RocksDB and gRPC can do alone, with the rows and the messages of store_bench: the
// limits that its figures are a share of.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bench/limits.h"
#include "bench/temporary_folder.h"

namespace glutwatch::bench {
namespace {

constexpr int64_t kGrpcRows = 50'000'000;
constexpr uint32_t kQuickShare = 20;

struct Flags {
  std::string folder;
  std::string json;
  int runs = 3;
  bool quick = false;
};

FeedShape Smaller(FeedShape shape, bool quick) {
  if (quick) shape.markets /= kQuickShare;
  return shape;
}

absl::Status Measure(const Flags& flags, const std::string& folder, const SummingServer& server,
                     Figures* figures) {
  for (int run = 0; run < flags.runs; ++run) {
    GLUTWATCH_RETURN_IF_ERROR(MeasureFdatasync(folder, figures));
    GLUTWATCH_RETURN_IF_ERROR(MeasureRocksDb(absl::StrCat(folder, "/rocksdb"),
                                             Smaller(kDailyShape, flags.quick),
                                             Smaller(kBackfillShape, flags.quick), figures));
    GLUTWATCH_RETURN_IF_ERROR(
        MeasureGrpc(server, flags.quick ? kGrpcRows / kQuickShare : kGrpcRows, figures));
  }
  return absl::OkStatus();
}

absl::Status Run(const Flags& flags, const std::string& folder) {
  // First, because the child must not inherit gRPC's threads.
  GLUTWATCH_ASSIGN_OR_RETURN(const SummingServer server, SummingServer::Start());
  Figures figures;
  GLUTWATCH_RETURN_IF_ERROR(Measure(flags, folder, server, &figures));
  std::fputs(figures.Table().c_str(), stdout);
  return flags.json.empty() ? absl::OkStatus() : WriteFile(flags.json, figures.JsonLines());
}

}  // namespace
}  // namespace glutwatch::bench

int main(int argc, char** argv) {
  glutwatch::bench::Flags flags;
  CLI::App app{"limits_bench: the disk, RocksDB and gRPC alone; see docs/performance.md"};
  app.footer(
      "Examples:\n"
      "  limits_bench                       # three runs in a temporary folder\n"
      "  limits_bench --folder /srv/bench --runs 5 --json limits.jsonl");
  app.add_option("--folder", flags.folder, "a place on the disk to measure; temporary if unset");
  app.add_option("--json", flags.json, "write the figures to this file, a line of JSON each");
  app.add_option("--runs", flags.runs)->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_flag("--quick", flags.quick, "a twentieth of the rows: a smoke test, not a figure");
  CLI11_PARSE(app, argc, argv);
  const auto folder = glutwatch::bench::TemporaryFolder::Make(flags.folder, "limits");
  absl::Status status = folder.status();
  if (folder.ok()) status = glutwatch::bench::Run(flags, folder->path());
  if (!status.ok()) std::fprintf(stderr, "limits_bench: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}

#include "bench/restart_bench.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "bench/store_files.h"

namespace glutwatch::bench {
namespace {

constexpr uint32_t kProducts = 250;
constexpr uint32_t kDaysAtOnce = 5;  // how many are made before they are sent: memory
constexpr absl::Duration kPatience = absl::Minutes(60);

absl::Status PushDays(Pusher* pusher, FeedDays* days, uint32_t count) {
  for (uint32_t done = 0; done < count; done += kDaysAtOnce) {
    pusher->Prepare(days->Take(std::min(kDaysAtOnce, count - done)));
    GLUTWATCH_RETURN_IF_ERROR(pusher->Push().status());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunRestart(const IngestSettings& settings, const RestartSettings& restart,
                        const std::string& work, Figures* figures) {
  const FeedShape shape{restart.series / kProducts, kProducts,
                        restart.folded_days + restart.journal_days};
  const std::string config =
      absl::StrCat(settings.server_config, "head_mib: ", restart.head_mib, "\n");
  FeedDays days(shape);
  {
    GLUTWATCH_ASSIGN_OR_RETURN(auto server, FreshServer(settings));
    GLUTWATCH_ASSIGN_OR_RETURN(auto pusher,
                               Pusher::Open(server->grpc_address(), shape, settings.push));
    GLUTWATCH_RETURN_IF_ERROR(PushDays(pusher.get(), &days, restart.folded_days));
    GLUTWATCH_RETURN_IF_ERROR(server->WaitIdle(kPatience));
    pusher.reset();
    GLUTWATCH_RETURN_IF_ERROR(server->Stop());
  }
  GLUTWATCH_RETURN_IF_ERROR(FoldStore(settings.server.data_dir()));
  {
    GLUTWATCH_ASSIGN_OR_RETURN(auto server, ServerProcess::Start(settings.server, config));
    PushSettings push = settings.push;
    push.source = "bench-journal";
    GLUTWATCH_ASSIGN_OR_RETURN(auto pusher, Pusher::Open(server->grpc_address(), shape, push));
    GLUTWATCH_RETURN_IF_ERROR(PushDays(pusher.get(), &days, restart.journal_days));
    GLUTWATCH_RETURN_IF_ERROR(server->WaitIdle(kPatience));
    server->Kill();
  }
  GLUTWATCH_ASSIGN_OR_RETURN(auto server, ServerProcess::Start(settings.server, config, kPatience));
  const absl::Time serving = absl::Now();
  GLUTWATCH_RETURN_IF_ERROR(server->WaitReady(kPatience));
  const absl::Duration ready = server->start_time() + (absl::Now() - serving);
  GLUTWATCH_ASSIGN_OR_RETURN(const double head_rows, server->Metric("glutwatch_store_head_rows"));
  figures->Add(work, "ready_s", absl::ToDoubleSeconds(ready));
  figures->Add(work, "rows_in_tables", double{1} * restart.folded_days * shape.series());
  figures->Add(work, "rows_in_journal", head_rows);
  figures->Add(work, "server_peak_mib", server->peak_mib());
  return server->Stop();
}

}  // namespace glutwatch::bench

#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <random>

#include "base/mutex.h"
#include "base/status_macros.h"
#include "client/backoff.h"
#include "client/cli/commands.h"
#include "client/cli/render_prices.h"
#include "client/cli/selection.h"
#include "client/cli/words.h"
#include "glutwatch/v1/observe.grpc.pb.h"

namespace glutwatch::client {
namespace {

struct WatchFlags {
  SelectionFlags selection;
  int64_t count = 0;
  std::string for_span;
};

// Watches prices until it is stopped or has shown enough. Prices that arrive while the connection
// is broken are not shown: the stream has no position. It says so.
class PriceWatch {
 public:
  PriceWatch(Context* context, const WatchFlags& flags, NameBook names)
      : context_(context), flags_(flags), names_(std::move(names)) {}

  void Stop() {
    MutexLock lock(&mu_);
    stopped_ = true;
    if (call_ != nullptr) call_->TryCancel();
    changed_.SignalAll();
  }

  absl::Status Run(const v1::WatchPricesRequest& request) {
    Backoff backoff({}, std::random_device{}());
    bool connected = false;
    while (true) {
      bool heard = false;
      const absl::Status status = RunStream(request, &heard);
      if (done_ || stopped()) return absl::OkStatus();
      connected = connected || heard || status.ok();
      if (!connected || !(status.ok() || IsRetryable(status))) return status;
      context_->Say(context_->T(Msg::kConnectionLost, std::string(status.message())));
      if (heard) backoff.Reset();
      if (!Pause(backoff.Next())) return absl::OkStatus();
    }
  }

 private:
  absl::Status RunStream(const v1::WatchPricesRequest& request, bool* heard) {
    grpc::ClientContext call;
    {
      MutexLock lock(&mu_);
      if (stopped_) return absl::OkStatus();
      call_ = &call;
    }
    const auto reader =
        v1::ObservationService::NewStub(context_->channel())->WatchPrices(&call, request);
    reader->WaitForInitialMetadata();
    v1::WatchPricesResponse response;
    while (!done_ && reader->Read(&response)) {
      *heard = true;
      Show(response);
    }
    if (done_) call.TryCancel();
    const absl::Status status = FromGrpc(reader->Finish());
    MutexLock lock(&mu_);
    call_ = nullptr;
    return status;
  }

  void Show(const v1::WatchPricesResponse& response) {
    if (context_->format == Format::kJson || context_->format == Format::kJsonl) {
      context_->ShowJson(response, false);
    } else {
      if (response.skipped_rows() > 0) {
        context_->Say(context_->T(Msg::kWatchSkipped, response.skipped_rows()));
      }
      for (const auto& block : response.blocks()) ShowBlock(block);
    }
    context_->out().flush();
    for (const auto& block : response.blocks()) shown_ += block.row_count();
    if (flags_.count > 0 && shown_ >= flags_.count) done_ = true;
  }

  void ShowBlock(const v1::PriceBlock& block) {
    if (IsSimulated(block)) context_->MarkSimulated();
    if (context_->quiet) {
      context_->out() << block.series().name() << "\n";
      return;
    }
    PriceTable prices(&names_, context_->language, context_->env.time_zone, {.with_series = true});
    prices.AddBlock(block, block.series());
    if (context_->format == Format::kCsv) {
      context_->out() << prices.table().ToCsv(/*with_header=*/!headed_);
    } else {
      // Rows of different blocks stand below each other; the heading comes once.
      const std::string text = prices.table().ToText(context_->color());
      context_->out() << (headed_ ? text.substr(text.find('\n') + 1) : text);
    }
    headed_ = true;
  }

  bool stopped() {
    MutexLock lock(&mu_);
    return stopped_;
  }

  bool Pause(absl::Duration wait) {
    const absl::Time until = absl::Now() + wait;
    MutexLock lock(&mu_);
    while (!stopped_) {
      const absl::Duration left = until - absl::Now();
      if (left <= absl::ZeroDuration()) return true;
      changed_.WaitFor(&mu_, left);
    }
    return false;
  }

  Context* const context_;
  const WatchFlags& flags_;
  const NameBook names_;
  int64_t shown_ = 0;
  bool headed_ = false;
  bool done_ = false;

  Mutex mu_;
  CondVar changed_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  grpc::ClientContext* call_ ABSL_GUARDED_BY(mu_) = nullptr;
};

absl::StatusOr<ExitCode> Watch(Context* context, const WatchFlags& flags) {
  absl::Duration span = absl::InfiniteDuration();
  if (!flags.for_span.empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(span, ParseSpanArgument(flags.for_span));
  }
  v1::WatchPricesRequest request;
  GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_selection(), ToSelection(context, flags.selection));
  GLUTWATCH_ASSIGN_OR_RETURN(NameBook names, LoadNames(context));
  PriceWatch watch(context, flags, std::move(names));
  {
    const StreamLimits limits(context, span, [&watch] { watch.Stop(); });
    GLUTWATCH_RETURN_IF_ERROR(watch.Run(request));
  }
  const bool interrupted = context->env.interrupt != nullptr && context->env.interrupt->fired();
  return interrupted ? kExitInterrupted : kExitOk;
}

}  // namespace

void AddPricesWatchCommand(CLI::App* prices, Context* context) {
  const auto flags = std::make_shared<WatchFlags>();
  CLI::App* watch = AddCommand(prices, context, "watch", Msg::kHelpPricesWatch,
                               "  glutwatch prices watch --region 530000\n"
                               "  glutwatch prices watch --product 大蒜 --count 10 -o jsonl");
  AddSelectionFlags(watch, *context, &flags->selection);
  watch->add_option("--count", flags->count, context->T(Msg::kOptCount))
      ->check(CLI::PositiveNumber);
  watch->add_option("--for", flags->for_span, context->T(Msg::kOptFor));
  watch->callback(
      [context, flags] { context->action = [context, flags] { return Watch(context, *flags); }; });
}

}  // namespace glutwatch::client

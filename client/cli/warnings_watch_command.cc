#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/cli/commands.h"
#include "client/cli/render_warnings.h"
#include "client/cli/selection.h"
#include "client/cli/words.h"
#include "client/warning_watch.h"

namespace glutwatch::client {
namespace {

struct WatchFlags {
  FilterFlags filter;
  std::string since_start = "snapshot";
  std::string cursor, cursor_file;
  bool evidence = false;
  int64_t count = 0;
  std::string for_span;
};

absl::StatusOr<v1::StartMode> ToMode(const std::string& text) {
  if (text == "snapshot") return v1::START_MODE_SNAPSHOT_THEN_TAIL;
  if (text == "tail") return v1::START_MODE_TAIL_ONLY;
  if (text == "earliest") return v1::START_MODE_EARLIEST;
  return absl::InvalidArgumentError(
      absl::StrCat("--since-start is \"", text, "\", expected snapshot, tail or earliest"));
}

// Prints frames in the chosen format.
class FramePrinter {
 public:
  FramePrinter(Context* context, const NameBook* names) : context_(context), names_(names) {}

  // Whether the frame is a warning or an event: what --count counts.
  bool Print(const v1::WatchWarningsResponse& frame) {
    const bool counts = frame.has_snapshot() || frame.has_event();
    const v1::Warning& warning =
        frame.has_event() ? frame.event().warning() : frame.snapshot().warning();
    if (warning.simulated()) context_->MarkSimulated();
    switch (context_->format) {
      case Format::kJson:
      case Format::kJsonl:
        if (!frame.has_progress()) context_->ShowJson(frame, false);
        break;
      case Format::kCsv:
        context_->out() << FrameTable(frame).ToCsv(/*with_header=*/!headed_);
        headed_ = true;
        break;
      case Format::kTable:
        PrintLine(frame, counts, warning);
    }
    context_->out().flush();
    return counts;
  }

 private:
  void PrintLine(const v1::WatchWarningsResponse& frame, bool counts, const v1::Warning& warning) {
    if (context_->quiet) {
      if (counts) context_->out() << warning.name() << "\n";
      return;
    }
    const std::string line =
        FrameLine(frame, *names_, context_->language, context_->env.time_zone, context_->color());
    if (line.empty()) return;
    (counts ? context_->out() : context_->err()) << line << std::endl;
  }

  Context* const context_;
  const NameBook* const names_;
  bool headed_ = false;
};

absl::StatusOr<WatchOptions> ToOptions(Context* context, const WatchFlags& flags) {
  if (!flags.cursor.empty() && !flags.cursor_file.empty()) {
    return absl::InvalidArgumentError("--cursor and --cursor-file exclude each other");
  }
  WatchOptions options;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto mode, ToMode(flags.since_start));
  options.request.set_mode(mode);
  if (!flags.cursor.empty()) options.request.set_resume_cursor(flags.cursor);
  GLUTWATCH_ASSIGN_OR_RETURN(*options.request.mutable_filter(), ToFilter(context, flags.filter));
  options.request.set_include_evidence(flags.evidence);
  options.request.set_client_id("glutwatch warnings watch");
  options.cursor_file = flags.cursor_file;
  options.connect_timeout = context->timeout;
  return options;
}

absl::StatusOr<ExitCode> Watch(Context* context, const WatchFlags& flags) {
  absl::Duration span = absl::InfiniteDuration();
  if (!flags.for_span.empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(span, ParseSpanArgument(flags.for_span));
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const WatchOptions options, ToOptions(context, flags));
  GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
  const auto watcher = WarningWatcher::Create(context->channel(), options);
  FramePrinter printer(context, &names);
  int64_t shown = 0;
  absl::Status status;
  {
    const StreamLimits limits(context, span, [&watcher] { watcher->Stop(); });
    status = watcher->Run([&](const v1::WatchWarningsResponse& frame) {
      if (printer.Print(frame)) ++shown;
      return flags.count == 0 || shown < flags.count;
    });
  }
  // Also after an error: whoever comes back can go on from here.
  const std::string cursor = watcher->cursor();
  if (!cursor.empty()) context->Say(context->T(Msg::kCursor, cursor));
  GLUTWATCH_RETURN_IF_ERROR(status);
  const bool interrupted = context->env.interrupt != nullptr && context->env.interrupt->fired();
  return interrupted ? kExitInterrupted : kExitOk;
}

}  // namespace

void AddWarningsWatchCommand(CLI::App* warnings, Context* context) {
  const auto flags = std::make_shared<WatchFlags>();
  CLI::App* watch = AddCommand(
      warnings, context, "watch", Msg::kHelpWarningsWatch,
      "  glutwatch warnings watch --region 530000\n"
      "  glutwatch warnings watch --min-level orange --since-start earliest --for 30s\n"
      "  glutwatch warnings watch --cursor-file agency.cursor -o jsonl   # goes on where it "
      "stopped");
  AddFilterFlags(watch, *context, &flags->filter);
  watch->add_option("--since-start", flags->since_start, context->T(Msg::kOptSinceStart))
      ->capture_default_str();
  watch->add_option("--cursor", flags->cursor, context->T(Msg::kOptCursor));
  watch->add_option("--cursor-file", flags->cursor_file, context->T(Msg::kOptCursorFile));
  watch->add_flag("--evidence", flags->evidence, context->T(Msg::kOptEvidence));
  watch->add_option("--count", flags->count, context->T(Msg::kOptCount))
      ->check(CLI::PositiveNumber);
  watch->add_option("--for", flags->for_span, context->T(Msg::kOptFor));
  watch->callback(
      [context, flags] { context->action = [context, flags] { return Watch(context, *flags); }; });
}

}  // namespace glutwatch::client

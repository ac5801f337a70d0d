#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/commands.h"
#include "client/cli/render_warnings.h"
#include "client/cli/selection.h"
#include "client/cli/words.h"
#include "glutwatch/v1/warn.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Stub = v1::WarningService::Stub;
constexpr int kPage = 1000;
constexpr int kUsualLimit = 100;

struct ListFlags {
  FilterFlags filter;
  std::vector<std::string> states;
  int limit = kUsualLimit;
};

struct NameFlags {
  std::string name;
  int64_t generation = 0;
};

absl::Status AddStates(const std::vector<std::string>& states, v1::WarningFilter* filter) {
  for (const std::string& text : states) {
    v1::WarningState state = v1::WARNING_STATE_UNSPECIFIED;
    if (!v1::WarningState_Parse(absl::StrCat("WARNING_STATE_", absl::AsciiStrToUpper(text)),
                                &state)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--state is \"", text, "\", expected in_force, cleared or retracted"));
    }
    filter->add_states(state);
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> List(Context* context, const ListFlags& flags) {
  v1::ListWarningsRequest request;
  GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_filter(), ToFilter(context, flags.filter));
  GLUTWATCH_RETURN_IF_ERROR(AddStates(flags.states, request.mutable_filter()));
  request.set_page_size(flags.limit > 0 ? std::min(flags.limit, kPage) : kPage);
  v1::ListWarningsResponse all;
  const auto stub = v1::WarningService::NewStub(context->channel());
  const auto full = [&] { return flags.limit > 0 && all.warnings_size() >= flags.limit; };
  GLUTWATCH_RETURN_IF_ERROR(ForEachPage(*stub, &Stub::ListWarnings, request, context->timeout,
                                        [&](const v1::ListWarningsResponse& page) {
                                          all.MergeFrom(page);
                                          return !full();
                                        }));
  if (full()) {
    all.mutable_warnings()->DeleteSubrange(flags.limit, all.warnings_size() - flags.limit);
  }
  all.clear_next_page_token();
  std::vector<const v1::Warning*> warnings;
  for (const auto& warning : all.warnings()) {
    if (warning.simulated()) context->MarkSimulated();
    warnings.push_back(&warning);
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
  context->ShowList(WarningTable(warnings, names, context->language), all, "warnings");
  return kExitOk;
}

absl::StatusOr<ExitCode> Show(Context* context, const NameFlags& flags) {
  v1::GetWarningRequest request;
  request.set_name(Qualified("warnings", flags.name));
  const auto stub = v1::WarningService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto got,
                             Call(*stub, &Stub::GetWarning, request, context->timeout));
  GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
  if (context->format == Format::kJson || context->format == Format::kJsonl) {
    context->ShowJson(got, context->format == Format::kJson);
  } else if (context->format == Format::kCsv || context->quiet) {
    context->ShowList(WarningTable({&got.warning()}, names, context->language), got, "history");
  } else {
    if (got.warning().simulated()) context->MarkSimulated();
    std::vector<const v1::WarningEvent*> history;
    for (const auto& event : got.history()) history.push_back(&event);
    const absl::TimeZone zone = context->env.time_zone;
    context->out() << WarningPage(got.warning(), names, context->language, zone, context->color())
                   << "\n"
                   << context->T(Msg::kShowHistory) << "\n"
                   << HistoryTable(history, context->language, zone).ToText(context->color());
  }
  return kExitOk;
}

absl::StatusOr<ExitCode> Explain(Context* context, const NameFlags& flags) {
  v1::ExplainWarningRequest request;
  request.set_name(Qualified("warnings", flags.name));
  request.set_generation(flags.generation);
  const auto stub = v1::WarningService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto got,
                             Call(*stub, &Stub::ExplainWarning, request, context->timeout));
  const v1::Warning& warning = got.event().warning();
  const Table table = ComparisonTable(warning.evidence(), got.recomputed(), context->language);
  if (context->format == Format::kJson || context->format == Format::kJsonl) {
    context->ShowJson(got, context->format == Format::kJson);
  } else if (context->format == Format::kCsv) {
    context->out() << table.ToCsv();
  } else if (!context->quiet) {
    if (warning.simulated()) context->MarkSimulated();
    GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
    const bool color = context->color();
    context->out() << WarningPage(warning, names, context->language, context->env.time_zone, color)
                   << "\n"
                   << table.ToText(color) << "\n"
                   << (got.reproduced()
                           ? Paint(
                                 context->T(Msg::kReproduced, warning.generation(), warning.name()),
                                 Color::kGreen, color)
                           : Paint(context->T(Msg::kNotReproduced, warning.generation(),
                                              warning.name(), got.difference()),
                                   Color::kRed, color))
                   << "\n";
  }
  return got.reproduced() ? kExitOk : kExitProblems;
}

}  // namespace

void AddWarningsCommand(CLI::App* app, Context* context) {
  CLI::App* warnings = AddCommand(app, context, "warnings", Msg::kHelpWarnings,
                                  "  glutwatch warnings list --min-level yellow\n"
                                  "  glutwatch warnings watch --region 530000\n"
                                  "  glutwatch warnings explain 530403-garlic-2026-02-10");
  warnings->require_subcommand(1);
  const auto list = std::make_shared<ListFlags>();
  CLI::App* list_command = AddCommand(warnings, context, "list", Msg::kHelpWarningsList,
                                      "  glutwatch warnings list --region 云南省 --state in_force\n"
                                      "  glutwatch warnings list --product 大蒜 --limit 0 -o csv");
  AddFilterFlags(list_command, *context, &list->filter);
  list_command->add_option("--state", list->states, context->T(Msg::kOptState))
      ->allow_extra_args(false);
  list_command->add_option("--limit", list->limit, context->T(Msg::kOptLimit))
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  list_command->callback(
      [context, list] { context->action = [context, list] { return List(context, *list); }; });
  AddWarningsWatchCommand(warnings, context);
  const auto name = std::make_shared<NameFlags>();
  CLI::App* show = AddCommand(warnings, context, "show", Msg::kHelpWarningsShow,
                              "  glutwatch warnings show warnings/530403-garlic-2026-02-10");
  show->add_option("NAME", name->name, context->T(Msg::kOptWarning))->required();
  show->callback(
      [context, name] { context->action = [context, name] { return Show(context, *name); }; });
  CLI::App* explain = AddCommand(warnings, context, "explain", Msg::kHelpWarningsExplain,
                                 "  glutwatch warnings explain 530403-garlic-2026-02-10\n"
                                 "  glutwatch warnings explain 530403-garlic-2026-02-10 -o json");
  explain->add_option("NAME", name->name, context->T(Msg::kOptWarning))->required();
  explain->add_option("--generation", name->generation, context->T(Msg::kOptGeneration))
      ->check(CLI::PositiveNumber);
  explain->callback(
      [context, name] { context->action = [context, name] { return Explain(context, *name); }; });
}

}  // namespace glutwatch::client

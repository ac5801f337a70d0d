#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/commands.h"
#include "client/cli/names.h"
#include "client/cli/render_health.h"
#include "client/cli/time_flags.h"
#include "client/cli/words.h"
#include "glutwatch/v1/health.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Stub = v1::DataHealthService::Stub;
constexpr char kSimulatedPrefix[] = "simulated:";
constexpr int kMarketPage = 100;  // each is read from the store: more would take long to answer

struct HealthFlags {
  std::string region, date;
};

struct SourceFlags {
  std::string from, to, source, time_zone;
};

struct SeriesFlags {
  std::string series, date;
};

absl::StatusOr<v1::ListMarketHealthResponse> Fetch(Context* context, const HealthFlags& flags,
                                                   bool gaps) {
  v1::ListMarketHealthRequest request;
  GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_region(), ResolveRegion(context, flags.region));
  if (!flags.date.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.date, request.mutable_date()));
  }
  request.set_only_gaps(gaps);
  request.set_with_missing_series(gaps);
  request.set_page_size(kMarketPage);
  v1::ListMarketHealthResponse all;
  const auto stub = v1::DataHealthService::NewStub(context->channel());
  GLUTWATCH_RETURN_IF_ERROR(ForEachPage(*stub, &Stub::ListMarketHealth, request, context->timeout,
                                        [&](const v1::ListMarketHealthResponse& page) {
                                          all.MergeFrom(page);
                                          return true;
                                        }));
  all.clear_next_page_token();
  return all;
}

// The answers do not say what a simulation made up; its markets' names do.
void MarkSimulated(Context* context, const v1::ListMarketHealthResponse& all,
                   const NameBook& names) {
  for (const v1::MarketHealth& one : all.markets()) {
    const std::string market = names.Market(one.market());
    if (absl::StrContains(market, Text(Msg::kSimulated, Language::kEnglish)) ||
        absl::StrContains(market, Text(Msg::kSimulated, Language::kChinese))) {
      return context->MarkSimulated();
    }
  }
}

// One line about all markets, for people.
void ShowTotal(Context* context, const v1::ListMarketHealthResponse& all) {
  int stale = 0;
  int64_t received = 0;
  int64_t expected = 0;
  std::string newest;
  for (const v1::MarketHealth& one : all.markets()) {
    stale += one.stale() ? 1 : 0;
    received += one.received_count();
    expected += one.expected_count();
    newest = std::max(newest, FormatDate(one.newest_date()));
  }
  context->out() << "\n"
                 << context->T(Msg::kHealthTotal, all.markets_size(), stale, received, expected,
                               newest.empty() ? "-" : newest)
                 << "\n";
  if (stale > 0 && stale == all.markets_size()) {
    context->out() << context->T(Msg::kHealthBlind) << "\n";
  }
}

absl::StatusOr<ExitCode> Health(Context* context, const HealthFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto all, Fetch(context, flags, /*gaps=*/false));
  GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
  MarkSimulated(context, all, names);
  context->ShowList(MarketHealthTable(all, {&names, context->language, context->env.time_zone}),
                    all, "markets");
  if (context->format == Format::kTable && !context->quiet && all.markets_size() > 0) {
    ShowTotal(context, all);
  }
  return kExitOk;
}

absl::StatusOr<ExitCode> Gaps(Context* context, const HealthFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto all, Fetch(context, flags, /*gaps=*/true));
  GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
  MarkSimulated(context, all, names);
  context->ShowList(GapTable(all, {&names, context->language, context->env.time_zone}), all,
                    "markets");
  return kExitOk;
}

absl::StatusOr<ExitCode> Sources(Context* context, const SourceFlags& flags) {
  v1::ListSourceDaysRequest request;
  request.set_source(flags.source);
  request.set_time_zone(flags.time_zone);
  if (!flags.from.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.from, request.mutable_start_date()));
  }
  if (!flags.to.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.to, request.mutable_end_date()));
  }
  v1::ListSourceDaysResponse all;
  const auto stub = v1::DataHealthService::NewStub(context->channel());
  GLUTWATCH_RETURN_IF_ERROR(ForEachPage(*stub, &Stub::ListSourceDays, request, context->timeout,
                                        [&](const v1::ListSourceDaysResponse& page) {
                                          all.MergeFrom(page);
                                          return true;
                                        }));
  all.clear_next_page_token();
  for (const v1::SourceDay& day : all.days()) {
    if (absl::StartsWith(day.source(), kSimulatedPrefix)) context->MarkSimulated();
  }
  const NameBook names(context->language);
  context->ShowList(SourceDayTable(all, {&names, context->language, context->env.time_zone}), all,
                    "days");
  return kExitOk;
}

absl::StatusOr<ExitCode> OneSeries(Context* context, const SeriesFlags& flags) {
  v1::GetSeriesHealthRequest request;
  request.set_series(Qualified("series", flags.series));
  if (!flags.date.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.date, request.mutable_date()));
  }
  const auto stub = v1::DataHealthService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto health,
                             Call(*stub, &Stub::GetSeriesHealth, request, context->timeout));
  if (context->format == Format::kJson || context->format == Format::kJsonl) {
    context->ShowJson(health, context->format == Format::kJson);
    return kExitOk;
  }
  const NameBook names(context->language);
  const Table table =
      SeriesHealthTable(health, {&names, context->language, context->env.time_zone});
  context->out() << (context->format == Format::kCsv ? table.ToCsv()
                                                     : table.ToText(context->color()));
  return kExitOk;
}

void AddHealthFlags(CLI::App* command, const Context& context, HealthFlags* flags) {
  command->add_option("--region", flags->region, context.T(Msg::kOptRegion));
  command->add_option("--date", flags->date, context.T(Msg::kOptHealthDate));
}

}  // namespace

void AddDataCommand(CLI::App* app, Context* context) {
  const auto health_flags = std::make_shared<HealthFlags>();
  const auto source_flags = std::make_shared<SourceFlags>();
  const auto series_flags = std::make_shared<SeriesFlags>();
  CLI::App* data = AddCommand(app, context, "data", Msg::kHelpData,
                              "  glutwatch data health --region 云南省\n"
                              "  glutwatch data gaps --region 530400 --date 2026-03-01\n"
                              "  glutwatch data sources --from 7d");
  data->require_subcommand(1);
  CLI::App* health = AddCommand(data, context, "health", Msg::kHelpDataHealth,
                                "  glutwatch data health --region 530400\n"
                                "  glutwatch data health --date 2026-03-01 -o csv");
  AddHealthFlags(health, *context, health_flags.get());
  health->callback([context, health_flags] {
    context->action = [context, health_flags] { return Health(context, *health_flags); };
  });
  CLI::App* gaps = AddCommand(data, context, "gaps", Msg::kHelpDataGaps,
                              "  glutwatch data gaps --region 530400\n"
                              "  glutwatch data gaps --date 1d -q");
  AddHealthFlags(gaps, *context, health_flags.get());
  gaps->callback([context, health_flags] {
    context->action = [context, health_flags] { return Gaps(context, *health_flags); };
  });
  CLI::App* sources = AddCommand(data, context, "sources", Msg::kHelpDataSources,
                                 "  glutwatch data sources --from 7d\n"
                                 "  glutwatch data sources --source xinfadi --from 30d -o csv");
  sources->add_option("--from", source_flags->from, context->T(Msg::kOptFrom));
  sources->add_option("--to", source_flags->to, context->T(Msg::kOptTo));
  sources->add_option("--source", source_flags->source, context->T(Msg::kOptSource));
  sources->add_option("--time-zone", source_flags->time_zone, context->T(Msg::kOptDayZone));
  sources->callback([context, source_flags] {
    context->action = [context, source_flags] { return Sources(context, *source_flags); };
  });
  CLI::App* series = AddCommand(data, context, "series", Msg::kHelpDataSeries,
                                "  glutwatch data series 12\n"
                                "  glutwatch data series series/12 --date 2026-03-01");
  series->add_option("SERIES", series_flags->series, context->T(Msg::kOptSeriesArg))->required();
  series->add_option("--date", series_flags->date, context->T(Msg::kOptHealthDate));
  series->callback([context, series_flags] {
    context->action = [context, series_flags] { return OneSeries(context, *series_flags); };
  });
}

}  // namespace glutwatch::client

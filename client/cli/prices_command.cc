#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/chart_data.h"
#include "client/cli/commands.h"
#include "client/cli/render_prices.h"
#include "client/cli/selection.h"
#include "client/cli/time_flags.h"
#include "client/cli/words.h"
#include "glutwatch/v1/observe.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Stub = v1::ObservationService::Stub;
using Block = v1::PriceBlock;
constexpr int kMostChartColumns = 100;

struct QueryFlags {
  SelectionFlags selection;
  std::string from, to, as_of, per;
  bool all_versions = false;
  bool chart = false;
};

absl::StatusOr<v1::QueryObservationsRequest> ToRequest(Context* context, const QueryFlags& flags) {
  v1::QueryObservationsRequest request;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto view, ToUnitView(flags.per));
  request.set_unit_view(view);
  request.set_all_versions(flags.all_versions);
  if (!flags.from.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.from, request.mutable_start_date()));
  }
  if (!flags.to.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.to, request.mutable_end_date()));
  }
  if (!flags.as_of.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetInstant(*context, flags.as_of, request.mutable_as_of()));
  }
  GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_selection(), ToSelection(context, flags.selection));
  return request;
}

// Programs that read JSON need not know that days may run on.
void SpellDays(Block* block) {
  if (block->market_days_size() > 0) return;
  block->mutable_market_days()->Reserve(block->row_count());
  for (int i = 0; i < block->row_count(); ++i) {
    block->add_market_days(block->first_market_day() + i);
  }
}

// Prints blocks as they come: a table to each series for people, one table for programs.
class QueryPrinter {
 public:
  QueryPrinter(Context* context, const QueryFlags& flags, const NameBook* names)
      : context_(context), flags_(flags), names_(names) {}

  absl::Status Take(Block block) {
    if (context_->format == Format::kJson || context_->format == Format::kJsonl) SpellDays(&block);
    if (context_->format == Format::kJson) {
      context_->out() << (count_++ == 0 ? "{\"blocks\":[\n" : ",\n") << ToJson(block, false);
      return absl::OkStatus();
    }
    if (context_->format == Format::kJsonl) {
      context_->ShowJson(block, false);
      return absl::OkStatus();
    }
    if (block.has_series() && block.series().name() != series_.name()) {
      GLUTWATCH_RETURN_IF_ERROR(Flush());
      series_ = block.series();
    }
    blocks_.push_back(std::move(block));
    return absl::OkStatus();
  }

  absl::Status Finish() {
    if (context_->format == Format::kJson) {
      context_->out() << (count_ == 0 ? "{\"blocks\":[" : "\n") << "]}\n";
      return absl::OkStatus();
    }
    return Flush();
  }

 private:
  absl::Status Flush() {
    if (blocks_.empty()) return absl::OkStatus();
    const bool csv = context_->format == Format::kCsv;
    PriceTable prices(
        names_, context_->language, context_->env.time_zone,
        {.with_series = csv, .with_versions = flags_.all_versions || !flags_.as_of.empty()});
    for (const Block& block : blocks_) {
      if (IsSimulated(block)) context_->MarkSimulated();
      prices.AddBlock(block, series_);
    }
    if (context_->quiet) {
      context_->out() << series_.name() << "\n";
    } else if (csv) {
      context_->out() << prices.table().ToCsv(/*with_header=*/count_ == 0);
    } else {
      if (count_ > 0) context_->out() << "\n";
      context_->out() << Paint(SeriesTitle(series_, blocks_.front().price_unit(), *names_),
                               Color::kBold, context_->color())
                      << "\n";
      if (flags_.chart) GLUTWATCH_RETURN_IF_ERROR(Chart());
      context_->out() << prices.table().ToText(context_->color());
    }
    ++count_;
    blocks_.clear();
    return absl::OkStatus();
  }

  absl::Status Chart() {
    ChartData data = PriceHistory(blocks_);
    if (data.days == 0) {
      context_->out() << context_->T(Msg::kChartNoPrice) << "\n";
      return absl::OkStatus();
    }
    GLUTWATCH_RETURN_IF_ERROR(AddNorm(context_, series_, blocks_.front().price_unit(), &data));
    GLUTWATCH_RETURN_IF_ERROR(AddWarningColors(context_, series_, *names_, &data));
    const ChartSize size{.width = std::min(context_->env.columns, kMostChartColumns)};
    context_->out() << DrawChart(data, size, context_->color())
                    << context_->T(Msg::kChartLegendPrices) << "\n";
    return absl::OkStatus();
  }

  Context* const context_;
  const QueryFlags& flags_;
  const NameBook* const names_;
  v1::Series series_;
  std::vector<Block> blocks_;  // of series_
  int count_ = 0;              // blocks (JSON) or series printed
};

absl::StatusOr<ExitCode> Query(Context* context, const QueryFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto request, ToRequest(context, flags));
  GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
  const auto stub = v1::ObservationService::NewStub(context->channel());
  grpc::ClientContext call;
  call.set_deadline(absl::ToChronoTime(absl::Now() + context->stream_timeout));
  const auto reader = stub->QueryObservations(&call, request);
  QueryPrinter printer(context, flags, &names);
  v1::QueryObservationsResponse response;
  absl::Status printed;
  while (printed.ok() && reader->Read(&response)) {
    for (Block& block : *response.mutable_blocks()) {
      printed = printer.Take(std::move(block));
      if (!printed.ok()) break;
    }
  }
  if (!printed.ok()) call.TryCancel();
  const absl::Status status = FromGrpc(reader->Finish());
  GLUTWATCH_RETURN_IF_ERROR(printed);
  GLUTWATCH_RETURN_IF_ERROR(status);
  GLUTWATCH_RETURN_IF_ERROR(printer.Finish());
  return kExitOk;
}

absl::StatusOr<ExitCode> Latest(Context* context, const QueryFlags& flags) {
  v1::LatestPricesRequest request;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto view, ToUnitView(flags.per));
  request.set_unit_view(view);
  GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_selection(), ToSelection(context, flags.selection));
  if (!flags.as_of.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetInstant(*context, flags.as_of, request.mutable_as_of()));
  }
  const auto stub = v1::ObservationService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto latest,
                             Call(*stub, &Stub::LatestPrices, request, context->timeout));
  GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
  for (const auto& price : latest.prices()) {
    // The answer does not say what a simulation made up; its markets' names do.
    const std::string market = names.Market(price.series().market());
    if (absl::StrContains(market, context->T(Msg::kSimulated)) ||
        absl::StrContains(market, Text(Msg::kSimulated, Language::kChinese))) {
      context->MarkSimulated();
      break;
    }
  }
  context->ShowList(LatestTable(latest, names, context->language), latest, "prices");
  return kExitOk;
}

}  // namespace

void AddPricesCommand(CLI::App* app, Context* context) {
  const auto flags = std::make_shared<QueryFlags>();
  CLI::App* prices =
      AddCommand(app, context, "prices", Msg::kHelpPrices,
                 "  glutwatch prices latest --product 大蒜 --per jin\n"
                 "  glutwatch prices query --series 12 --from 90d --chart\n"
                 "  glutwatch prices aggregate --product 大蒜 --by prefecture --period month\n"
                 "  glutwatch prices watch --region 530000\n"
                 "  glutwatch prices import 日报.xlsx --mapping 日报.yaml --dry-run");
  prices->require_subcommand(1);
  CLI::App* query = AddCommand(
      prices, context, "query", Msg::kHelpPricesQuery,
      "  glutwatch prices query --series 12 --from 2026-01-01 --to 2026-03-31\n"
      "  glutwatch prices query --product 大蒜 --region 云南省 --from 8w --per kg -o csv\n"
      "  glutwatch prices query --series 12 --all-versions\n"
      "  glutwatch prices query --series 12 --as-of 2026-03-01T08:00:00+08:00");
  AddSelectionFlags(query, *context, &flags->selection);
  query->add_option("--from", flags->from, context->T(Msg::kOptFrom));
  query->add_option("--to", flags->to, context->T(Msg::kOptTo));
  query->add_option("--as-of", flags->as_of, context->T(Msg::kOptAsOf));
  query->add_option("--per", flags->per, context->T(Msg::kOptPer));
  query->add_flag("--all-versions", flags->all_versions, context->T(Msg::kOptAllVersions));
  query->add_flag("--chart", flags->chart, context->T(Msg::kOptChart));
  query->callback(
      [context, flags] { context->action = [context, flags] { return Query(context, *flags); }; });
  CLI::App* latest = AddCommand(prices, context, "latest", Msg::kHelpPricesLatest,
                                "  glutwatch prices latest --region 530400 --per jin\n"
                                "  glutwatch prices latest --product 大蒜 --as-of 2026-03-01");
  AddSelectionFlags(latest, *context, &flags->selection);
  latest->add_option("--as-of", flags->as_of, context->T(Msg::kOptAsOf));
  latest->add_option("--per", flags->per, context->T(Msg::kOptPer));
  latest->callback(
      [context, flags] { context->action = [context, flags] { return Latest(context, *flags); }; });
  AddPricesAggregateCommand(prices, context);
  AddPricesWatchCommand(prices, context);
  AddPricesImportCommand(prices, context);
  AddPricesReviewCommands(prices, context);
}

}  // namespace glutwatch::client

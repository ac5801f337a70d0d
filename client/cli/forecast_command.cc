#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/chart_data.h"
#include "client/cli/commands.h"
#include "client/cli/render_prices.h"
#include "client/cli/words.h"
#include "glutwatch/v1/assess.grpc.pb.h"
#include "glutwatch/v1/observe.grpc.pb.h"

namespace glutwatch::client {
namespace {

constexpr int kMostDays = 28;
constexpr int kHistoryDays = 90;
constexpr int kMostChartColumns = 100;

struct ForecastFlags {
  std::string series;
  int days = 0;
  bool no_chart = false;
};

// The server names its method in English; a method that this program does not know stays so.
std::string MethodName(const Context& context, const std::string& method) {
  for (const Msg known : {Msg::kMethodSeasonal, Msg::kMethodTrend, Msg::kMethodLast}) {
    if (method == Text(known, Language::kEnglish)) return context.T(known);
  }
  return method;
}

// The prices before the forecast, per kilogram where the series has a mass.
absl::StatusOr<std::vector<v1::PriceBlock>> ReadHistory(Context* context,
                                                        const v1::GetForecastResponse& forecast) {
  v1::QueryObservationsRequest request;
  request.mutable_selection()->add_series(forecast.series().name());
  request.set_unit_view(v1::UNIT_VIEW_PER_KILOGRAM);
  *request.mutable_start_date() = ToDate(DayOf(forecast.origin_date()) - kHistoryDays);
  *request.mutable_end_date() = forecast.origin_date();
  const auto stub = v1::ObservationService::NewStub(context->channel());
  grpc::ClientContext call;
  call.set_deadline(absl::ToChronoTime(absl::Now() + context->timeout));
  const auto reader = stub->QueryObservations(&call, request);
  std::vector<v1::PriceBlock> blocks;
  v1::QueryObservationsResponse response;
  while (reader->Read(&response)) {
    blocks.insert(blocks.end(), response.blocks().begin(), response.blocks().end());
  }
  GLUTWATCH_RETURN_IF_ERROR(FromGrpc(reader->Finish()));
  return blocks;
}

absl::StatusOr<std::string> Chart(Context* context, const v1::GetForecastResponse& forecast,
                                  const std::vector<v1::PriceBlock>& history,
                                  const NameBook& names) {
  ChartData data;
  if (!history.empty() && history.front().price_unit() == forecast.price_unit()) {
    data = PriceHistory(history);
    GLUTWATCH_RETURN_IF_ERROR(AddNorm(context, forecast.series(), forecast.price_unit(), &data));
    GLUTWATCH_RETURN_IF_ERROR(AddWarningColors(context, forecast.series(), names, &data));
  }
  AddForecast(forecast, &data);
  const ChartSize size{.width = std::min(context->env.columns, kMostChartColumns), .height = 14};
  return DrawChart(data, size, context->color()) + context->T(Msg::kChartLegend) + "\n\n";
}

absl::StatusOr<ExitCode> Forecast(Context* context, const ForecastFlags& flags) {
  v1::GetForecastRequest request;
  request.set_series(Qualified("series", flags.series));
  request.set_horizon_days(flags.days);
  const auto stub = v1::AssessmentService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(
      const auto forecast,
      Call(*stub, &v1::AssessmentService::Stub::GetForecast, request, context->timeout));
  if (context->format == Format::kTable && !context->quiet) {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto history, ReadHistory(context, forecast));
    GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
    if (std::any_of(history.begin(), history.end(), IsSimulated)) context->MarkSimulated();
    context->out() << Paint(SeriesTitle(forecast.series(), forecast.price_unit(), names),
                            Color::kBold, context->color())
                   << "\n"
                   << context->T(Msg::kForecastHead, FormatDate(forecast.origin_date()),
                                 forecast.price_unit(), MethodName(*context, forecast.method()))
                   << "\n";
    if (!flags.no_chart) {
      GLUTWATCH_ASSIGN_OR_RETURN(const std::string chart, Chart(context, forecast, history, names));
      context->out() << chart;
    }
  }
  context->ShowList(ForecastTable(forecast, context->language), forecast, "points");
  return kExitOk;
}

}  // namespace

void AddForecastCommand(CLI::App* app, Context* context) {
  const auto flags = std::make_shared<ForecastFlags>();
  CLI::App* command = AddCommand(app, context, "forecast", Msg::kHelpForecast,
                                 "  glutwatch forecast 12\n"
                                 "  glutwatch forecast series/12 --days 14 --no-chart\n"
                                 "  glutwatch forecast 12 -o csv");
  command->add_option("SERIES", flags->series, context->T(Msg::kOptSeriesArg))->required();
  command->add_option("--days", flags->days, context->T(Msg::kOptDays))
      ->check(CLI::Range(1, kMostDays));
  command->add_flag("--no-chart", flags->no_chart, context->T(Msg::kOptNoChart));
  command->callback([context, flags] {
    context->action = [context, flags] { return Forecast(context, *flags); };
  });
}

}  // namespace glutwatch::client

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "client/cli/commands.h"
#include "client/cli/local_file.h"
#include "client/cli/table.h"
#include "client/cli/words.h"
#include "forecast/combine/methods.h"
#include "forecast/models/forecast.h"
#include "offline/commands.h"
#include "offline/evaluate_forecasts.h"
#include "offline/series_file.h"

namespace glutwatch::offline {
namespace {

using client::AddCommand;
using client::Context;
using client::ExitCode;
using client::Msg;

constexpr int kScoreDigits = 3;
constexpr int kMostJobs = 256;

struct EvaluateFlags {
  std::string train, truth, output;
  EvaluateOptions options;
  int scale_season = 0;
};

absl::StatusOr<std::vector<NamedSeries>> ReadFile(const std::string& path) {
  GLUTWATCH_ASSIGN_OR_RETURN(const std::string bytes, client::ReadWhole(path));
  return ReadSeries(path, bytes);
}

// Gives each series the truth that a file has under its id.
absl::Status AddTruth(const std::string& path, std::vector<NamedSeries>* series) {
  GLUTWATCH_ASSIGN_OR_RETURN(auto truths, ReadFile(path));
  std::map<std::string, NamedSeries*> by_id;
  for (NamedSeries& truth : truths) by_id[truth.id] = &truth;
  for (NamedSeries& one : *series) {
    const auto found = by_id.find(one.id);
    if (found == by_id.end()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": no series \"", one.id, "\""));
    }
    one.truth = found->second->values;
  }
  return absl::OkStatus();
}

client::Table ScoreTable(const Context& context, const Evaluation& evaluation) {
  const ForecastScores& scores = evaluation.scores;
  client::Table table(
      {{"measure", context.T(Msg::kColMeasure)}, {"score", context.T(Msg::kColScore), true}});
  const auto add = [&](const std::string& name, const char* key, double score) {
    table.AddRow({{name, key}, client::FormatNumber(score, kScoreDigits)});
  };
  add(context.T(Msg::kMeasureSeries), "series", scores.series);
  add("sMAPE", "smape", scores.smape);
  add("MASE", "mase", scores.mase);
  add(context.T(Msg::kMeasureCoverage80), "coverage80", 100 * scores.coverage80);
  add(context.T(Msg::kMeasureCoverage95), "coverage95", 100 * scores.coverage95);
  add(context.T(Msg::kMeasureMilliseconds), "milliseconds", evaluation.milliseconds_per_series);
  return table;
}

absl::StatusOr<ExitCode> Evaluate(Context* context, EvaluateFlags flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(std::vector<NamedSeries> series, ReadFile(flags.train));
  if (!flags.truth.empty()) GLUTWATCH_RETURN_IF_ERROR(AddTruth(flags.truth, &series));
  EvaluateOptions& options = flags.options;
  if (options.jobs == 0) {
    options.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  }
  options.scale_season = flags.scale_season > 0    ? flags.scale_season
                         : options.seasons.empty() ? 1
                                                   : options.seasons.front();
  const auto count = static_cast<int>(series.size());
  const auto progress = [&](int done) {
    // Ten times in all: often enough to see that it goes on.
    if (done * 10 / count > (done - 1) * 10 / count && done < count) {
      context->Say(context->T(Msg::kSaidProgress, done, count));
    }
  };
  GLUTWATCH_ASSIGN_OR_RETURN(const Evaluation evaluation,
                             EvaluateForecasts(series, options, progress));
  for (const std::string& id : evaluation.simpler) {
    context->Say(context->T(Msg::kSaidSimpler, id, options.method));
  }
  const bool scored = evaluation.scores.series > 0;
  // With scores on the screen the forecasts are there only if they were asked for.
  if (!flags.output.empty() || !scored) {
    GLUTWATCH_RETURN_IF_ERROR(
        client::WriteTo(context, flags.output, WriteForecasts(evaluation.forecasts)));
  }
  context->Say(context->T(Msg::kSaidForecasts, count, options.method));
  if (!scored) return client::kExitOk;
  const client::Table table = ScoreTable(*context, evaluation);
  context->out() << (context->format == client::Format::kCsv ? table.ToCsv()
                                                             : table.ToText(context->color()));
  return client::kExitOk;
}

}  // namespace

void AddEvaluateCommand(CLI::App* app, Context* context) {
  const auto flags = std::make_shared<EvaluateFlags>();
  const char* const examples =
      "  glutwatch evaluate forecasts --train weekly.csv.xz --horizon 13 --season 52 --output "
      "f.csv\n"
      "  glutwatch evaluate forecasts --train hourly.csv --horizon 48 --season 24 --season 168 "
      "--truth hourly-test.csv\n"
      "  glutwatch evaluate forecasts --train M3Month.csv.xz --horizon 18 --season 12 --method ets";
  CLI::App* evaluate = AddCommand(app, context, "evaluate", Msg::kHelpEvaluate, examples);
  evaluate->require_subcommand(1);
  CLI::App* forecasts =
      AddCommand(evaluate, context, "forecasts", Msg::kHelpEvaluateForecasts, examples);
  const std::vector<std::string>& methods = forecast::MethodNames();
  EvaluateOptions& options = flags->options;
  forecasts->add_option("--train", flags->train, context->T(Msg::kOptTrain))->required();
  forecasts->add_option("--truth,--test", flags->truth, context->T(Msg::kOptTruth));
  forecasts->add_option("--horizon", options.horizon, context->T(Msg::kOptHorizonSteps))
      ->required()
      ->check(CLI::Range(1, forecast::kMaxHorizon));
  forecasts->add_option("--season", options.seasons, context->T(Msg::kOptSeason))
      ->check(CLI::Range(1, 100'000));
  forecasts
      ->add_option("--method", options.method,
                   context->T(Msg::kOptMethod) + absl::StrJoin(methods, ", "))
      ->check(CLI::IsMember(methods))
      ->capture_default_str();
  forecasts->add_option("--output", flags->output, context->T(Msg::kOptForecastOutput));
  options.jobs = 0;
  forecasts->add_option("--jobs", options.jobs, context->T(Msg::kOptJobs))
      ->check(CLI::Range(0, kMostJobs));
  forecasts->add_option("--mase-season", flags->scale_season, context->T(Msg::kOptScaleSeason))
      ->check(CLI::Range(1, 100'000));
  forecasts->callback([context, flags] {
    // One step is no season.
    auto& seasons = flags->options.seasons;
    seasons.erase(std::remove(seasons.begin(), seasons.end(), 1), seasons.end());
    context->action = [context, flags] { return Evaluate(context, *flags); };
  });
}

}  // namespace glutwatch::offline

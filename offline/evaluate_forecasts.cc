#include "offline/evaluate_forecasts.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <ctime>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "forecast/combine/methods.h"
#include "forecast/combine/metrics.h"

namespace glutwatch::offline {
namespace {

using forecast::Forecast;
using forecast::Model;

constexpr double kProbabilities[] = {0.025, 0.1, 0.9, 0.975};

struct Outcome {
  Forecast forecast;
  bool simpler = false;
};

double ThreadMilliseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

absl::Status Named(const NamedSeries& series, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(series.id, ": ", status.message()));
}

absl::StatusOr<Outcome> ForecastOne(const NamedSeries& series, const EvaluateOptions& options) {
  Outcome outcome;
  const forecast::SeriesToFit to_fit{series.values, options.seasons};
  absl::StatusOr<std::unique_ptr<Model>> model = forecast::FitMethod(options.method, to_fit);
  if (absl::IsFailedPrecondition(model.status())) {
    outcome.simpler = true;
    model = forecast::FitMethod("naive", to_fit);
  }
  if (!model.ok()) return Named(series, model.status());
  auto forecast = (*model)->Predict(options.horizon, kProbabilities);
  if (!forecast.ok()) return Named(series, forecast.status());
  outcome.forecast = *std::move(forecast);
  if (!series.truth.empty() && series.truth.size() < outcome.forecast.mean.size()) {
    return Named(series, absl::FailedPreconditionError(
                             absl::StrCat("the truth has ", series.truth.size(),
                                          " values, the horizon is ", options.horizon)));
  }
  return outcome;
}

// All series by several threads, each taking the next that nobody has.
class Work {
 public:
  Work(const std::vector<NamedSeries>& series, const EvaluateOptions& options,
       const std::function<void(int)>& progress)
      : series_(series), options_(options), progress_(progress), outcomes_(series.size()) {}

  void Run() {
    std::vector<std::thread> threads;
    for (int i = 1; i < options_.jobs; ++i) threads.emplace_back([this] { RunThread(); });
    RunThread();
    for (std::thread& thread : threads) thread.join();
  }
  std::vector<absl::StatusOr<Outcome>>& outcomes() { return outcomes_; }
  double milliseconds() {
    MutexLock lock(&mu_);
    return milliseconds_;
  }

 private:
  void RunThread() {
    const double begun = ThreadMilliseconds();
    for (size_t i = next_++; i < series_.size(); i = next_++) {
      outcomes_[i] = ForecastOne(series_[i], options_);
      MutexLock lock(&mu_);
      progress_(++done_);
    }
    MutexLock lock(&mu_);
    milliseconds_ += ThreadMilliseconds() - begun;
  }

  const std::vector<NamedSeries>& series_;
  const EvaluateOptions& options_;
  const std::function<void(int)>& progress_;
  std::vector<absl::StatusOr<Outcome>> outcomes_;
  std::atomic<size_t> next_{0};
  Mutex mu_;
  int done_ ABSL_GUARDED_BY(mu_) = 0;
  double milliseconds_ ABSL_GUARDED_BY(mu_) = 0;
};

// Adds up scores; NaN, where there is nothing to score, does not count.
class MeanScore {
 public:
  void Add(double score) {
    if (!std::isfinite(score)) return;
    sum_ += score;
    ++count_;
  }
  double mean() const { return sum_ / count_; }

 private:
  double sum_ = 0;
  double count_ = 0;
};

ForecastScores ScoresOf(const std::vector<NamedSeries>& series,
                        const std::vector<absl::StatusOr<Outcome>>& outcomes, int scale_season) {
  MeanScore smape, mase, coverage80, coverage95;
  ForecastScores scores;
  for (size_t i = 0; i < series.size(); ++i) {
    if (series[i].truth.empty()) continue;
    const Forecast& forecast = outcomes[i]->forecast;
    const auto truth = absl::MakeSpan(series[i].truth).first(forecast.mean.size());
    ++scores.series;
    smape.Add(forecast::Smape(truth, forecast.mean));
    mase.Add(
        forecast::Mase(truth, forecast.mean, forecast::NaiveStep(series[i].values, scale_season)));
    coverage80.Add(forecast::Coverage(truth, forecast.quantiles[1], forecast.quantiles[2]));
    coverage95.Add(forecast::Coverage(truth, forecast.quantiles[0], forecast.quantiles[3]));
  }
  scores.smape = smape.mean();
  scores.mase = mase.mean();
  scores.coverage80 = coverage80.mean();
  scores.coverage95 = coverage95.mean();
  return scores;
}

}  // namespace

absl::StatusOr<Evaluation> EvaluateForecasts(const std::vector<NamedSeries>& series,
                                             const EvaluateOptions& options,
                                             const std::function<void(int)>& progress) {
  Work work(series, options, progress);
  work.Run();
  Evaluation evaluation;
  for (size_t i = 0; i < series.size(); ++i) {
    GLUTWATCH_RETURN_IF_ERROR(work.outcomes()[i].status());
    const Outcome& outcome = *work.outcomes()[i];
    evaluation.forecasts.push_back({series[i].id, outcome.forecast.mean, {}});
    if (outcome.simpler) evaluation.simpler.push_back(series[i].id);
  }
  evaluation.scores = ScoresOf(series, work.outcomes(), options.scale_season);
  evaluation.milliseconds_per_series = work.milliseconds() / static_cast<double>(series.size());
  return evaluation;
}

}  // namespace glutwatch::offline

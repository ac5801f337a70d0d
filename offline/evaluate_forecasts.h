#pragma once
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "offline/series_file.h"

namespace glutwatch::offline {

struct EvaluateOptions {
  std::string method = "ensemble";  // forecast::MethodNames
  int horizon = 1;                  // steps
  std::vector<int> seasons;         // steps of each, ascending
  int scale_season = 1;             // of the naive step that MASE divides by
  int jobs = 1;                     // threads
};

// Means over series, each the mean over its steps.
struct ForecastScores {
  int series = 0;
  double smape = 0;
  double mase = 0;  // of the series whose naive step is not 0
  double coverage80 = 0;
  double coverage95 = 0;
};

struct Evaluation {
  std::vector<NamedSeries> forecasts;  // the means, in the order of the series
  std::vector<std::string> simpler;    // ids that were too short for the method: naive
  ForecastScores scores;               // of the series with a truth
  double milliseconds_per_series = 0;  // of one thread
};

// Forecasts every series and scores those that have a truth. The result does not depend on `jobs`.
// `progress` is told from one thread at a time how many series are done.
//
// INVALID_ARGUMENT: an unknown method, a bad horizon or season; FAILED_PRECONDITION: a series too
// short even for the naive method, a truth shorter than the horizon. Errors name the series.
absl::StatusOr<Evaluation> EvaluateForecasts(const std::vector<NamedSeries>& series,
                                             const EvaluateOptions& options,
                                             const std::function<void(int done)>& progress);

}  // namespace glutwatch::offline

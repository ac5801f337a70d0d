#pragma once
#include <vector>

#include "absl/types/span.h"
#include "forecast/models/ets_spec.h"

// The recursions of exponential smoothing, and how well they explain a series: what ets_fit.h
// searches with and ets.h forecasts with.
namespace glutwatch::forecast {

struct EtsParameters {
  double alpha = 0.5;
  double beta = 0;   // of the slope; at most alpha
  double gamma = 0;  // of the season; at most 1 - alpha
  double phi = 1;    // damping of the slope; 1: none
};

// What is known before the next value comes.
struct EtsState {
  double level = 0;
  double slope = 0;            // added to the level at each step, or its factor
  std::vector<double> season;  // by place in the season; empty without one
  size_t place = 0;            // of the next value
};

// The parts of a one-step forecast.
struct EtsStep {
  double damped_slope = 0;  // phi b, or b^phi
  double trend = 0;         // the level to come: l + phi b, or l b^phi
  double forecast = 0;
};

EtsStep NextStep(const EtsSpec& spec, const EtsParameters& parameters, const EtsState& state);

// Moves the state on over a value that was `error` above the forecast; 0 for a missing one.
//
// The recursions are the same for additive and multiplicative errors: with e = y - f they are
// table 2.2 and 2.3 of Hyndman et al. (2008). O(1).
void Advance(const EtsSpec& spec, const EtsParameters& parameters, const EtsStep& step,
             double error, EtsState* state);

// Runs the filter over a series, and again backwards for the derivatives: the gradient costs three
// runs, however many states a season has. Keeps its memory from run to run. Not thread-safe.
class EtsLikelihood {
 public:
  // `y` outlives it. NaN is a missing value.
  EtsLikelihood(absl::Span<const double> y, const EtsSpec& spec);

  // -2 log L without the constant n log(2 pi e / n): n log(sum of squares), and for multiplicative
  // errors twice the sum of log |f|; formula (5.3) of Hyndman et al. (2008). Infinity where a
  // multiplicative model forecasts nothing above 0.
  double Run(const EtsParameters& parameters, const EtsState& start);

  // The derivatives at what Run ran last and found finite: of the parameters, and of the start's
  // level, slope and every season.
  struct Gradient {
    EtsParameters parameters;
    double level = 0;
    double slope = 0;
    std::vector<double> season;
  };
  const Gradient& Differentiate();

  double sum_squares() const { return sum_squares_; }  // of the errors, relative ones if so
  int observed() const { return observed_; }
  const EtsState& end() const { return state_; }  // after the last run
  // The errors of the last run, y - f; NaN where y is missing.
  void CopyErrors(std::vector<double>* errors) const;

 private:
  template <EtsPart trend, EtsPart season>
  bool Forward();
  template <EtsPart trend, EtsPart season>
  void Backward();

  struct Past {  // before a step
    double level;
    double slope;
    double season;
    double error;  // y - f; NaN: missing
  };
  const absl::Span<const double> y_;
  const EtsSpec spec_;
  const bool relative_;  // multiplicative errors
  int observed_ = 0;
  // Less would be rounding: what a series that is explained to the last digit leaves.
  double least_squares_ = 0;
  EtsParameters parameters_;
  EtsState state_;
  std::vector<Past> past_;
  double sum_squares_ = 0;
  double log_forecasts_ = 0;
  Gradient gradient_;
};

}  // namespace glutwatch::forecast

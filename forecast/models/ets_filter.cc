#include "forecast/models/ets_filter.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace glutwatch::forecast {
namespace {

constexpr EtsPart kNone = EtsPart::kNone;
constexpr EtsPart kAdditive = EtsPart::kAdditive;
constexpr EtsPart kMultiplicative = EtsPart::kMultiplicative;

// Of the mean square of the values: the share that rounding alone may leave of an error's square.
constexpr double kRounding = 1e-24;

// Adds up logarithms of positive numbers, one call of log() for many of them.
class LogSum {
 public:
  void Add(double x) {
    product_ *= x;
    if (product_ > 1e200 || product_ < 1e-200) Flush();
  }
  double Total() {
    Flush();
    return sum_;
  }

 private:
  void Flush() {
    sum_ += std::log(product_);
    product_ = 1;
  }
  double product_ = 1;
  double sum_ = 0;
};

}  // namespace

EtsStep NextStep(const EtsSpec& spec, const EtsParameters& parameters, const EtsState& state) {
  EtsStep step;
  if (spec.trend == kMultiplicative) {
    step.damped_slope = std::pow(state.slope, parameters.phi);
    step.trend = state.level * step.damped_slope;
  } else {
    step.damped_slope = parameters.phi * state.slope;
    step.trend = state.level + step.damped_slope;
  }
  step.forecast = step.trend;
  if (spec.season == kAdditive) step.forecast += state.season[state.place];
  if (spec.season == kMultiplicative) step.forecast *= state.season[state.place];
  return step;
}

void Advance(const EtsSpec& spec, const EtsParameters& parameters, const EtsStep& step,
             double error, EtsState* state) {
  double to_level = error;
  if (spec.season != kNone) {
    double& season = state->season[state->place];
    const bool multiplies = spec.season == kMultiplicative;
    if (multiplies) to_level = error / season;
    season += parameters.gamma * (multiplies ? error / step.trend : error);
    state->place = state->place + 1 == state->season.size() ? 0 : state->place + 1;
  }
  const double to_slope = spec.trend == kMultiplicative ? to_level / state->level : to_level;
  if (spec.trend != kNone) state->slope = step.damped_slope + parameters.beta * to_slope;
  state->level = step.trend + parameters.alpha * to_level;
}

EtsLikelihood::EtsLikelihood(absl::Span<const double> y, const EtsSpec& spec)
    : y_(y), spec_(spec), relative_(spec.error == kMultiplicative), past_(y.size()) {
  double squares = 0;
  for (const double value : y) {
    if (std::isnan(value)) continue;
    ++observed_;
    squares += relative_ ? 1 : value * value;
  }
  least_squares_ = std::max(squares * kRounding, std::numeric_limits<double>::min());
}

template <EtsPart trend, EtsPart season>
bool EtsLikelihood::Forward() {
  const auto [alpha, beta, gamma, phi] = parameters_;
  double level = state_.level;
  double slope = state_.slope;
  size_t place = state_.place;
  double squares = 0;
  LogSum logs;
  for (size_t t = 0; t < y_.size(); ++t) {
    const double s = season == kNone ? 0 : state_.season[place];
    double damped = 0;
    if constexpr (trend == kAdditive) damped = phi * slope;
    if constexpr (trend == kMultiplicative) damped = std::pow(slope, phi);
    const double q = trend == kMultiplicative ? level * damped : level + damped;
    const double f = season == kMultiplicative ? q * s : q + s;
    const double d = y_[t] - f;
    past_[t] = {level, slope, s, d};
    double to_level = 0;
    double to_season = 0;
    if (!std::isnan(d)) {
      to_level = season == kMultiplicative ? d / s : d;
      to_season = season == kMultiplicative ? d / q : d;
      if (relative_) {
        if (!(f > 0)) return false;
        const double r = d / f;
        squares += r * r;
        logs.Add(f);
      } else {
        squares += d * d;
      }
    }
    if constexpr (trend != kNone) {
      slope = damped + beta * (trend == kMultiplicative ? to_level / level : to_level);
    }
    level = q + alpha * to_level;
    if constexpr (season != kNone) {
      state_.season[place] = s + gamma * to_season;
      place = place + 1 == state_.season.size() ? 0 : place + 1;
    }
  }
  state_.level = level;
  state_.slope = slope;
  state_.place = place;
  sum_squares_ = std::max(squares, least_squares_);
  log_forecasts_ = logs.Total();
  return std::isfinite(squares);
}

double EtsLikelihood::Run(const EtsParameters& parameters, const EtsState& start) {
  parameters_ = parameters;
  state_ = start;
  bool finite = false;
  const auto run = [&]<EtsPart trend>() {
    if (spec_.season == kNone) finite = Forward<trend, kNone>();
    if (spec_.season == kAdditive) finite = Forward<trend, kAdditive>();
    if (spec_.season == kMultiplicative) finite = Forward<trend, kMultiplicative>();
  };
  if (spec_.trend == kNone) run.operator()<kNone>();
  if (spec_.trend == kAdditive) run.operator()<kAdditive>();
  if (spec_.trend == kMultiplicative) run.operator()<kMultiplicative>();
  if (!finite) return std::numeric_limits<double>::infinity();
  return observed_ * std::log(sum_squares_) + (relative_ ? 2 * log_forecasts_ : 0);
}

// Adjoints: what the result owes to each state, carried from the last step to the first.
template <EtsPart trend, EtsPart season>
void EtsLikelihood::Backward() {
  const auto [alpha, beta, gamma, phi] = parameters_;
  const double weight = 2 * observed_ / sum_squares_;
  double of_level = 0;
  double of_slope = 0;
  std::vector<double>& of_season = gradient_.season;
  EtsParameters& of = gradient_.parameters;
  size_t place = state_.place;
  for (size_t t = y_.size(); t-- > 0;) {
    const auto [level, slope, s, d] = past_[t];
    if constexpr (season != kNone) place = place == 0 ? of_season.size() - 1 : place - 1;
    double damped = 0;
    if constexpr (trend == kAdditive) damped = phi * slope;
    if constexpr (trend == kMultiplicative) damped = std::pow(slope, phi);
    const double q = trend == kMultiplicative ? level * damped : level + damped;
    const double f = season == kMultiplicative ? q * s : q + s;
    const double of_s_before = season == kNone ? 0 : of_season[place];
    double of_q = of_level;
    double of_f = 0;
    double of_s = of_s_before;
    double of_l = 0;
    if (!std::isnan(d)) {
      const double to_level = season == kMultiplicative ? d / s : d;
      const double to_season = season == kMultiplicative ? d / q : d;
      const double to_slope = trend == kMultiplicative ? to_level / level : to_level;
      of.alpha += of_level * to_level;
      of.beta += of_slope * to_slope;
      of.gamma += of_s_before * to_season;
      double of_to_level = alpha * of_level;
      if constexpr (trend == kMultiplicative) {
        of_to_level += beta * of_slope / level;
        of_l -= of_slope * beta * to_slope / level;
      } else {
        of_to_level += beta * of_slope;
      }
      const double of_to_season = gamma * of_s_before;
      double of_d = 0;
      if (relative_) {
        const double r = d / f;
        of_d = weight * r / f;
        of_f = (2 - weight * r * r) / f;
      } else {
        of_d = weight * d;
      }
      if constexpr (season == kMultiplicative) {
        of_d += of_to_level / s + of_to_season / q;
        of_s -= of_to_level * to_level / s;
        of_q -= of_to_season * to_season / q;
      } else {
        of_d += of_to_level + of_to_season;
      }
      of_f -= of_d;
    }
    of_q += season == kMultiplicative ? of_f * s : of_f;
    if constexpr (season != kNone) {
      of_season[place] = of_s + (season == kMultiplicative ? of_f * q : of_f);
    }
    if constexpr (trend == kNone) {
      of_level = of_q + of_l;
    } else if constexpr (trend == kAdditive) {
      const double of_damped = of_slope + of_q;
      of.phi += of_damped * slope;
      of_slope = phi * of_damped;
      of_level = of_q + of_l;
    } else {
      const double of_damped = of_slope + of_q * level;
      of.phi += of_damped * damped * std::log(slope);
      of_slope = of_damped * phi * damped / slope;
      of_level = of_q * damped + of_l;
    }
  }
  gradient_.level = of_level;
  gradient_.slope = of_slope;
}

const EtsLikelihood::Gradient& EtsLikelihood::Differentiate() {
  gradient_.parameters = {0, 0, 0, 0};
  gradient_.season.assign(state_.season.size(), 0);
  const auto run = [&]<EtsPart trend>() {
    if (spec_.season == kNone) Backward<trend, kNone>();
    if (spec_.season == kAdditive) Backward<trend, kAdditive>();
    if (spec_.season == kMultiplicative) Backward<trend, kMultiplicative>();
  };
  if (spec_.trend == kNone) run.operator()<kNone>();
  if (spec_.trend == kAdditive) run.operator()<kAdditive>();
  if (spec_.trend == kMultiplicative) run.operator()<kMultiplicative>();
  return gradient_;
}

void EtsLikelihood::CopyErrors(std::vector<double>* errors) const {
  errors->resize(past_.size());
  for (size_t t = 0; t < past_.size(); ++t) (*errors)[t] = past_[t].error;
}

}  // namespace glutwatch::forecast

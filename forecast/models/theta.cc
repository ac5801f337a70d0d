#include "forecast/models/theta.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "forecast/models/ets.h"
#include "forecast/models/model_bytes.h"
#include "forecast/numeric/nelder_mead.h"
#include "forecast/numeric/normal.h"

namespace glutwatch::forecast {
namespace {

constexpr uint8_t kVersion = 1;
constexpr int kMaxPeriod = 1000;
constexpr double kLeastAlpha = 0.01;
constexpr double kMostAlpha = 0.99;

}  // namespace

std::string Theta::name() const {
  const std::string name = kind_ == ThetaKind::kStandard ? "Theta" : "DOTM";
  return season_.empty() ? name : absl::StrCat(name, " [", season_.size(), "]");
}

double Theta::Next(const State& state) const {
  const double rest = state.rest;
  if (kind_ == ThetaKind::kStandard) {
    return state.level + state.slope / 2 * (1 - rest) / alpha_;
  }
  return state.level + (1 - 1 / theta_) * (rest * state.intercept +
                                           (1 - rest * (1 - alpha_)) / alpha_ * state.slope);
}

void Theta::Advance(double y, State* state) const {
  const double t = ++state->steps;
  state->rest *= 1 - alpha_;
  state->level += alpha_ * (y - state->level);
  if (kind_ == ThetaKind::kStandard) return;
  const double mean_before = state->mean;
  state->mean += (y - mean_before) / t;
  state->slope = t < 2 ? 0 : ((t - 2) * state->slope + 6 / t * (y - mean_before)) / (t + 1);
  state->intercept = state->mean - (t + 1) / 2 * state->slope;
}

absl::Status Theta::Update(double y) {
  if (std::isinf(y)) return absl::InvalidArgumentError(absl::StrCat("value is ", y));
  const double value = std::isnan(y) ? Next(state_) : y / IndexAhead(0);
  // Smoothing has no forecast of its own to move along: a missing value leaves its level.
  const double level = state_.level;
  Advance(value, &state_);
  if (std::isnan(y) && kind_ == ThetaKind::kStandard) state_.level = level;
  if (!season_.empty()) place_ = (place_ + 1) % season_.size();
  return absl::OkStatus();
}

absl::StatusOr<Forecast> Theta::Predict(int horizon, absl::Span<const double> probabilities) const {
  GLUTWATCH_RETURN_IF_ERROR(CheckHorizon(horizon));
  GLUTWATCH_RETURN_IF_ERROR(CheckProbabilities(probabilities));
  Forecast forecast;
  forecast.probabilities.assign(probabilities.begin(), probabilities.end());
  State state = state_;
  for (size_t h = 0; h < static_cast<size_t>(horizon); ++h) {
    double next = Next(state);
    if (kind_ == ThetaKind::kStandard) {
      next += state_.slope / 2 * static_cast<double>(h);
    } else {
      Advance(next, &state);
    }
    forecast.mean.push_back(next * IndexAhead(h));
  }
  const std::vector<double> deviations = Deviations(forecast.mean.size());
  for (const double probability : probabilities) {
    const double z = NormalQuantile(probability);
    std::vector<double>& quantile = forecast.quantiles.emplace_back();
    for (size_t h = 0; h < forecast.mean.size(); ++h) {
      quantile.push_back(forecast.mean[h] + z * deviations[h] * IndexAhead(h));
    }
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckFinite(forecast, name()));
  return forecast;
}

std::vector<double> Theta::Deviations(size_t horizon) const {
  std::vector<double> variances(horizon, 1);
  if (kind_ == ThetaKind::kStandard) {
    for (size_t h = 0; h < horizon; ++h) variances[h] += static_cast<double>(h) * alpha_ * alpha_;
  } else {
    // What an error of 1 at a step still adds at each later one: the state's share of it runs
    // through the same recursions.
    State now{.level = 0, .steps = state_.steps, .rest = state_.rest};
    for (size_t shock = 0; shock + 1 < horizon; ++shock) {
      State share = now;
      Advance(1, &share);
      for (size_t h = shock + 1; h < horizon; ++h) {
        const double effect = Next(share);
        variances[h] += effect * effect;
        Advance(effect, &share);
      }
      Advance(0, &now);
    }
  }
  for (double& variance : variances) variance = sigma_ * std::sqrt(variance);
  return variances;
}

void Theta::Simulate(Random* random, absl::Span<double> path) const {
  State state = state_;
  for (size_t h = 0; h < path.size(); ++h) {
    double next = Next(state) + sigma_ * random->Normal();
    if (kind_ == ThetaKind::kStandard) {
      // The level alone is smoothed; the line adds its half slope for each step.
      state.level += alpha_ * (next - Next(state));
      next += state_.slope / 2 * static_cast<double>(h);
    } else {
      Advance(next, &state);
    }
    path[h] = next * IndexAhead(h);
  }
}

std::string Theta::Serialize() const {
  ByteWriter out;
  WriteHead(ModelKind::kTheta, kVersion, &out);
  out.U8(static_cast<uint8_t>(kind_));
  for (const double value : {alpha_, theta_, sigma_, state_.level, state_.intercept, state_.slope,
                             state_.mean, state_.steps, state_.rest}) {
    out.Double(value);
  }
  WriteScore(score_, &out);
  out.Varint(season_.size());
  out.Varint(place_);
  for (const double index : season_) out.Double(index);
  return out.Take();
}

absl::StatusOr<std::unique_ptr<Theta>> ParseTheta(absl::string_view bytes) {
  ByteReader in(bytes);
  ReadHead(ModelKind::kTheta, kVersion, &in);
  auto model = std::make_unique<Theta>();
  const uint8_t kind = in.U8();
  Theta::State& state = model->state_;
  for (double* value : {&model->alpha_, &model->theta_, &model->sigma_, &state.level,
                        &state.intercept, &state.slope, &state.mean, &state.steps, &state.rest}) {
    *value = in.Double();
  }
  model->score_ = ReadScore(&in);
  const uint64_t period = in.Varint();
  model->place_ = static_cast<size_t>(in.Varint());
  if (!in.ok() || kind < 1 || kind > 2 || period > kMaxPeriod ||
      model->place_ >= std::max<uint64_t>(period, 1)) {
    return absl::DataLossError("not a Theta model of version 1");
  }
  model->kind_ = static_cast<ThetaKind>(kind);
  for (uint64_t i = 0; i < period; ++i) model->season_.push_back(in.Double());
  if (!in.done()) return absl::DataLossError("a Theta model of version 1 of another length");
  return model;
}

class ThetaFitter {
 public:
  ThetaFitter(absl::Span<const double> y, int period, ThetaKind kind)
      : y_(y), model_(std::make_unique<Theta>()) {
    model_->kind_ = kind;
    model_->season_ = SeasonalIndices(y, period);
    adjusted_.reserve(y.size());
    for (size_t t = 0; t < y.size(); ++t) adjusted_.push_back(y[t] / model_->IndexAhead(t));
  }

  absl::StatusOr<std::unique_ptr<Theta>> Fit() {
    if (model_->kind_ == ThetaKind::kStandard) {
      GLUTWATCH_RETURN_IF_ERROR(FitStandard());
    } else {
      FitDynamic();
    }
    for (size_t t = 0; t < y_.size(); ++t) model_->residuals_[t] *= model_->IndexAhead(t);
    if (!model_->season_.empty()) model_->place_ = y_.size() % model_->season_.size();
    return std::move(model_);
  }

 private:
  absl::Status FitStandard() {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto smoothing, FitEts(adjusted_, EtsSpec{}));
    model_->alpha_ = smoothing->parameters().alpha;
    model_->sigma_ = smoothing->sigma();
    model_->score_ = smoothing->score();
    model_->residuals_.assign(smoothing->residuals().begin(), smoothing->residuals().end());
    model_->state_.level = smoothing->state().level;
    model_->state_.slope = Slope();
    model_->state_.steps = static_cast<double>(y_.size());
    model_->state_.rest = std::pow(1 - model_->alpha_, model_->state_.steps);
    return absl::OkStatus();
  }

  // Of the line through the observed values.
  double Slope() const {
    double n = 0, times = 0, values = 0, squares = 0, products = 0;
    for (size_t i = 0; i < adjusted_.size(); ++i) {
      if (std::isnan(adjusted_[i])) continue;
      const auto t = static_cast<double>(i);
      n += 1;
      times += t;
      values += adjusted_[i];
      squares += t * t;
      products += t * adjusted_[i];
    }
    return (products - times * values / n) / (squares - times * times / n);
  }

  void FitDynamic() {
    double first = 0;
    double size = 0;
    for (const double value : adjusted_) {
      if (std::isnan(value)) continue;
      if (first == 0) first = value;
      size = std::max(size, std::fabs(value));
    }
    if (size == 0) size = 1;
    const auto squares = [&](absl::Span<const double> x) {
      if (x[0] < kLeastAlpha || x[0] > kMostAlpha || x[1] < 1) {
        return std::numeric_limits<double>::infinity();
      }
      model_->alpha_ = x[0];
      model_->theta_ = x[1];
      return Run(x[2] * size) / (size * size);
    };
    const Minimum found = NelderMead(squares, {0.5, 2, first / size / 2}, {-0.2, 1, 0.1},
                                     {.max_evaluations = 400, .tolerance = 1e-9});
    squares(found.at);
    const double n = observed_;
    model_->sigma_ = std::sqrt(squares_ / std::max(n - 3, 1.0));
    const double variance = std::max(squares_ / n, std::numeric_limits<double>::min());
    model_->score_ = MakeFitScore(-n / 2 * std::log(variance), 4, observed_);
  }

  // The sum of the squared errors from the level `start` on; the model's state is the last one.
  double Run(double start) {
    Theta::State& state = model_->state_;
    state = {.level = start};
    squares_ = 0;
    observed_ = 0;
    model_->residuals_.assign(y_.size(), std::nan(""));
    for (size_t t = 0; t < adjusted_.size(); ++t) {
      const double next = model_->Next(state);
      const bool missing = std::isnan(adjusted_[t]);
      if (!missing) {
        const double error = adjusted_[t] - next;
        model_->residuals_[t] = error;
        // The first value has nothing behind it but the start.
        if (t > 0) squares_ += error * error;
        ++observed_;
      }
      model_->Advance(missing ? next : adjusted_[t], &state);
    }
    return squares_;
  }

  const absl::Span<const double> y_;
  std::unique_ptr<Theta> model_;
  std::vector<double> adjusted_;
  double squares_ = 0;
  int observed_ = 0;
};

absl::StatusOr<std::unique_ptr<Theta>> FitTheta(absl::Span<const double> y, int period,
                                                ThetaKind kind) {
  if (period < 1 || period > kMaxPeriod) {
    return absl::InvalidArgumentError(
        absl::StrCat("period is ", period, ", expected 1 to ", kMaxPeriod));
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckSeries(y, 5));
  return ThetaFitter(y, period, kind).Fit();
}

}  // namespace glutwatch::forecast

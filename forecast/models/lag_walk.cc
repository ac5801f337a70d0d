#include "forecast/models/lag_walk.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "forecast/models/model_bytes.h"
#include "forecast/numeric/normal.h"

namespace glutwatch::forecast {
namespace {

constexpr uint8_t kVersion = 1;
constexpr int kMaxLag = 1000;
constexpr int kMaxAge = 1 << 30;

ModelKind KindOf(size_t lag, bool with_drift) {
  if (with_drift) return ModelKind::kDrift;
  return lag > 1 ? ModelKind::kSeasonalNaive : ModelKind::kNaive;
}

double GaussianLogLikelihood(double variance, double n) {
  return -n / 2 * (std::log(2 * std::numbers::pi * variance) + 1);
}

}  // namespace

std::string LagWalk::name() const {
  if (with_drift_) return "drift";
  return lag() > 1 ? absl::StrCat("seasonal naive [", lag(), "]") : "naive";
}

double LagWalk::Advance(double y) {
  Last& last = last_[place_];
  place_ = place_ + 1 == lag() ? 0 : place_ + 1;
  const bool known = last.age >= 0;
  const double steps = last.age + 1;
  const double error = y - last.value - drift_ * steps;
  if (std::isnan(y)) {
    if (known && last.age < kMaxAge) ++last.age;
    return y;
  }
  last = {y, 0};
  return known ? error : std::nan("");
}

absl::Status LagWalk::Update(double y) {
  if (std::isinf(y)) return absl::InvalidArgumentError(absl::StrCat("value is ", y));
  Advance(y);
  return absl::OkStatus();
}

absl::StatusOr<Forecast> LagWalk::Predict(int horizon,
                                          absl::Span<const double> probabilities) const {
  GLUTWATCH_RETURN_IF_ERROR(CheckHorizon(horizon));
  GLUTWATCH_RETURN_IF_ERROR(CheckProbabilities(probabilities));
  Forecast forecast;
  forecast.probabilities.assign(probabilities.begin(), probabilities.end());
  forecast.quantiles.resize(probabilities.size());
  std::vector<double> z;
  for (const double probability : probabilities) z.push_back(NormalQuantile(probability));
  for (size_t h = 0; h < static_cast<size_t>(horizon); ++h) {
    const Last& last = last_[(place_ + h) % lag()];
    const auto steps = static_cast<double>(h / lag() + 1) + last.age;
    const double mean = last.value + drift_ * steps;
    const double deviation =
        std::sqrt(sigma_ * sigma_ * steps + steps * drift_error_ * steps * drift_error_);
    forecast.mean.push_back(mean);
    for (size_t p = 0; p < z.size(); ++p) {
      forecast.quantiles[p].push_back(mean + z[p] * deviation);
    }
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckFinite(forecast, name()));
  return forecast;
}

void LagWalk::Simulate(Random* random, absl::Span<double> path) const {
  const double drift = drift_ + drift_error_ * (with_drift_ ? random->Normal() : 0);
  for (size_t h = 0; h < path.size(); ++h) {
    const Last& last = last_[(place_ + h) % lag()];
    const double before = h < lag() ? last.value : path[h - lag()];
    const double steps = h < lag() ? last.age + 1 : 1;
    path[h] = before + drift * steps + sigma_ * std::sqrt(steps) * random->Normal();
  }
}

std::string LagWalk::Serialize() const {
  ByteWriter out;
  WriteHead(KindOf(lag(), with_drift_), kVersion, &out);
  out.Varint(lag());
  out.Varint(place_);
  for (const double value : {drift_, drift_error_, sigma_}) out.Double(value);
  WriteScore(score_, &out);
  for (const Last& last : last_) {
    out.Double(last.value);
    out.Signed(last.age);
  }
  return out.Take();
}

absl::StatusOr<std::unique_ptr<LagWalk>> ParseLagWalk(absl::string_view bytes) {
  ByteReader in(bytes);
  const auto kind = static_cast<ModelKind>(bytes.empty() ? 0 : static_cast<uint8_t>(bytes[0]));
  ReadHead(kind, kVersion, &in);
  const uint64_t lag = in.Varint();
  const uint64_t place = in.Varint();
  auto model = std::make_unique<LagWalk>();
  for (double* value : {&model->drift_, &model->drift_error_, &model->sigma_}) *value = in.Double();
  model->score_ = ReadScore(&in);
  model->with_drift_ = kind == ModelKind::kDrift;
  if (!in.ok() || lag < 1 || lag > kMaxLag || place >= lag ||
      kind != KindOf(lag, model->with_drift_)) {
    return absl::DataLossError("not a lag walk of version 1");
  }
  for (uint64_t i = 0; i < lag; ++i) {
    const double value = in.Double();
    const int64_t age = in.Signed();
    if (age < 0 || age > kMaxAge) in.MarkDamaged();
    model->last_.push_back({value, static_cast<int>(age)});
  }
  model->place_ = place;
  if (!in.done()) return absl::DataLossError("a lag walk of version 1 of another length");
  return model;
}

absl::StatusOr<std::unique_ptr<LagWalk>> FitLagWalk(absl::Span<const double> y, int lag,
                                                    bool with_drift) {
  GLUTWATCH_RETURN_IF_ERROR(CheckSeries(y, 0));
  auto model = std::make_unique<LagWalk>();
  model->last_.resize(static_cast<size_t>(lag));
  model->with_drift_ = with_drift;
  std::vector<double> steps;  // lags that each error spans
  double count = 0, all_steps = 0, way = 0;
  for (const double value : y) {
    steps.push_back(model->last_[model->place_].age + 1);
    model->residuals_.push_back(model->Advance(value));
    if (std::isnan(model->residuals_.back())) continue;
    count += 1;
    all_steps += steps.back();
    way += model->residuals_.back();
  }
  const double least = with_drift ? 3 : 2;
  if (count < least) {
    return absl::FailedPreconditionError(absl::StrCat("the series has ", count, " values with one ",
                                                      lag, " steps before, at least ", least,
                                                      " are needed"));
  }
  for (size_t place = 0; place < model->lag(); ++place) {
    if (model->last_[place].age >= 0) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("the series has no value at step ", place, " of its season, one is needed"));
  }
  if (with_drift) model->drift_ = way / all_steps;
  double squares = 0;
  for (size_t t = 0; t < y.size(); ++t) {
    double& error = model->residuals_[t];
    if (std::isnan(error)) continue;
    error -= model->drift_ * steps[t];
    squares += error * error / steps[t];
  }
  model->sigma_ = std::sqrt(squares / (count - (with_drift ? 1 : 0)));
  if (with_drift) model->drift_error_ = model->sigma_ / std::sqrt(all_steps);
  // A series that never moved is certain: the likelihood of the least number there is.
  const double variance = std::max(squares / count, std::numeric_limits<double>::min());
  model->score_ = MakeFitScore(GaussianLogLikelihood(variance, count), with_drift ? 2 : 1,
                               static_cast<int>(count));
  return model;
}

absl::StatusOr<std::unique_ptr<LagWalk>> FitNaive(absl::Span<const double> y) {
  return FitLagWalk(y, 1, false);
}

absl::StatusOr<std::unique_ptr<LagWalk>> FitSeasonalNaive(absl::Span<const double> y, int period) {
  if (period < 2 || period > kMaxLag) {
    return absl::InvalidArgumentError(
        absl::StrCat("period is ", period, ", expected 2 to ", kMaxLag));
  }
  return FitLagWalk(y, period, false);
}

absl::StatusOr<std::unique_ptr<LagWalk>> FitDrift(absl::Span<const double> y) {
  return FitLagWalk(y, 1, true);
}

}  // namespace glutwatch::forecast

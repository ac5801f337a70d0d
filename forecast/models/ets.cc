#include "forecast/models/ets.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "forecast/models/model_bytes.h"
#include "forecast/models/simulated_quantiles.h"
#include "forecast/numeric/normal.h"

namespace glutwatch::forecast {
namespace {

constexpr uint8_t kVersion = 1;
// Of a forecast: how little a multiplicative path may leave of it in one step.
constexpr double kLeastShare = 1e-3;

void WriteState(const EtsState& state, ByteWriter* out) {
  out->Double(state.level);
  out->Double(state.slope);
  out->Varint(state.place);
  for (const double season : state.season) out->Double(season);
}

EtsState ReadState(size_t period, ByteReader* in) {
  EtsState state;
  state.level = in->Double();
  state.slope = in->Double();
  state.place = static_cast<size_t>(in->Varint());
  if (state.place >= std::max<size_t>(period, 1)) in->MarkDamaged();
  for (size_t i = 0; i < period && in->ok(); ++i) state.season.push_back(in->Double());
  return state;
}

EtsPart ReadPart(ByteReader* in) {
  const uint8_t part = in->U8();
  if (part > 2) in->MarkDamaged();
  return static_cast<EtsPart>(part % 3);
}

size_t SeasonsOf(const EtsSpec& spec) {
  return spec.season == EtsPart::kNone ? 0 : static_cast<size_t>(spec.period);
}

}  // namespace

absl::Status Ets::Update(double y) {
  if (std::isinf(y)) return absl::InvalidArgumentError(absl::StrCat("value is ", y));
  if (relative() && y <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("value is ", y, ", expected one above 0 for ", name()));
  }
  const EtsStep step = NextStep(spec_, parameters_, state_);
  Advance(spec_, parameters_, step, std::isnan(y) ? 0 : y - step.forecast, &state_);
  return absl::OkStatus();
}

// c_j of table 6.1: what an error still adds to the forecast j steps later.
std::vector<double> Ets::Variances(absl::Span<const double> means) const {
  const size_t horizon = means.size();
  std::vector<double> squares(horizon);  // c_j^2, j from 1
  double power = 1;
  double phi_j = 0;
  for (size_t j = 1; j < horizon; ++j) {
    power *= parameters_.phi;
    phi_j += power;
    double c = parameters_.alpha + parameters_.beta * phi_j;
    if (spec_.season == EtsPart::kAdditive && j % static_cast<size_t>(spec_.period) == 0) {
      c += parameters_.gamma;
    }
    squares[j] = c * c;
  }
  const double variance = sigma_ * sigma_;
  std::vector<double> variances(horizon);
  if (!relative()) {
    double sum = 1;
    for (size_t h = 0; h < horizon; ++h) {
      if (h > 0) sum += squares[h];
      variances[h] = variance * sum;
    }
    return variances;
  }
  // The season, which multiplies all of it, is left out until the end.
  const bool multiplies = spec_.season == EtsPart::kMultiplicative;
  std::vector<double> theta(horizon);
  double season_spread = 1;
  for (size_t h = 0; h < horizon; ++h) {
    const double season = multiplies ? SeasonAhead(h) : 1;
    const double mean = means[h] / season;
    double sum = 0;
    for (size_t j = 1; j <= h; ++j) sum += squares[j] * theta[h - j];
    theta[h] = mean * mean + variance * sum;
    if (multiplies && h > 0 && h % static_cast<size_t>(spec_.period) == 0) {
      season_spread *= 1 + parameters_.gamma * parameters_.gamma * variance;
    }
    variances[h] = season * season * (theta[h] * (1 + variance) * season_spread - mean * mean);
  }
  return variances;
}

absl::StatusOr<Forecast> Ets::Predict(int horizon, absl::Span<const double> probabilities) const {
  GLUTWATCH_RETURN_IF_ERROR(CheckHorizon(horizon));
  GLUTWATCH_RETURN_IF_ERROR(CheckProbabilities(probabilities));
  Forecast forecast;
  forecast.probabilities.assign(probabilities.begin(), probabilities.end());
  EtsState state = state_;
  for (int h = 0; h < horizon; ++h) {
    const EtsStep step = NextStep(spec_, parameters_, state);
    forecast.mean.push_back(step.forecast);
    Advance(spec_, parameters_, step, 0, &state);
  }
  if (spec_.trend == EtsPart::kMultiplicative) {
    forecast.quantiles = SimulatedQuantiles(
        horizon, probabilities,
        [this](Random* random, absl::Span<double> path) { Simulate(random, path); });
    GLUTWATCH_RETURN_IF_ERROR(CheckFinite(forecast, name()));
    return forecast;
  }
  const std::vector<double> variances = Variances(forecast.mean);
  for (const double probability : probabilities) {
    const double z = NormalQuantile(probability);
    std::vector<double>& quantile = forecast.quantiles.emplace_back();
    for (size_t h = 0; h < variances.size(); ++h) {
      quantile.push_back(forecast.mean[h] + z * std::sqrt(variances[h]));
    }
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckFinite(forecast, name()));
  return forecast;
}

void Ets::Simulate(Random* random, absl::Span<double> path) const {
  EtsState state = state_;
  for (double& value : path) {
    const EtsStep step = NextStep(spec_, parameters_, state);
    double error = sigma_ * random->Normal();
    if (relative()) error = std::max(error, kLeastShare - 1) * step.forecast;
    value = step.forecast + error;
    Advance(spec_, parameters_, step, error, &state);
  }
}

std::string Ets::Serialize() const {
  ByteWriter out;
  WriteHead(ModelKind::kEts, kVersion, &out);
  out.U8(static_cast<uint8_t>(spec_.error));
  out.U8(static_cast<uint8_t>(spec_.trend));
  out.U8(spec_.damped ? 1 : 0);
  out.U8(static_cast<uint8_t>(spec_.season));
  out.Varint(static_cast<uint64_t>(spec_.period));
  for (const double value :
       {parameters_.alpha, parameters_.beta, parameters_.gamma, parameters_.phi, sigma_}) {
    out.Double(value);
  }
  WriteScore(score_, &out);
  WriteState(start_, &out);
  WriteState(state_, &out);
  return out.Take();
}

absl::StatusOr<std::unique_ptr<Ets>> ParseEts(absl::string_view bytes) {
  ByteReader in(bytes);
  ReadHead(ModelKind::kEts, kVersion, &in);
  auto model = std::make_unique<Ets>();
  EtsSpec& spec = model->spec_;
  spec.error = ReadPart(&in);
  spec.trend = ReadPart(&in);
  spec.damped = in.U8() != 0;
  spec.season = ReadPart(&in);
  spec.period = static_cast<int>(std::min<uint64_t>(in.Varint(), kMaxEtsPeriod + 1));
  EtsParameters& p = model->parameters_;
  for (double* value : {&p.alpha, &p.beta, &p.gamma, &p.phi, &model->sigma_}) *value = in.Double();
  model->score_ = ReadScore(&in);
  if (!in.ok() || !CheckEtsSpec(spec).ok()) {
    return absl::DataLossError("not an ETS model of version 1");
  }
  model->start_ = ReadState(SeasonsOf(spec), &in);
  model->state_ = ReadState(SeasonsOf(spec), &in);
  if (!in.done()) return absl::DataLossError("an ETS model of version 1 of another length");
  return model;
}

}  // namespace glutwatch::forecast

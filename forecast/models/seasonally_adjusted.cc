#include "forecast/models/seasonally_adjusted.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "forecast/models/model_bytes.h"
#include "forecast/models/parse_model.h"

namespace glutwatch::forecast {
namespace {

constexpr uint8_t kVersion = 1;
constexpr uint64_t kMaxPeriods = 8;
constexpr uint64_t kMaxPeriod = 100'000;

}  // namespace

SeasonallyAdjusted::SeasonallyAdjusted(const SeasonallyAdjusted& other)
    : Model(other), seasons_(other.seasons_), model_(other.model_->Clone()) {}

std::string SeasonallyAdjusted::name() const {
  const auto append = [](std::string* out, const Season& season) {
    absl::StrAppend(out, season.values.size());
  };
  return absl::StrCat("STL[", absl::StrJoin(seasons_, ",", append), "] + ", model_->name());
}

double SeasonallyAdjusted::SeasonAhead(size_t steps) const {
  double sum = 0;
  for (const Season& season : seasons_) {
    sum += season.values[(season.place + steps) % season.values.size()];
  }
  return sum;
}

absl::Status SeasonallyAdjusted::Update(double y) {
  GLUTWATCH_RETURN_IF_ERROR(model_->Update(y - SeasonAhead(0)));
  for (Season& season : seasons_) season.place = (season.place + 1) % season.values.size();
  return absl::OkStatus();
}

absl::StatusOr<Forecast> SeasonallyAdjusted::Predict(int horizon,
                                                     absl::Span<const double> probabilities) const {
  GLUTWATCH_ASSIGN_OR_RETURN(Forecast forecast, model_->Predict(horizon, probabilities));
  for (size_t h = 0; h < forecast.mean.size(); ++h) {
    const double season = SeasonAhead(h);
    forecast.mean[h] += season;
    for (std::vector<double>& quantile : forecast.quantiles) quantile[h] += season;
  }
  return forecast;
}

void SeasonallyAdjusted::Simulate(Random* random, absl::Span<double> path) const {
  model_->Simulate(random, path);
  for (size_t h = 0; h < path.size(); ++h) path[h] += SeasonAhead(h);
}

std::string SeasonallyAdjusted::Serialize() const {
  ByteWriter out;
  WriteHead(ModelKind::kSeasonallyAdjusted, kVersion, &out);
  out.Varint(seasons_.size());
  for (const Season& season : seasons_) {
    out.Varint(season.values.size());
    out.Varint(season.place);
    for (const double value : season.values) out.Double(value);
  }
  out.String(model_->Serialize());
  return out.Take();
}

absl::StatusOr<std::unique_ptr<SeasonallyAdjusted>> ParseSeasonallyAdjusted(
    absl::string_view bytes) {
  ByteReader in(bytes);
  ReadHead(ModelKind::kSeasonallyAdjusted, kVersion, &in);
  const uint64_t periods = in.Varint();
  if (!in.ok() || periods < 1 || periods > kMaxPeriods) {
    return absl::DataLossError("not a seasonally adjusted model of version 1");
  }
  std::vector<SeasonallyAdjusted::Season> seasons(periods);
  for (auto& season : seasons) {
    const uint64_t period = in.Varint();
    season.place = static_cast<size_t>(in.Varint());
    if (period < 2 || period > kMaxPeriod || season.place >= period) in.MarkDamaged();
    for (uint64_t i = 0; i < period && in.ok(); ++i) season.values.push_back(in.Double());
  }
  const std::string inner = in.String();
  if (IsComposite(inner)) in.MarkDamaged();
  if (!in.done()) {
    return absl::DataLossError("a seasonally adjusted model of version 1 of another length");
  }
  GLUTWATCH_ASSIGN_OR_RETURN(auto model, ParseModel(inner));
  auto adjusted = std::unique_ptr<SeasonallyAdjusted>(new SeasonallyAdjusted(std::move(model)));
  adjusted->seasons_ = std::move(seasons);
  return adjusted;
}

absl::StatusOr<std::unique_ptr<SeasonallyAdjusted>> FitSeasonallyAdjusted(
    absl::Span<const double> y, absl::Span<const int> periods, const MstlOptions& options,
    absl::FunctionRef<absl::StatusOr<std::unique_ptr<Model>>(absl::Span<const double>)> fit) {
  GLUTWATCH_ASSIGN_OR_RETURN(const MultipleDecomposition parts, Mstl(y, periods, options));
  std::vector<double> rest(y.begin(), y.end());
  for (size_t t = 0; t < rest.size(); ++t) rest[t] -= parts.SeasonAt(t);
  GLUTWATCH_ASSIGN_OR_RETURN(auto model, fit(rest));
  if (IsComposite(model->Serialize())) {
    return absl::InvalidArgumentError(
        absl::StrCat(model->name(), " is made of models, expected a plain one"));
  }
  auto adjusted = std::unique_ptr<SeasonallyAdjusted>(new SeasonallyAdjusted(std::move(model)));
  for (size_t i = 0; i < parts.periods.size(); ++i) {
    const std::vector<double>& seasonal = parts.seasonals[i];
    adjusted->seasons_.push_back({{seasonal.end() - parts.periods[i], seasonal.end()}, 0});
  }
  return adjusted;
}

}  // namespace glutwatch::forecast

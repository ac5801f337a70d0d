#include "forecast/combine/ensemble.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "forecast/models/model_bytes.h"
#include "forecast/models/parse_model.h"
#include "forecast/seasonal_norm.h"

namespace glutwatch::forecast {
namespace {

constexpr uint8_t kVersion = 1;
constexpr uint64_t kMaxMembers = 32;

// The medians, step by step, of what `part` gives of each forecast.
template <typename Part>
std::vector<double> Medians(const std::vector<Forecast>& forecasts, const Part& part) {
  std::vector<double> medians;
  std::vector<double> values(forecasts.size());
  for (size_t h = 0; h < forecasts[0].mean.size(); ++h) {
    for (size_t i = 0; i < forecasts.size(); ++i) values[i] = part(forecasts[i])[h];
    medians.push_back(Median(absl::MakeSpan(values)));
  }
  return medians;
}

std::vector<double> MedianResiduals(const std::vector<std::unique_ptr<Model>>& members) {
  std::vector<double> residuals;
  std::vector<double> errors;
  for (size_t t = 0; t < members[0]->residuals().size(); ++t) {
    errors.clear();
    for (const auto& member : members) {
      const absl::Span<const double> of_member = member->residuals();
      if (t < of_member.size() && !std::isnan(of_member[t])) errors.push_back(of_member[t]);
    }
    residuals.push_back(Median(absl::MakeSpan(errors)));
  }
  return residuals;
}

}  // namespace

MedianEnsemble::MedianEnsemble(std::vector<std::unique_ptr<Model>> members)
    : members_(std::move(members)), residuals_(MedianResiduals(members_)) {
  const auto best = std::min_element(
      members_.begin(), members_.end(),
      [](const auto& a, const auto& b) { return a->score().aicc < b->score().aicc; });
  score_ = (*best)->score();
}

MedianEnsemble::MedianEnsemble(const MedianEnsemble& other)
    : Model(other), residuals_(other.residuals_), score_(other.score_) {
  for (const auto& member : other.members_) members_.push_back(member->Clone());
}

std::string MedianEnsemble::name() const {
  return absl::StrCat("median of ",
                      absl::StrJoin(members_, ", ", [](std::string* out, const auto& m) {
                        absl::StrAppend(out, m->name());
                      }));
}

absl::Status MedianEnsemble::Update(double y) {
  if (std::isinf(y)) return absl::InvalidArgumentError(absl::StrCat("value is ", y));
  for (const auto& member : members_) {
    if (member->Update(y).ok()) continue;
    GLUTWATCH_RETURN_IF_ERROR(member->Update(std::nan("")));
  }
  return absl::OkStatus();
}

absl::StatusOr<Forecast> MedianEnsemble::Predict(int horizon,
                                                 absl::Span<const double> probabilities) const {
  GLUTWATCH_RETURN_IF_ERROR(CheckHorizon(horizon));
  GLUTWATCH_RETURN_IF_ERROR(CheckProbabilities(probabilities));
  std::vector<Forecast> forecasts;
  for (const auto& member : members_) {
    auto forecast = member->Predict(horizon, probabilities);
    if (forecast.ok()) forecasts.push_back(*std::move(forecast));
  }
  if (forecasts.empty()) {
    return absl::OutOfRangeError(absl::StrCat("no member of ", name(), " gives a finite forecast"));
  }
  Forecast median;
  median.mean = Medians(
      forecasts, [](const Forecast& one) -> const auto& { return one.mean; });
  median.probabilities.assign(probabilities.begin(), probabilities.end());
  for (size_t p = 0; p < probabilities.size(); ++p) {
    median.quantiles.push_back(Medians(
        forecasts, [p](const Forecast& one) -> const auto& { return one.quantiles[p]; }));
  }
  return median;
}

void MedianEnsemble::Simulate(Random* random, absl::Span<double> path) const {
  members_[random->Below(members_.size())]->Simulate(random, path);
}

std::string MedianEnsemble::Serialize() const {
  ByteWriter out;
  WriteHead(ModelKind::kMedianEnsemble, kVersion, &out);
  out.Varint(members_.size());
  for (const auto& member : members_) out.String(member->Serialize());
  return out.Take();
}

absl::StatusOr<std::unique_ptr<MedianEnsemble>> ParseEnsemble(absl::string_view bytes) {
  ByteReader in(bytes);
  ReadHead(ModelKind::kMedianEnsemble, kVersion, &in);
  const uint64_t count = in.Varint();
  if (!in.ok() || count < 1 || count > kMaxMembers) {
    return absl::DataLossError("not an ensemble of version 1");
  }
  std::vector<std::unique_ptr<Model>> members;
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    const std::string member = in.String();
    if (!member.empty() && member[0] == static_cast<char>(ModelKind::kMedianEnsemble)) {
      return absl::DataLossError("an ensemble of ensembles");
    }
    GLUTWATCH_ASSIGN_OR_RETURN(auto model, ParseModel(member));
    members.push_back(std::move(model));
  }
  if (!in.done()) return absl::DataLossError("an ensemble of version 1 of another length");
  return std::make_unique<MedianEnsemble>(std::move(members));
}

}  // namespace glutwatch::forecast

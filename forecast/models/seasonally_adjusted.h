#pragma once
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "forecast/decompose/mstl.h"
#include "forecast/models/model.h"

namespace glutwatch::forecast {

// A model of the series without its seasons, which MSTL takes out and which are repeated in the
// forecast as they were last. As R's stlm; intervals are those of the adjusted series, so they do
// not know how uncertain the seasons are.
class SeasonallyAdjusted final : public Model {
 public:
  SeasonallyAdjusted(const SeasonallyAdjusted& other);

  std::string name() const override;  // "STL[7] + ETS(A,Ad,N)"
  absl::Status Update(double y) override;
  absl::StatusOr<Forecast> Predict(int horizon,
                                   absl::Span<const double> probabilities) const override;
  void Simulate(Random* random, absl::Span<double> path) const override;
  absl::Span<const double> residuals() const override { return model_->residuals(); }
  // Of the adjusted series: to be compared with the same seasons only.
  const FitScore& score() const override { return model_->score(); }
  std::string Serialize() const override;
  std::unique_ptr<Model> Clone() const override {
    return std::make_unique<SeasonallyAdjusted>(*this);
  }

  const Model& model() const { return *model_; }

 private:
  friend absl::StatusOr<std::unique_ptr<SeasonallyAdjusted>> FitSeasonallyAdjusted(
      absl::Span<const double> y, absl::Span<const int> periods, const MstlOptions& options,
      absl::FunctionRef<absl::StatusOr<std::unique_ptr<Model>>(absl::Span<const double>)> fit);
  friend absl::StatusOr<std::unique_ptr<SeasonallyAdjusted>> ParseSeasonallyAdjusted(
      absl::string_view bytes);

  struct Season {
    std::vector<double> values;
    size_t place = 0;  // of the next value
  };
  explicit SeasonallyAdjusted(std::unique_ptr<Model> model) : model_(std::move(model)) {}
  double SeasonAhead(size_t steps) const;  // 0: of the next value

  std::vector<Season> seasons_;
  std::unique_ptr<Model> model_;
};

// Decomposes and has `fit` fit a plain model to what is left. Errors: those of Mstl and of `fit`;
// INVALID_ARGUMENT if that is a model made of models.
absl::StatusOr<std::unique_ptr<SeasonallyAdjusted>> FitSeasonallyAdjusted(
    absl::Span<const double> y, absl::Span<const int> periods, const MstlOptions& options,
    absl::FunctionRef<absl::StatusOr<std::unique_ptr<Model>>(absl::Span<const double>)> fit);

// What SeasonallyAdjusted::Serialize wrote. DATA_LOSS for anything else.
absl::StatusOr<std::unique_ptr<SeasonallyAdjusted>> ParseSeasonallyAdjusted(
    absl::string_view bytes);

}  // namespace glutwatch::forecast

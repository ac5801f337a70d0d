#pragma once
#include <memory>
#include <string>
#include <vector>

#include "forecast/models/model.h"

namespace glutwatch::forecast {

// The median of several models: of their means, and of their quantiles at each probability, so that
// no single model that has gone astray moves the forecast. With an even number it is the mean of
// the middle two.
//
// Source: Petropoulos and Svetunkov, "A simple combination of univariate models" (2020).
class MedianEnsemble final : public Model {
 public:
  // At least one member, none of them an ensemble.
  explicit MedianEnsemble(std::vector<std::unique_ptr<Model>> members);
  MedianEnsemble(const MedianEnsemble& other);

  std::string name() const override;  // "median of ETS(A,N,N), Theta"
  // A member that refuses the value (a price of 0 where errors are shares) goes on as if it were
  // missing. INVALID_ARGUMENT for an infinite one.
  absl::Status Update(double y) override;
  // A member whose forecast is no finite number is left out; OUT_OF_RANGE if that is every one.
  absl::StatusOr<Forecast> Predict(int horizon,
                                   absl::Span<const double> probabilities) const override;
  // A path of one member, chosen at random: paths spread at least as wide as the quantiles.
  void Simulate(Random* random, absl::Span<double> path) const override;
  // The medians of the members' errors.
  absl::Span<const double> residuals() const override { return residuals_; }
  // Of the member with the least AICc.
  const FitScore& score() const override { return score_; }
  std::string Serialize() const override;
  std::unique_ptr<Model> Clone() const override { return std::make_unique<MedianEnsemble>(*this); }

  const std::vector<std::unique_ptr<Model>>& members() const { return members_; }

 private:
  friend absl::StatusOr<std::unique_ptr<MedianEnsemble>> ParseEnsemble(absl::string_view bytes);
  std::vector<std::unique_ptr<Model>> members_;
  std::vector<double> residuals_;
  FitScore score_;
};

// What MedianEnsemble::Serialize wrote. DATA_LOSS for anything else.
absl::StatusOr<std::unique_ptr<MedianEnsemble>> ParseEnsemble(absl::string_view bytes);

}  // namespace glutwatch::forecast

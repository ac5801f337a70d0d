#pragma once
#include <memory>
#include <string>
#include <vector>

#include "forecast/models/ets_filter.h"
#include "forecast/models/ets_spec.h"
#include "forecast/models/model.h"

namespace glutwatch::forecast {

// Exponential smoothing, fitted by maximum likelihood.
//
// Sources: Hyndman, Koehler, Ord, Snyder, "Forecasting with Exponential Smoothing" (2008);
// likelihood, parameter region and information criteria as in R's forecast::ets (bounds "usual"),
// so that likelihoods can be compared with R's. R also asks for the admissible region, which a model
// with a trend and a season may leave within the usual bounds; that is not asked for here yet.
class Ets final : public Model {
 public:
  std::string name() const override { return spec_.Name(); }
  // INVALID_ARGUMENT also for a value that is not above 0 where errors are multiplicative.
  absl::Status Update(double y) override;
  // The mean is the point forecast. Quantiles are normal: with the exact variance where trend and
  // season are additive (tables 6.1 and 6.2 of the book), with its approximation for small errors
  // where the season multiplies (section 6.3). With a multiplicative trend they are those of
  // simulated paths, the same ones for the same state.
  absl::StatusOr<Forecast> Predict(int horizon,
                                   absl::Span<const double> probabilities) const override;
  void Simulate(Random* random, absl::Span<double> path) const override;
  absl::Span<const double> residuals() const override { return residuals_; }
  const FitScore& score() const override { return score_; }
  std::string Serialize() const override;
  std::unique_ptr<Model> Clone() const override { return std::make_unique<Ets>(*this); }

  const EtsSpec& spec() const { return spec_; }
  const EtsParameters& parameters() const { return parameters_; }
  const EtsState& start() const { return start_; }  // before the first value
  const EtsState& state() const { return state_; }
  // Of the one-step error; a share of the forecast where errors are multiplicative. With the
  // degrees of freedom of the estimated parameters, as in R.
  double sigma() const { return sigma_; }

 private:
  friend class EtsFitter;
  friend absl::StatusOr<std::unique_ptr<Ets>> ParseEts(absl::string_view bytes);

  bool relative() const { return spec_.error == EtsPart::kMultiplicative; }
  double SeasonAhead(size_t steps) const {
    return state_.season[(state_.place + steps) % state_.season.size()];
  }
  // The variance of each step's error.
  std::vector<double> Variances(absl::Span<const double> means) const;

  EtsSpec spec_;
  EtsParameters parameters_;
  EtsState start_;
  EtsState state_;
  double sigma_ = 0;
  FitScore score_;
  std::vector<double> residuals_;
};

struct EtsOptions {
  // Yesterday's fit: its parameters are where the search begins, if it is of the same member.
  const Ets* warm = nullptr;
  // SelectEts also tries multiplicative trends.
  bool multiplicative_trend = false;
  // SelectEts tries additive errors only: for series that may come to 0 and below later.
  bool additive_only = false;
  // Of one member's likelihood; enough for a season of 24 steps from a cold start.
  int max_evaluations = 150;
};

// Fits one member of the family. `y` is equally spaced, oldest first; NaN is a missing value.
//
// INVALID_ARGUMENT: infinite values; CheckEtsSpec; values that are not above 0 where errors are
// multiplicative. FAILED_PRECONDITION: fewer observed values than parameters + 2.
// About 0.3 ms for 1,000 values with a season of 7.
absl::StatusOr<std::unique_ptr<Ets>> FitEts(absl::Span<const double> y, const EtsSpec& spec,
                                            const EtsOptions& options = {});

// Fits the members of EtsCandidates that the series is long enough for and gives the one with the
// least AICc. `period` 1: without seasons.
//
// INVALID_ARGUMENT: infinite values, a period outside [1, kMaxEtsPeriod]. FAILED_PRECONDITION:
// fewer than five observed values.
absl::StatusOr<std::unique_ptr<Ets>> SelectEts(absl::Span<const double> y, int period,
                                               const EtsOptions& options = {});

// What Ets::Serialize wrote. DATA_LOSS for anything else.
absl::StatusOr<std::unique_ptr<Ets>> ParseEts(absl::string_view bytes);

}  // namespace glutwatch::forecast

#include "forecast/damped_trend.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"

namespace glutwatch::forecast {
namespace {

constexpr double kAlphas[] = {0.1, 0.2, 0.35, 0.5, 0.7, 0.9};
constexpr double kBetas[] = {0.01, 0.05, 0.15, 0.3};
constexpr double kPhis[] = {0.8, 0.9, 0.95, 0.98};
constexpr int kParameterCount = 3;

// The variance of the forecast error one, two, ... days ahead over that of one day ahead:
// 1 + sum_{j=1}^{h-1} (alpha + alpha beta phi_j)^2, phi_j = phi + ... + phi^j. Hyndman et al.
// (2008), table 6.1, class 1.
class SpreadByHorizon {
 public:
  SpreadByHorizon(double alpha, double beta, double phi) : alpha_(alpha), beta_(beta), phi_(phi) {}
  double Next() {
    const double spread = spread_;
    power_ *= phi_;
    phi_j_ += power_;
    const double c = alpha_ * (1 + beta_ * phi_j_);
    spread_ += c * c;
    return spread;
  }

 private:
  double alpha_;
  double beta_;
  double phi_;
  double power_ = 1;
  double phi_j_ = 0;
  double spread_ = 1;
};

}  // namespace

DampedTrend::Fitness DampedTrend::Run(absl::Span<const double> y, const Parameters& parameters,
                                      int most_missing) {
  parameters_ = parameters;
  SpreadByHorizon by_horizon(parameters.alpha, parameters.beta, parameters.phi);
  std::vector<double> spread(static_cast<size_t>(most_missing) + 1);  // by missing days
  for (double& value : spread) value = by_horizon.Next();
  Fitness fitness;
  for (const double value : y) {
    if (observed_ == 0) {
      if (std::isnan(value)) continue;
      level_ = value;
      observed_ = 1;
      continue;
    }
    if (!std::isnan(value)) {
      const double error = value - (level_ + parameters_.phi * slope_);
      fitness.sum_squares += error * error / spread[static_cast<size_t>(missing_)];
      if (missing_ > 0) fitness.log_spread += std::log(spread[static_cast<size_t>(missing_)]);
    }
    Update(value);
  }
  return fitness;
}

absl::StatusOr<DampedTrend> DampedTrend::Fit(absl::Span<const double> y) {
  int observed = 0;
  int missing = 0;
  int most_missing = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    if (std::isinf(y[i])) return absl::InvalidArgumentError(absl::StrCat("y[", i, "] is infinite"));
    missing = std::isnan(y[i]) ? missing + 1 : 0;
    most_missing = std::max(most_missing, missing);
    if (missing == 0) ++observed;
  }
  if (observed < kMinObserved) {
    return absl::FailedPreconditionError(
        absl::StrCat("need ", kMinObserved, " observed points, have ", observed));
  }
  const int errors = observed - 1;  // the first point only sets the level
  DampedTrend best;
  double least = std::numeric_limits<double>::infinity();
  for (const double alpha : kAlphas) {
    for (const double beta : kBetas) {
      for (const double phi : kPhis) {
        DampedTrend candidate;
        const Fitness fitness = candidate.Run(y, {alpha, beta, phi}, most_missing);
        // Hyndman et al. (2008), eq. 5.3: minus twice the log likelihood, less constants. It is
        // -infinity for a series that never errs; the first candidate is then as good as any.
        const double cost = errors * std::log(fitness.sum_squares) + fitness.log_spread;
        if (cost < least) {
          least = cost;
          best = candidate;
          best.variance_ = fitness.sum_squares / (errors - kParameterCount);
        }
      }
    }
  }
  if (!(least < std::numeric_limits<double>::infinity())) {
    return absl::OutOfRangeError("the values are so large that their squared errors overflow");
  }
  return best;
}

void DampedTrend::Update(double y) {
  const double slope = parameters_.phi * slope_;
  const double expected = level_ + slope;
  if (std::isnan(y)) {
    level_ = expected;
    slope_ = slope;
    ++missing_;
    return;
  }
  const double error = y - expected;
  level_ = expected + parameters_.alpha * error;
  slope_ = slope + parameters_.alpha * parameters_.beta * error;
  ++observed_;
  missing_ = 0;
}

double DampedTrend::Mean(int h) const {
  double damping = 0;
  double power = 1;
  for (int j = 0; j < h; ++j) damping += power *= parameters_.phi;
  return level_ + damping * slope_;
}

double DampedTrend::Deviation(int h) const { return std::sqrt(variance_ * Spread(h + missing_)); }

double DampedTrend::Spread(int h) const {
  SpreadByHorizon spread(parameters_.alpha, parameters_.beta, parameters_.phi);
  for (int j = 1; j < h; ++j) spread.Next();
  return spread.Next();
}

}  // namespace glutwatch::forecast

#include "forecast/damped_trend.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"

namespace glutwatch::forecast {
namespace {

constexpr double kAlphas[] = {0.1, 0.2, 0.35, 0.5, 0.7, 0.9};
constexpr double kBetas[] = {0.01, 0.05, 0.15, 0.3};
constexpr double kPhis[] = {0.8, 0.9, 0.95, 0.98};
constexpr int kParameterCount = 3;

}  // namespace

double DampedTrend::Run(absl::Span<const double> y, const Parameters& parameters) {
  parameters_ = parameters;
  level_ = 0;
  slope_ = 0;
  observed_ = 0;
  double sum_squares = 0;
  for (const double value : y) {
    if (observed_ == 0) {
      if (std::isnan(value)) continue;
      level_ = value;
      observed_ = 1;
      continue;
    }
    if (!std::isnan(value)) {
      const double error = value - (level_ + parameters_.phi * slope_);
      sum_squares += error * error;
    }
    Update(value);
  }
  return sum_squares;
}

absl::StatusOr<DampedTrend> DampedTrend::Fit(absl::Span<const double> y) {
  int observed = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    if (std::isinf(y[i])) return absl::InvalidArgumentError(absl::StrCat("y[", i, "] is infinite"));
    if (!std::isnan(y[i])) ++observed;
  }
  if (observed < kMinObserved) {
    return absl::FailedPreconditionError(
        absl::StrCat("need ", kMinObserved, " observed points, have ", observed));
  }
  DampedTrend best;
  double least = std::numeric_limits<double>::infinity();
  for (const double alpha : kAlphas) {
    for (const double beta : kBetas) {
      for (const double phi : kPhis) {
        DampedTrend candidate;
        const double sum_squares = candidate.Run(y, {alpha, beta, phi});
        if (sum_squares < least) {
          least = sum_squares;
          best = candidate;
        }
      }
    }
  }
  best.variance_ = least / (observed - 1 - kParameterCount);
  return best;
}

void DampedTrend::Update(double y) {
  const double slope = parameters_.phi * slope_;
  const double expected = level_ + slope;
  if (std::isnan(y)) {
    level_ = expected;
    slope_ = slope;
    return;
  }
  const double error = y - expected;
  level_ = expected + parameters_.alpha * error;
  slope_ = slope + parameters_.alpha * parameters_.beta * error;
  ++observed_;
}

double DampedTrend::Mean(int h) const {
  double damping = 0;
  double power = 1;
  for (int j = 0; j < h; ++j) damping += power *= parameters_.phi;
  return level_ + damping * slope_;
}

double DampedTrend::Deviation(int h) const {
  // Hyndman et al. (2008), table 6.1, class 1: 1 + sum_{j=1}^{h-1} (alpha + alpha beta phi_j)^2.
  double sum = 1;
  double phi_j = 0;
  double power = 1;
  for (int j = 1; j < h; ++j) {
    phi_j += power *= parameters_.phi;
    const double c = parameters_.alpha * (1 + parameters_.beta * phi_j);
    sum += c * c;
  }
  return std::sqrt(variance_ * sum);
}

}  // namespace glutwatch::forecast

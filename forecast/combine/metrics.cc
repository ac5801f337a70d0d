#include "forecast/combine/metrics.h"

#include <cmath>
#include <cstddef>

namespace glutwatch::forecast {
namespace {

// The mean of `of(i)` over the steps with a truth.
template <typename Of>
double MeanOver(absl::Span<const double> truth, const Of& of) {
  double sum = 0;
  double count = 0;
  for (size_t i = 0; i < truth.size(); ++i) {
    if (std::isnan(truth[i])) continue;
    sum += of(i);
    count += 1;
  }
  return sum / count;
}

template <typename Of>
double MeanStep(absl::Span<const double> y, int season, const Of& of) {
  const auto lag = static_cast<size_t>(season);
  double sum = 0;
  double count = 0;
  for (size_t i = lag; i < y.size(); ++i) {
    const double step = y[i] - y[i - lag];
    if (std::isnan(step)) continue;
    sum += of(step);
    count += 1;
  }
  return sum / count;
}

double Square(double x) { return x * x; }

}  // namespace

double Smape(absl::Span<const double> truth, absl::Span<const double> forecast) {
  return 100 * MeanOver(truth, [&](size_t i) {
           const double size = std::fabs(truth[i]) + std::fabs(forecast[i]);
           return size > 0 ? 2 * std::fabs(truth[i] - forecast[i]) / size : 0;
         });
}

double NaiveStep(absl::Span<const double> y, int season) {
  return MeanStep(y, season, [](double step) { return std::fabs(step); });
}

double NaiveSquare(absl::Span<const double> y, int season) {
  return std::sqrt(MeanStep(y, season, Square));
}

double Mase(absl::Span<const double> truth, absl::Span<const double> forecast, double naive_step) {
  return MeanOver(truth, [&](size_t i) { return std::fabs(truth[i] - forecast[i]); }) / naive_step;
}

double Rmsse(absl::Span<const double> truth, absl::Span<const double> forecast,
             double naive_square) {
  return std::sqrt(MeanOver(truth, [&](size_t i) { return Square(truth[i] - forecast[i]); })) /
         naive_square;
}

double PinballLoss(absl::Span<const double> truth, absl::Span<const double> quantile,
                   double probability) {
  return MeanOver(truth, [&](size_t i) {
    const double off = truth[i] - quantile[i];
    return off >= 0 ? probability * off : (probability - 1) * off;
  });
}

double Coverage(absl::Span<const double> truth, absl::Span<const double> low,
                absl::Span<const double> high) {
  return MeanOver(truth,
                  [&](size_t i) { return truth[i] >= low[i] && truth[i] <= high[i] ? 1.0 : 0.0; });
}

double OverallAverage(double smape, double mase, double reference_smape, double reference_mase) {
  return (smape / reference_smape + mase / reference_mase) / 2;
}

}  // namespace glutwatch::forecast

#include "forecast/decompose/stl.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "forecast/decompose/loess.h"
#include "forecast/models/forecast.h"

namespace glutwatch::forecast {
namespace {

constexpr int kRobustRounds = 15;
constexpr double kRounding = 1e-20;  // of squares

int NextOdd(double x) {
  const int up = static_cast<int>(std::ceil(x));
  return up % 2 == 0 ? up + 1 : up;
}

LoessOptions Smoother(int window, int degree, bool jumps) {
  return {window, degree, jumps ? (window + 9) / 10 : 1};
}

// The mean of `length` values in a row, for each place; out has `length - 1` values less.
void MovingMean(absl::Span<const double> y, size_t length, std::vector<double>* out) {
  out->resize(y.size() - length + 1);
  double sum = 0;
  for (size_t i = 0; i < length; ++i) sum += y[i];
  const auto count = static_cast<double>(length);
  (*out)[0] = sum / count;
  for (size_t i = length; i < y.size(); ++i) {
    sum += y[i] - y[i - length];
    (*out)[i - length + 1] = sum / count;
  }
}

// The bisquare weights of how far `fit` is off.
void WeighOutliers(absl::Span<const double> y, absl::Span<const double> fit,
                   std::vector<double>* weights) {
  const size_t n = y.size();
  std::vector<double> off(n);
  for (size_t i = 0; i < n; ++i) off[i] = std::fabs(y[i] - fit[i]);
  std::vector<double> sorted = off;
  const auto nth = [&](size_t k) {
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(k), sorted.end());
    return sorted[k];
  };
  const double spread = 3 * (nth(n / 2) + nth(n - n / 2 - 1));  // six times the median
  for (size_t i = 0; i < n; ++i) {
    const double share = off[i] / spread;
    (*weights)[i] = off[i] <= 0.001 * spread   ? 1
                    : off[i] <= 0.999 * spread ? (1 - share * share) * (1 - share * share)
                                               : 0;
  }
}

class StlRun {
 public:
  StlRun(absl::Span<const double> y, int period, const StlOptions& options)
      : y_(FillStraight(y)),
        period_(static_cast<size_t>(period)),
        periodic_(options.seasonal_window == StlOptions::kPeriodic),
        season_window_(periodic_ ? 10 * static_cast<int>(y.size()) + 1 : options.seasonal_window),
        season_(Smoother(season_window_, 0, options.jumps)),
        trend_smoother_(Smoother(TrendWindow(options, period, season_window_), 1, options.jumps)),
        low_pass_(Smoother(NextOdd(period), 1, options.jumps)) {
    const size_t n = y.size();
    result_.seasonal.assign(n, 0);
    result_.trend.assign(n, 0);
    result_.weights.assign(n, 1);
    cycles_.resize(n + 2 * period_);
    for (size_t i = 0; i < n; ++i) {
      if (std::isnan(y[i])) missing_.push_back(i);
    }
    if (missing_.empty()) return;
    weigh_ = true;
    ForgetMissing();
  }

  Decomposition Run(bool robust) {
    const int inner = robust ? 1 : 2;
    const int outer = robust ? kRobustRounds : 0;
    for (int round = 0;; ++round) {
      for (int i = 0; i < inner; ++i) Round();
      if (round == outer) break;
      std::vector<double> fit = result_.trend;
      for (size_t i = 0; i < fit.size(); ++i) fit[i] += result_.seasonal[i];
      WeighOutliers(y_, fit, &result_.weights);
      ForgetMissing();
      weigh_ = true;
    }
    if (periodic_) AverageSeasons();
    result_.remainder = y_;
    for (size_t i = 0; i < y_.size(); ++i) {
      result_.remainder[i] -= result_.seasonal[i] + result_.trend[i];
    }
    for (const size_t i : missing_) result_.remainder[i] = std::nan("");
    return std::move(result_);
  }

 private:
  static int TrendWindow(const StlOptions& options, int period, int season_window) {
    if (options.trend_window > 0) return options.trend_window;
    return NextOdd(1.5 * period / (1 - 1.5 / season_window));
  }
  absl::Span<const double> weights() const {
    return weigh_ ? absl::Span<const double>(result_.weights) : absl::Span<const double>();
  }
  void ForgetMissing() {
    for (const size_t i : missing_) result_.weights[i] = 0;
  }

  // Steps 1 to 6 of the paper's inner loop.
  void Round() {
    const size_t n = y_.size();
    rest_.resize(n);
    for (size_t i = 0; i < n; ++i) rest_[i] = y_[i] - result_.trend[i];
    SmoothCycles();
    MovingMean(cycles_, period_, &mean1_);
    MovingMean(mean1_, period_, &mean2_);
    MovingMean(mean2_, 3, &mean1_);
    low_.resize(n);
    low_pass_.Smooth(mean1_, {}, absl::MakeSpan(low_));
    for (size_t i = 0; i < n; ++i) {
      result_.seasonal[i] = cycles_[period_ + i] - low_[i];
      rest_[i] = y_[i] - result_.seasonal[i];
    }
    trend_smoother_.Smooth(rest_, weights(), absl::MakeSpan(result_.trend));
  }

  // Smooths the values of each place in the season over the years, and one year beyond both ends.
  void SmoothCycles() {
    const size_t n = rest_.size();
    for (size_t place = 0; place < period_; ++place) {
      const size_t count = (n - place - 1) / period_ + 1;
      sub_.resize(count);
      sub_weights_.resize(weigh_ ? count : 0);
      smooth_.resize(count + 2);
      for (size_t i = 0; i < count; ++i) {
        sub_[i] = rest_[i * period_ + place];
        if (weigh_) sub_weights_[i] = result_.weights[i * period_ + place];
      }
      season_.Smooth(sub_, sub_weights_, absl::MakeSpan(smooth_).subspan(1, count));
      const size_t width = std::min(static_cast<size_t>(season_window_), count);
      smooth_[0] = smooth_[1];
      season_.Fit(sub_, sub_weights_, -1, 0, width - 1, &smooth_[0]);
      smooth_[count + 1] = smooth_[count];
      season_.Fit(sub_, sub_weights_, static_cast<double>(count), count - width, count - 1,
                  &smooth_[count + 1]);
      for (size_t i = 0; i < count + 2; ++i) cycles_[i * period_ + place] = smooth_[i];
    }
  }

  void AverageSeasons() {
    for (size_t place = 0; place < period_; ++place) {
      double sum = 0;
      double count = 0;
      for (size_t i = place; i < y_.size(); i += period_, ++count) sum += result_.seasonal[i];
      for (size_t i = place; i < y_.size(); i += period_) result_.seasonal[i] = sum / count;
    }
  }

  const std::vector<double> y_;
  const size_t period_;
  const bool periodic_;
  const int season_window_;
  Loess season_;
  Loess trend_smoother_;
  Loess low_pass_;
  std::vector<size_t> missing_;
  bool weigh_ = false;
  Decomposition result_;
  std::vector<double> cycles_;  // the smoothed values of all places, with a year at both ends
  std::vector<double> rest_, sub_, sub_weights_, smooth_, mean1_, mean2_, low_;
};

// 1 - var(remainder) / var(part + remainder), where there is a remainder; 0 where both are no more
// than rounding.
double Strength(const Decomposition& decomposition, const std::vector<double>& part) {
  double count = 0, rest = 0, rest_squares = 0, both = 0, both_squares = 0, size = 0;
  for (size_t i = 0; i < part.size(); ++i) {
    const double r = decomposition.remainder[i];
    if (std::isnan(r)) continue;
    const double x = r + part[i];
    count += 1;
    rest += r;
    rest_squares += r * r;
    both += x;
    both_squares += x * x;
    size += decomposition.trend[i] * decomposition.trend[i];
  }
  const double variance = both_squares - both * both / count;
  if (!(variance > kRounding * size)) return 0;
  return std::clamp(1 - (rest_squares - rest * rest / count) / variance, 0.0, 1.0);
}

}  // namespace

std::vector<double> FillStraight(absl::Span<const double> y) {
  std::vector<double> filled(y.begin(), y.end());
  std::optional<size_t> before;
  for (size_t i = 0; i < y.size(); ++i) {
    if (std::isnan(y[i])) continue;
    const size_t from = before.has_value() ? *before + 1 : 0;
    for (size_t gap = from; gap < i; ++gap) {
      const double share =
          before.has_value() ? static_cast<double>(gap - *before) / static_cast<double>(i - *before)
                             : 1;
      const double start = before.has_value() ? y[*before] : y[i];
      filled[gap] = start + share * (y[i] - start);
    }
    before = i;
  }
  for (size_t i = *before + 1; i < y.size(); ++i) filled[i] = y[*before];
  return filled;
}

absl::StatusOr<Decomposition> Stl(absl::Span<const double> y, int period,
                                  const StlOptions& options) {
  if (period < 2) {
    return absl::InvalidArgumentError(absl::StrCat("period is ", period, ", expected 2 or more"));
  }
  for (const int window : {options.seasonal_window, options.trend_window}) {
    if (window < 0 || (window > 0 && window % 2 == 0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("a window is ", window, " steps, expected an odd number, or 0"));
    }
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckSeries(y, 2));
  if (y.size() < 2 * static_cast<size_t>(period)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the series has ", y.size(), " steps, at least two seasons of ", period, " are needed"));
  }
  return StlRun(y, period, options).Run(options.robust);
}

double SeasonalStrength(const Decomposition& decomposition) {
  return Strength(decomposition, decomposition.seasonal);
}

double TrendStrength(const Decomposition& decomposition) {
  return Strength(decomposition, decomposition.trend);
}

}  // namespace glutwatch::forecast

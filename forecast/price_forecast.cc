#include "forecast/price_forecast.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "forecast/damped_trend.h"
#include "forecast/seasonal_norm.h"

namespace glutwatch::forecast {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kFitDays = 730;                // older days say little of today's trend
constexpr int kMinAdjusted = 60;             // days with price and norm, for the seasonal form
constexpr double kZ80 = 1.2815515655446004;  // normal quantiles 0.90 and 0.975
constexpr double kZ95 = 1.959963984540054;

struct Past {
  std::vector<double> log_price;  // NaN where missing; ends at the origin
  std::vector<double> log_ratio;  // log(price / norm)
  int observed = 0;
  int adjusted = 0;
};

Past Collect(const PriceHistory& history, Day origin) {
  Past past;
  const Day from = std::max(history.first_day, origin - (kFitDays - 1));
  for (Day day = from; day <= origin; day = day + 1) {
    double log_price = kNaN;
    double log_ratio = kNaN;
    if (history.Covers(day)) {
      log_price = std::log(history.price[static_cast<size_t>(day - history.first_day)]);
    }
    if (!std::isnan(log_price)) {
      ++past.observed;
      const auto norm = SeasonalNorm(history, day, day);
      if (norm.has_value()) {
        log_ratio = log_price - std::log(norm->price);
        ++past.adjusted;
      }
    }
    past.log_price.push_back(log_price);
    past.log_ratio.push_back(log_ratio);
  }
  return past;
}

// The last value, with the spread of the changes between neighbouring observations.
struct LastValue {
  double level = 0;
  double daily_deviation = 0;
  int missing = 0;  // days since
};

LastValue FitLastValue(const std::vector<double>& y) {
  LastValue fit;
  double sum_squares = 0;
  int changes = 0;
  int last = -1;
  for (int i = 0; i < static_cast<int>(y.size()); ++i) {
    const double value = y[static_cast<size_t>(i)];
    if (std::isnan(value)) continue;
    if (last >= 0) {
      const double change = value - fit.level;
      sum_squares += change * change / (i - last);  // a random walk's variance grows with days
      ++changes;
    }
    fit.level = value;
    last = i;
  }
  fit.daily_deviation = changes == 0 ? 0 : std::sqrt(sum_squares / changes);
  fit.missing = static_cast<int>(y.size()) - 1 - last;
  return fit;
}

ForecastPoint Point(Day day, double log_median, double deviation, double scale) {
  return ForecastPoint{.day = day,
                       .median = scale * std::exp(log_median),
                       .low80 = scale * std::exp(log_median - kZ80 * deviation),
                       .high80 = scale * std::exp(log_median + kZ80 * deviation),
                       .low95 = scale * std::exp(log_median - kZ95 * deviation),
                       .high95 = scale * std::exp(log_median + kZ95 * deviation),
                       .log_deviation = deviation,
                       .norm = std::nullopt};
}

// The norms of the days ahead; empty unless every one of them has one.
std::vector<double> NormsAhead(const PriceHistory& history, Day origin, int horizon_days) {
  std::vector<double> norms;
  for (int h = 1; h <= horizon_days; ++h) {
    const auto norm = SeasonalNorm(history, origin + h, origin);
    if (!norm.has_value()) return {};
    norms.push_back(norm->price);
  }
  return norms;
}

}  // namespace

absl::StatusOr<PriceForecast> ForecastPrice(const PriceHistory& history, Day origin,
                                            int horizon_days) {
  if (horizon_days < 1 || horizon_days > kMaxHorizonDays) {
    return absl::InvalidArgumentError(
        absl::StrCat("horizon is ", horizon_days, " days, need 1..", kMaxHorizonDays));
  }
  if (absl::Status status = CheckPrices(history, origin); !status.ok()) return status;
  const Past past = Collect(history, origin);
  if (past.observed < 2) {
    return absl::FailedPreconditionError(absl::StrCat("need 2 prices in the two years up to ",
                                                      FormatDay(origin), ", have ", past.observed));
  }
  const std::vector<double> norms = NormsAhead(history, origin, horizon_days);
  const bool seasonal = past.adjusted >= kMinAdjusted && !norms.empty();
  PriceForecast result;
  result.origin = origin;
  const auto fit = DampedTrend::Fit(seasonal ? past.log_ratio : past.log_price);
  const LastValue last = FitLastValue(past.log_price);
  result.method = !fit.ok()  ? "last price"
                  : seasonal ? "damped trend on the seasonally adjusted price"
                             : "damped trend";
  for (int h = 1; h <= horizon_days; ++h) {
    const double norm = norms.empty() ? kNaN : norms[static_cast<size_t>(h - 1)];
    ForecastPoint point =
        fit.ok()
            ? Point(origin + h, fit->Mean(h), fit->Deviation(h), seasonal ? norm : 1)
            : Point(origin + h, last.level, last.daily_deviation * std::sqrt(h + last.missing), 1);
    if (!std::isfinite(point.high95)) {
      return absl::OutOfRangeError(absl::StrCat(
          "the 95 % bound for ", FormatDay(point.day),
          " exceeds any number: ", "standard deviation of the log price is ", point.log_deviation));
    }
    if (!norms.empty()) point.norm = norm;
    result.points.push_back(point);
  }
  return result;
}

double ProbabilityBelow(const ForecastPoint& point, double price) {
  if (point.log_deviation == 0) return price > point.median ? 1 : 0;
  const double z = (std::log(price) - std::log(point.median)) / point.log_deviation;
  return std::erfc(-z / std::sqrt(2.0)) / 2;
}

}  // namespace glutwatch::forecast

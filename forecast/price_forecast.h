#pragma once
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/day.h"
#include "forecast/price_history.h"

namespace glutwatch::forecast {

// The forecast of one day, in the unit of the prices.
struct ForecastPoint {
  Day day{};
  double median = 0;
  double low80 = 0;  // 80 % interval
  double high80 = 0;
  double low95 = 0;  // 95 % interval
  double high95 = 0;
  double log_deviation = 0;    // standard deviation of the logarithm
  std::optional<double> norm;  // usual on that day; nullopt if there is no norm
};

struct PriceForecast {
  Day origin{};  // the last day that it knew
  std::string
      method;  // "damped trend on the seasonally adjusted price", "damped trend", "last price"
  std::vector<ForecastPoint> points;  // origin + 1 ... origin + horizon
};

inline constexpr int kMaxHorizonDays = 365;

// Forecasts the `horizon_days` days after `origin` from the prices dated up to it: damped trend on
// the seasonally adjusted log price (ETS(A,Ad,N)); without a norm, on the log price; with fewer
// than ten prices, the last price with the spread of its own changes. Looks two years back, and
// for the norm five more. Intervals widen with the days since the last price. About 1 ms.
//
// INVALID_ARGUMENT: horizon outside [1, kMaxHorizonDays], bad prices (names the day).
// FAILED_PRECONDITION: fewer than two prices in the two years up to `origin` (says how many).
// OUT_OF_RANGE: the prices jump so wildly that a bound of the forecast is no finite number.
absl::StatusOr<PriceForecast> ForecastPrice(const PriceHistory& history, Day origin,
                                            int horizon_days);

// The probability, 0..1, that the price of that day lies below `price`, under normal log errors.
// `price` > 0. Where the forecast has no spread it is 0 or 1.
double ProbabilityBelow(const ForecastPoint& point, double price);

}  // namespace glutwatch::forecast

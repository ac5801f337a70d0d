#include "forecast/risk/indicators.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "forecast/month_means.h"
#include "forecast/price_forecast.h"
#include "forecast/risk/alps.h"
#include "forecast/risk/ifpa.h"
#include "forecast/seasonal_norm.h"

namespace glutwatch::forecast::risk {
namespace {

constexpr int kMedianPrices = 5;
constexpr int kMedianDays = 21;
constexpr int kYearAgoHalfWindow = 10;
constexpr int kAheadDays = 28;

absl::Status Check(const PriceHistory& history, const Costs& costs, Day from, Day to) {
  if (from > to) {
    return absl::InvalidArgumentError(
        absl::StrCat("range begins on ", FormatDay(from), ", after its end ", FormatDay(to)));
  }
  if (absl::Status status = CheckPrices(history, to); !status.ok()) return status;
  for (const std::optional<double>& cost : {costs.total, costs.cash}) {
    if (cost.has_value() && (!(*cost > 0) || std::isinf(*cost))) {
      return absl::InvalidArgumentError(absl::StrCat("cost is ", *cost, ", need a value above 0"));
    }
  }
  return absl::OkStatus();
}

// The median of the newest prices up to and including index `at`.
double RecentMedian(const PriceHistory& history, int at) {
  std::array<double, kMedianPrices> found;
  size_t count = 0;
  for (int i = at; i >= 0 && i > at - kMedianDays && count < kMedianPrices; --i) {
    const double price = history.price[static_cast<size_t>(i)];
    if (!std::isnan(price)) found[count++] = price;
  }
  return Median(absl::MakeSpan(found.data(), count));
}

// The median price around the same day a year before.
std::optional<double> YearAgo(const PriceHistory& history, Day day) {
  const auto norm = SeasonalNorm(
      history, day, day, {.half_window_days = kYearAgoHalfWindow, .max_years = 1, .min_years = 1});
  if (!norm.has_value()) return std::nullopt;
  return norm->price;
}

// Walks the days of one history; a month's ALPS fit serves all of its days.
class Walk {
 public:
  Walk(const PriceHistory& history, const Costs& costs, const IndicatorOptions& options)
      : history_(history), costs_(costs), options_(options), months_(history) {}

  DayIndicators At(int index) {
    const Day day = history_.first_day + index;
    DayIndicators result;
    result.day = day;
    const double median = RecentMedian(history_, index);
    result.price = history_.price[static_cast<size_t>(index)];
    result.median_price = median;
    AddNorm(day, median, &result);
    result.ifpa = Ifpa(months_, day);
    const std::optional<AlpsFit>& fit = AlpsOf(MonthMeans::MonthOf(day));
    if (fit.has_value()) result.alps = fit->Score(median);
    if (costs_.total.has_value()) result.price_to_total_cost = median / *costs_.total;
    if (costs_.cash.has_value()) result.price_to_cash_cost = median / *costs_.cash;
    const auto year_ago = YearAgo(history_, day);
    if (year_ago.has_value()) result.year_on_year = median / *year_ago;
    return result;
  }

 private:
  void AddNorm(Day day, double median, DayIndicators* result) const {
    const auto norm = SeasonalNorm(history_, day, day);
    if (!norm.has_value()) return;
    result->norm = norm->price;
    result->norm_years = norm->years;
    result->price_to_norm = median / norm->price;
    const auto ahead = SeasonalNorm(history_, day + kAheadDays, day);
    if (!ahead.has_value()) return;
    result->norm_in_28_days = ahead->price / norm->price;
    if (!options_.with_forecast) return;
    const auto forecast = ForecastPrice(history_, day, kAheadDays);
    if (forecast.ok()) result->forecast_to_norm = forecast->points.back().median / ahead->price;
  }

  const std::optional<AlpsFit>& AlpsOf(int month) {
    if (month != alps_month_) {
      alps_ = AlpsFit::Fit(months_, month);
      alps_month_ = month;
    }
    return alps_;
  }

  const PriceHistory& history_;
  const Costs& costs_;
  const IndicatorOptions& options_;
  const MonthMeans months_;
  int alps_month_ = -1;
  std::optional<AlpsFit> alps_;
};

}  // namespace

absl::StatusOr<std::vector<DayIndicators>> ComputeIndicators(const PriceHistory& history,
                                                             const Costs& costs, Day from, Day to,
                                                             const IndicatorOptions& options) {
  if (absl::Status status = Check(history, costs, from, to); !status.ok()) return status;
  std::vector<DayIndicators> result;
  const int first = std::max(0, from - history.first_day);
  const int last = std::min(static_cast<int>(history.price.size()) - 1, to - history.first_day);
  if (first > last) return result;
  Walk walk(history, costs, options);
  for (int i = first; i <= last; ++i) {
    if (!std::isnan(history.price[static_cast<size_t>(i)])) result.push_back(walk.At(i));
  }
  return result;
}

}  // namespace glutwatch::forecast::risk

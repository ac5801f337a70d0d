#include "forecast/seasonal_norm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace glutwatch::forecast {
namespace {

constexpr int kMostWindowDays = 127;
constexpr int kMostYears = 20;

// The same day `years` earlier; 29 February becomes the 28th.
Day YearsBefore(absl::CivilDay day, int years) {
  const absl::CivilDay earlier(day.year() - years, day.month(), day.day());
  return ToDay(earlier.month() == day.month() ? earlier : earlier - 1);
}

std::optional<double> WindowMedian(const PriceHistory& history, Day centre, int half_window,
                                   Day known_through) {
  const int size = static_cast<int>(history.price.size());
  const int from = std::max(0, centre - half_window - history.first_day);
  const int to = std::min(
      {size - 1, centre + half_window - history.first_day, known_through - history.first_day});
  std::array<double, kMostWindowDays> found;
  size_t count = 0;
  for (int i = from; i <= to; ++i) {
    const double price = history.price[static_cast<size_t>(i)];
    if (!std::isnan(price)) found[count++] = price;
  }
  if (count == 0) return std::nullopt;
  return Median(absl::MakeSpan(found.data(), count));
}

}  // namespace

double Median(absl::Span<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const size_t middle = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + middle, values.end());
  const double upper = values[middle];
  if (values.size() % 2 == 1) return upper;
  return (*std::max_element(values.begin(), values.begin() + middle) + upper) / 2;
}

std::optional<Norm> SeasonalNorm(const PriceHistory& history, Day day, Day known_through,
                                 const SeasonalNormOptions& options) {
  const absl::CivilDay civil = ToCivil(day);
  const int half_window = std::clamp(options.half_window_days, 0, kMostWindowDays / 2);
  std::array<double, kMostYears> medians;
  size_t years = 0;
  for (int back = 1; back <= std::min(options.max_years, kMostYears); ++back) {
    const Day centre = YearsBefore(civil, back);
    if (centre + half_window < history.first_day) break;
    const auto median = WindowMedian(history, centre, half_window, known_through);
    if (median.has_value()) medians[years++] = *median;
  }
  if (years == 0 || static_cast<int>(years) < options.min_years) return std::nullopt;
  const absl::Span<double> found(medians.data(), years);
  Norm norm{.years = static_cast<int>(years)};
  if (years < 4) {
    norm.price = std::max(Median(found), options.floor);
    return norm;
  }
  std::sort(found.begin(), found.end());
  for (size_t i = 1; i + 1 < years; ++i) norm.price += found[i];
  norm.price = std::max(norm.price / static_cast<double>(years - 2), options.floor);
  return norm;
}

}  // namespace glutwatch::forecast

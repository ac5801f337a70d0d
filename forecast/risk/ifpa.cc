#include "forecast/risk/ifpa.h"

#include <algorithm>
#include <cmath>

namespace glutwatch::forecast::risk {
namespace {

constexpr int kMostYears = 20;
// Below this spread of monthly growth rates the past never varied, and a score means nothing.
constexpr double kLeastDeviation = 1e-9;

std::optional<double> Growth(std::optional<double> now, std::optional<double> then, int months) {
  if (!now.has_value() || !then.has_value()) return std::nullopt;
  return std::pow(*now / *then, 1.0 / months) - 1;
}

// Growth over `span` months up to `day`'s month, standardised by the same month of earlier years.
std::optional<double> Score(const MonthMeans& months, Day day, int span,
                            const IfpaOptions& options) {
  const int month = MonthMeans::MonthOf(day);
  const auto now = Growth(months.ToDate(day), months.Whole(month - span), span);
  if (!now.has_value()) return std::nullopt;
  double past[kMostYears];
  int years = 0;
  for (int back = 1; back <= std::min(options.max_years, kMostYears); ++back) {
    const int then = month - 12 * back;
    if (then - span < months.first_month()) break;
    const auto growth = Growth(months.Whole(then), months.Whole(then - span), span);
    if (growth.has_value()) past[years++] = *growth;  // newest first
  }
  if (years < std::max(options.min_years, 2)) return std::nullopt;
  double weights = 0;
  double mean = 0;
  for (int i = 0; i < years; ++i) {
    weights += years - i;
    mean += (years - i) * past[i];
  }
  mean /= weights;
  double squares = 0;
  for (int i = 0; i < years; ++i) squares += (years - i) * (past[i] - mean) * (past[i] - mean);
  const double deviation = std::sqrt(squares / (weights * (years - 1) / years));
  if (deviation < kLeastDeviation) return std::nullopt;
  return (*now - mean) / deviation;
}

}  // namespace

std::optional<double> Ifpa(const MonthMeans& months, Day day, const IfpaOptions& options) {
  const auto quarterly = Score(months, day, 3, options);
  const auto annual = Score(months, day, 12, options);
  if (!quarterly.has_value() || !annual.has_value()) return std::nullopt;
  return options.quarterly_weight * *quarterly + (1 - options.quarterly_weight) * *annual;
}

}  // namespace glutwatch::forecast::risk

#include "forecast/risk/alps.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <vector>

namespace glutwatch::forecast::risk {
namespace {

constexpr int kMonths = 12;
// log scale: a spread of a millionth is rounding, not variation.
constexpr double kLeastDeviation = 1e-6;

struct MonthPoint {
  int month;
  double log_price;
};

// Columns: the calendar months that occur (each its own level), then the trend in years.
Eigen::VectorXd Row(int month, int base_month, const int* column_of, int columns) {
  Eigen::VectorXd row = Eigen::VectorXd::Zero(columns);
  row(column_of[month % kMonths]) = 1;
  row(columns - 1) = static_cast<double>(month - base_month) / kMonths;
  return row;
}

}  // namespace

std::optional<AlpsFit> AlpsFit::Fit(const MonthMeans& months, int month,
                                    const AlpsOptions& options) {
  std::vector<MonthPoint> points;
  for (int m = months.first_month(); m < month; ++m) {
    const auto mean = months.Whole(m);
    if (mean.has_value()) points.push_back({m, std::log(*mean)});
  }
  if (points.empty()) return std::nullopt;
  const int span = month - points.front().month;
  if (span < options.min_months ||
      static_cast<double>(points.size()) < options.min_complete * span) {
    return std::nullopt;
  }
  int column_of[kMonths];
  std::fill(column_of, column_of + kMonths, -1);
  int columns = 0;
  for (const MonthPoint& point : points) {
    int& column = column_of[point.month % kMonths];
    if (column < 0) column = columns++;
  }
  ++columns;
  const auto rows = static_cast<Eigen::Index>(points.size());
  if (rows <= columns) return std::nullopt;
  const int base = points.front().month;
  Eigen::MatrixXd x(rows, columns);
  Eigen::VectorXd y(rows);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const MonthPoint& point = points[static_cast<size_t>(i)];
    x.row(i) = Row(point.month, base, column_of, columns).transpose();
    y(i) = point.log_price;
  }
  const Eigen::VectorXd beta = x.householderQr().solve(y);
  AlpsFit fit;
  fit.deviation_ = std::sqrt((y - x * beta).squaredNorm() / static_cast<double>(rows - columns));
  if (fit.deviation_ < kLeastDeviation) return std::nullopt;
  if (column_of[month % kMonths] >= 0) {
    fit.fitted_ = Row(month, base, column_of, columns).dot(beta);
  }
  return fit;
}

std::optional<double> AlpsFit::Score(double price) const {
  if (!fitted_.has_value()) return std::nullopt;
  return (std::log(price) - *fitted_) / deviation_;
}

}  // namespace glutwatch::forecast::risk

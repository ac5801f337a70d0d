#include "forecast/decompose/loess.h"

#include <algorithm>
#include <cmath>

namespace glutwatch::forecast {
namespace {

double Cube(double x) { return x * x * x; }

}  // namespace

void Loess::FillKernel(double at, size_t left, size_t width, size_t n) {
  double bandwidth =
      std::max(at - static_cast<double>(left), static_cast<double>(left + width - 1) - at);
  const int beyond = options_.window - static_cast<int>(n);
  if (beyond > 0) bandwidth += beyond / 2;
  const double near = 0.001 * bandwidth;
  const double far = 0.999 * bandwidth;
  kernel_.resize(width);
  for (size_t i = 0; i < width; ++i) {
    const double distance = std::fabs(static_cast<double>(left + i) - at);
    kernel_[i] = distance <= near ? 1 : distance <= far ? Cube(1 - Cube(distance / bandwidth)) : 0;
  }
}

// One pass: sums of weights, of places and of values, from which mean, spread and slope follow.
bool Loess::Regress(absl::Span<const double> kernel, const double* y, const double* weights,
                    double at, size_t n, double* value) const {
  double sum = 0, places = 0, squares = 0, values = 0, products = 0;
  for (size_t i = 0; i < kernel.size(); ++i) {
    const double weight = weights == nullptr ? kernel[i] : kernel[i] * weights[i];
    const auto place = static_cast<double>(i);
    sum += weight;
    places += weight * place;
    squares += weight * place * place;
    values += weight * y[i];
    products += weight * place * y[i];
  }
  if (!(sum > 0)) return false;
  *value = values / sum;
  const double middle = places / sum;
  const double spread = squares / sum - middle * middle;
  const double least = 0.001 * static_cast<double>(n - 1);
  if (options_.degree == 0 || !(spread > least * least)) return true;
  *value += (at - middle) * (products / sum - middle * *value) / spread;
  return true;
}

bool Loess::Fit(absl::Span<const double> y, absl::Span<const double> weights, double at,
                size_t left, size_t right, double* value) {
  FillKernel(at, left, right - left + 1, y.size());
  const double* const weight = weights.empty() ? nullptr : &weights[left];
  return Regress(kernel_, &y[left], weight, at - static_cast<double>(left), y.size(), value);
}

size_t Loess::LeftOf(size_t i, size_t n) const {
  const auto window = static_cast<size_t>(options_.window);
  if (window >= n) return 0;
  const size_t half = (window + 1) / 2 - 1;  // points to the left of one far from the ends
  return std::min(i > half ? i - half : 0, n - window);
}

double Loess::FitAt(absl::Span<const double> y, absl::Span<const double> weights, size_t i) {
  const size_t n = y.size();
  const auto window = static_cast<size_t>(options_.window);
  const size_t left = LeftOf(i, n);
  const auto at = static_cast<double>(i - left);
  double value = y[i];
  if (window >= n || i - left != (window + 1) / 2 - 1) {
    Fit(y, weights, static_cast<double>(i), left, left + std::min(window, n) - 1, &value);
    return value;
  }
  if (inside_.empty()) {
    FillKernel(at, 0, window, n);
    inside_ = kernel_;
    double sum = 0;
    for (const double weight : inside_) sum += weight;
    // In the middle of its points a line adds nothing to the mean.
    for (const double weight : inside_) shares_.push_back(weight / sum);
  }
  if (!weights.empty()) {
    Regress(inside_, &y[left], &weights[left], at, n, &value);
    return value;
  }
  value = 0;
  for (size_t k = 0; k < window; ++k) value += shares_[k] * y[left + k];
  return value;
}

void Loess::DrawBetween(size_t from, size_t to, absl::Span<double> smooth) const {
  const double step = (smooth[to] - smooth[from]) / static_cast<double>(to - from);
  for (size_t i = from + 1; i < to; ++i) {
    smooth[i] = smooth[from] + step * static_cast<double>(i - from);
  }
}

void Loess::Smooth(absl::Span<const double> y, absl::Span<const double> weights,
                   absl::Span<double> smooth) {
  const size_t n = y.size();
  if (n < 2) {
    std::copy(y.begin(), y.end(), smooth.begin());
    return;
  }
  const size_t jump = std::min(static_cast<size_t>(options_.jump), n - 1);
  size_t last = 0;
  for (size_t i = 0; i < n; i += jump) {
    smooth[i] = FitAt(y, weights, i);
    if (i > 0) DrawBetween(last, i, smooth);
    last = i;
  }
  if (last == n - 1) return;
  smooth[n - 1] = FitAt(y, weights, n - 1);
  DrawBetween(last, n - 1, smooth);
}

}  // namespace glutwatch::forecast

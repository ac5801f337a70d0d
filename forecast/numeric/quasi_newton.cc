#include "forecast/numeric/quasi_newton.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace glutwatch::forecast {
namespace {

constexpr double kSufficientDecrease = 1e-4;
constexpr double kLongestFirstStep = 0.5;
constexpr int kMaxBacktracks = 30;

double Dot(absl::Span<const double> a, absl::Span<const double> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

class Search {
 public:
  Search(Differentiable f, absl::Span<const double> start, const QuasiNewtonOptions& options)
      : f_(f),
        options_(options),
        n_(start.size()),
        x_(start.begin(), start.end()),
        gradient_(n_),
        inverse_hessian_(n_ * n_),
        direction_(n_),
        next_x_(n_),
        next_gradient_(n_) {
    value_ = Evaluate(x_, &gradient_);
  }

  Minimum Run() {
    Reset();
    int small_steps = 0;
    while (evaluations_ < options_.max_evaluations && small_steps < 2) {
      const double before = value_;
      if (!Step()) {
        // The curvature is worth nothing here: once more downhill, then it is the end.
        if (fresh_) return Result(true);
        Reset();
        continue;
      }
      const double gain = before - value_;
      small_steps = gain < options_.tolerance ? small_steps + 1 : 0;
      if (IsHopeless(gain)) return Result(false);
    }
    return Result(small_steps >= 2);
  }

 private:
  double Evaluate(const std::vector<double>& x, std::vector<double>* gradient) {
    ++evaluations_;
    return f_(x, absl::MakeSpan(*gradient));
  }
  Minimum Result(bool converged) { return {std::move(x_), value_, evaluations_, converged}; }

  bool IsHopeless(double gain) const {
    // The first steps learn the curvature; what they gain tells nothing of what is to come.
    constexpr int kLearning = 15;
    constexpr double kStepsToGo = 100;
    return evaluations_ > kLearning && value_ - kStepsToGo * gain > options_.hopeless_above;
  }

  void Reset() {
    fresh_ = true;
    std::fill(inverse_hessian_.begin(), inverse_hessian_.end(), 0);
    const double length = std::sqrt(Dot(gradient_, gradient_));
    const double scale = length > kLongestFirstStep ? kLongestFirstStep / length : 1;
    for (size_t i = 0; i < n_; ++i) inverse_hessian_[i * n_ + i] = scale;
  }

  // A step downhill; false if there is none.
  bool Step() {
    double slope = 0;
    for (size_t i = 0; i < n_; ++i) {
      direction_[i] = -Dot({&inverse_hessian_[i * n_], n_}, gradient_);
      slope += direction_[i] * gradient_[i];
    }
    if (!(slope < 0)) return false;
    double length = 1;
    for (int i = 0; i < kMaxBacktracks; ++i) {
      for (size_t j = 0; j < n_; ++j) next_x_[j] = x_[j] + length * direction_[j];
      const double next = Evaluate(next_x_, &next_gradient_);
      if (next <= value_ + kSufficientDecrease * length * slope) {
        Move(next);
        return true;
      }
      length *= std::isfinite(next) ? Shorter(next, slope, length) : 0.1;
    }
    return false;
  }

  // Where the parabola through what is known of the line is lowest, as a share of `length`.
  double Shorter(double next, double slope, double length) const {
    const double curvature = 2 * (next - value_ - slope * length);
    return std::clamp(-slope * length / curvature, 0.1, 0.5);
  }

  void Move(double next) {
    for (size_t i = 0; i < n_; ++i) {
      next_x_[i] -= x_[i];                // the step
      next_gradient_[i] -= gradient_[i];  // what it changed
      x_[i] += next_x_[i];
      gradient_[i] += next_gradient_[i];
    }
    value_ = next;
    UpdateHessian(next_x_, next_gradient_);
  }

  // H += (1 + y'Hy / s'y) ss' / s'y - (Hy s' + s y'H) / s'y.
  void UpdateHessian(absl::Span<const double> s, absl::Span<const double> y) {
    const double sy = Dot(s, y);
    if (!(sy > 1e-12 * std::sqrt(Dot(s, s) * Dot(y, y)))) return;
    if (fresh_) {
      const double scale = sy / Dot(y, y);
      for (size_t i = 0; i < n_; ++i) inverse_hessian_[i * n_ + i] = scale;
      fresh_ = false;
    }
    for (size_t i = 0; i < n_; ++i) direction_[i] = Dot({&inverse_hessian_[i * n_], n_}, y);
    const double factor = (1 + Dot(y, direction_) / sy) / sy;
    for (size_t i = 0; i < n_; ++i) {
      double* row = &inverse_hessian_[i * n_];
      for (size_t j = 0; j < n_; ++j) {
        row[j] += factor * s[i] * s[j] - (direction_[i] * s[j] + s[i] * direction_[j]) / sy;
      }
    }
  }

  const Differentiable f_;
  const QuasiNewtonOptions options_;
  const size_t n_;
  std::vector<double> x_;
  std::vector<double> gradient_;
  std::vector<double> inverse_hessian_;  // row by row
  std::vector<double> direction_;
  std::vector<double> next_x_;
  std::vector<double> next_gradient_;
  double value_ = 0;
  int evaluations_ = 0;
  bool fresh_ = true;  // the Hessian has learnt nothing yet
};

}  // namespace

Minimum QuasiNewton(Differentiable f, absl::Span<const double> start,
                    const QuasiNewtonOptions& options) {
  return Search(f, start, options).Run();
}

}  // namespace glutwatch::forecast

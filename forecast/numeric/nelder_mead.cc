#include "forecast/numeric/nelder_mead.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace glutwatch::forecast {
namespace {

struct Corner {
  std::vector<double> at;
  double value = 0;
};

class Simplex {
 public:
  Simplex(absl::FunctionRef<double(absl::Span<const double>)> f, absl::Span<const double> start,
          absl::Span<const double> step)
      : f_(f), n_(start.size()) {
    const double n = static_cast<double>(std::max<size_t>(n_, 2));
    expansion_ = 1 + 2 / n;
    contraction_ = 0.75 - 0.5 / n;
    shrinkage_ = 1 - 1 / n;
    for (size_t i = 0; i <= n_; ++i) {
      std::vector<double> at(start.begin(), start.end());
      if (i > 0) at[i - 1] += step[i - 1];
      corners_.push_back(Evaluated(std::move(at)));
    }
    Sort();
  }

  const Corner& best() const { return corners_.front(); }
  const Corner& worst() const { return corners_.back(); }
  int evaluations() const { return evaluations_; }

  // Replaces the worst corner, or draws all corners to the best one.
  void Step() {
    const std::vector<double> middle = MiddleOfOthers();
    Corner reflected = Evaluated(Along(middle, -1));
    const double second_worst = corners_[n_ - 1].value;
    if (reflected.value < best().value) {
      Corner expanded = Evaluated(Along(middle, -expansion_));
      corners_[n_] = expanded.value < reflected.value ? std::move(expanded) : std::move(reflected);
    } else if (reflected.value < second_worst || n_ == 0) {
      corners_[n_] = std::move(reflected);
    } else {
      const bool outside = reflected.value < worst().value;
      Corner contracted = Evaluated(Along(middle, outside ? -contraction_ : contraction_));
      if (contracted.value < std::min(reflected.value, worst().value)) {
        corners_[n_] = std::move(contracted);
      } else {
        Shrink();
      }
    }
    Sort();
  }

 private:
  Corner Evaluated(std::vector<double> at) {
    ++evaluations_;
    const double value = f_(at);
    return {std::move(at), std::isnan(value) ? std::numeric_limits<double>::infinity() : value};
  }
  std::vector<double> MiddleOfOthers() const {
    std::vector<double> middle(n_, 0);
    for (size_t c = 0; c < n_; ++c) {
      for (size_t i = 0; i < n_; ++i) middle[i] += corners_[c].at[i] / static_cast<double>(n_);
    }
    return middle;
  }
  // `middle` plus `share` of the way from there to the worst corner.
  std::vector<double> Along(const std::vector<double>& middle, double share) const {
    std::vector<double> at(n_);
    for (size_t i = 0; i < n_; ++i) at[i] = middle[i] + share * (worst().at[i] - middle[i]);
    return at;
  }
  void Shrink() {
    for (size_t c = 1; c <= n_; ++c) {
      std::vector<double> at(n_);
      for (size_t i = 0; i < n_; ++i) {
        at[i] = best().at[i] + shrinkage_ * (corners_[c].at[i] - best().at[i]);
      }
      corners_[c] = Evaluated(std::move(at));
    }
  }
  void Sort() {
    std::stable_sort(corners_.begin(), corners_.end(),
                     [](const Corner& a, const Corner& b) { return a.value < b.value; });
  }

  const absl::FunctionRef<double(absl::Span<const double>)> f_;
  const size_t n_;
  double expansion_ = 2;
  double contraction_ = 0.5;
  double shrinkage_ = 0.5;
  std::vector<Corner> corners_;  // best first
  int evaluations_ = 0;
};

}  // namespace

Minimum NelderMead(absl::FunctionRef<double(absl::Span<const double>)> f,
                   absl::Span<const double> start, absl::Span<const double> step,
                   const NelderMeadOptions& options) {
  Simplex simplex(f, start, step);
  bool converged = start.empty();
  while (!converged && simplex.evaluations() < options.max_evaluations) {
    simplex.Step();
    const double best = simplex.best().value;
    converged = simplex.worst().value - best <= options.tolerance * std::max(std::fabs(best), 1.0);
  }
  return {simplex.best().at, simplex.best().value, simplex.evaluations(), converged};
}

}  // namespace glutwatch::forecast

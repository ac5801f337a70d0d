#pragma once
#include <cstddef>
#include <vector>

#include "absl/types/span.h"

namespace glutwatch::forecast {

// Locally weighted regression over equally spaced points, as STL needs it: tricube weights, degree
// 0 or 1, fitted at every jump-th point and drawn straight between. Equal to the routines `est` and
// `ess` of the authors' Fortran, which R uses.
//
// Source: Cleveland, Cleveland, McRae, Terpenning, "STL" (1990), section 2.
struct LoessOptions {
  int window = 7;  // points that count; more than there are: all, with a wider bandwidth
  int degree = 1;  // 0 or 1
  int jump = 1;
};

// Keeps the weights of a point far from the ends, which are the same for all of them without
// weights of one's own. Not thread-safe.
class Loess {
 public:
  explicit Loess(const LoessOptions& options) : options_(options) {}

  // Smooths `y` into `smooth`, of the same size. `weights` has a factor for each point, 0 to 1;
  // empty: all count. Where no point counts, y itself stays. O(n window / jump).
  void Smooth(absl::Span<const double> y, absl::Span<const double> weights,
              absl::Span<double> smooth);

  // The value of the regression at `at`, which may lie outside 0..n-1, over the points [left,
  // right]; false if none of them counts.
  bool Fit(absl::Span<const double> y, absl::Span<const double> weights, double at, size_t left,
           size_t right, double* value);

 private:
  // The points that count for point `i` of `n`: [left, left + width).
  size_t LeftOf(size_t i, size_t n) const;
  double FitAt(absl::Span<const double> y, absl::Span<const double> weights, size_t i);
  // Fills kernel_ with the tricube weights of `width` points from `left` on; `at` as in Fit.
  void FillKernel(double at, size_t left, size_t width, size_t n);
  // Of `n` points those that `y` and `weights` begin with, weighted by `kernel` as well.
  bool Regress(absl::Span<const double> kernel, const double* y, const double* weights, double at,
               size_t n, double* value) const;
  void DrawBetween(size_t from, size_t to, absl::Span<double> smooth) const;

  const LoessOptions options_;
  std::vector<double> kernel_;  // of the point in question
  std::vector<double> inside_;  // of a point far from the ends
  std::vector<double> shares_;  // of each point in the value there, if all count
};

}  // namespace glutwatch::forecast

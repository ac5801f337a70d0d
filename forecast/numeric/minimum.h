#pragma once
#include <vector>

namespace glutwatch::forecast {

// Where a search for the least value of a function has ended.
struct Minimum {
  std::vector<double> at;
  double value = 0;
  int evaluations = 0;
  bool converged = false;  // false: stopped before it was sure
};

}  // namespace glutwatch::forecast

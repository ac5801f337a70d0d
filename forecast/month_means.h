#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/day.h"
#include "forecast/price_history.h"

namespace glutwatch::forecast {

// Mean prices by calendar month, as monthly indicators need them, without looking ahead: the month
// of a day is known only up to that day.
//
// Months are numbered 12 * year + (month - 1). Keeps its own sums, not the history.
class MonthMeans {
 public:
  // O(n) over the history's days.
  explicit MonthMeans(const PriceHistory& history);

  static int MonthOf(Day day);

  // The mean of a whole month; nullopt if it has no price. For months that have ended.
  std::optional<double> Whole(int month) const;
  // The mean of `day`'s month from its first day to `day`.
  std::optional<double> ToDate(Day day) const;
  int first_month() const { return first_month_; }

 private:
  struct Sum {
    double total = 0;
    int count = 0;
    std::optional<double> Mean() const;
  };
  Day first_day_;
  int first_month_;
  std::vector<Sum> to_date_;  // by day: the sum of its month so far
  std::vector<Sum> whole_;    // by month
};

}  // namespace glutwatch::forecast

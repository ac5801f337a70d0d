#include "forecast/month_means.h"

#include <cmath>

namespace glutwatch::forecast {

std::optional<double> MonthMeans::Sum::Mean() const {
  if (count == 0) return std::nullopt;
  return total / count;
}

int MonthMeans::MonthOf(Day day) {
  const absl::CivilDay civil = ToCivil(day);
  return static_cast<int>(civil.year()) * 12 + civil.month() - 1;
}

MonthMeans::MonthMeans(const PriceHistory& history)
    : first_day_(history.first_day), first_month_(MonthOf(history.first_day)) {
  to_date_.reserve(history.price.size());
  Sum sum;
  absl::CivilDay next_month = absl::CivilDay(absl::CivilMonth(ToCivil(first_day_)) + 1);
  for (size_t i = 0; i < history.price.size(); ++i) {
    if (first_day_ + static_cast<int>(i) == ToDay(next_month)) {
      whole_.push_back(sum);
      sum = Sum{};
      next_month = absl::CivilDay(absl::CivilMonth(next_month) + 1);
    }
    if (!std::isnan(history.price[i])) {
      sum.total += history.price[i];
      ++sum.count;
    }
    to_date_.push_back(sum);
  }
  whole_.push_back(sum);
}

std::optional<double> MonthMeans::Whole(int month) const {
  const int index = month - first_month_;
  if (index < 0 || index >= static_cast<int>(whole_.size())) return std::nullopt;
  return whole_[static_cast<size_t>(index)].Mean();
}

std::optional<double> MonthMeans::ToDate(Day day) const {
  const int index = day - first_day_;
  if (index < 0 || index >= static_cast<int>(to_date_.size())) return std::nullopt;
  return to_date_[static_cast<size_t>(index)].Mean();
}

}  // namespace glutwatch::forecast

#pragma once
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "base/day.h"
#include "forecast/price_history.h"

namespace glutwatch::forecast::testing {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline Day DayOf(int year, int month, int day) { return ToDay(absl::CivilDay(year, month, day)); }

// Owns the prices that a PriceHistory looks at.
struct OwnedHistory {
  Day first_day{};
  std::vector<double> price;
  PriceHistory view() const { return {first_day, price}; }
  double& operator[](Day day) { return price[static_cast<size_t>(day - first_day)]; }
};

// [first, last] filled by `price_of`.
inline OwnedHistory MakeHistory(Day first, Day last, const std::function<double(Day)>& price_of) {
  OwnedHistory history{first, {}};
  for (Day day = first; day <= last; day = day + 1) history.price.push_back(price_of(day));
  return history;
}

// A deterministic, irregular series: season, weekly step, drifting pseudo-noise, gaps on Sundays.
inline OwnedHistory MakeIrregular(Day first, Day last, double scale = 1) {
  uint64_t state = 88172645463325252ULL;
  double drift = 0;
  return MakeHistory(first, last, [&](Day day) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    const double noise = static_cast<double>(state >> 11) / 9007199254740992.0 - 0.5;
    drift = 0.97 * drift + 0.08 * noise;
    if (DayNumber(day) % 7 == 3) return kNaN;
    const double season = 0.4 * std::sin(2 * 3.14159265358979 * DayNumber(day) / 365.2425);
    return scale * std::exp(season + drift);
  });
}

}  // namespace glutwatch::forecast::testing

#pragma once
#include <optional>

#include "base/day.h"
#include "forecast/month_means.h"

namespace glutwatch::forecast::risk {

struct AlpsOptions {
  int min_months = 36;        // from the first month to the last before the day's
  double min_complete = 0.7;  // share of them that has a price
};

// WFP's alert for price spikes (ALPS), on log prices and read on its low side: how many standard
// deviations a price lies from trend and season. -1 is unusual, -2 rare; WFP's 0.25 is not used,
// because it fires on 40 % of days.
//
//   log P_t = b0 + b1 t + sum_m c_m D_m + e_t  over the months before the day's;
//   ALPS = (log price - fitted) / sd(e)
//
// A fit serves every day of one month.
//
// Source: WFP, "Calculation and use of the alert for price spikes (ALPS) indicator" (2014).
class AlpsFit {
 public:
  // Fits the whole months before `month` (numbered as in MonthMeans). nullopt if they are too few
  // or never varied. Ordinary least squares by Householder QR; about 20 us for ten years.
  static std::optional<AlpsFit> Fit(const MonthMeans& months, int month,
                                    const AlpsOptions& options = {});

  // The score of `price` in the month of the fit. nullopt if this calendar month was never seen.
  std::optional<double> Score(double price) const;

 private:
  std::optional<double> fitted_;  // log price expected in `month`
  double deviation_ = 0;
};

}  // namespace glutwatch::forecast::risk

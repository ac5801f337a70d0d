#pragma once
#include <optional>

#include "base/day.h"
#include "forecast/month_means.h"

namespace glutwatch::forecast::risk {

struct IfpaOptions {
  double quarterly_weight = 0.4;  // a of the SDG version; the rest is the annual part's
  int min_years = 3;              // earlier years with both growth rates for this calendar month
  int max_years = 10;
};

// FAO's indicator of food price anomalies (SDG 2.c.1) on `day`, from the month so far and the whole
// months before it. Positive is unusually fast growth, negative an unusually fast fall; -0.5 is
// moderately, -1 abnormally low.
//
//   IFPA = a * (CQGR - wmean(CQGR)) / wsd(CQGR) + (1 - a) * (CAGR - wmean(CAGR)) / wsd(CAGR)
//   CQGR = (P_t / P_{t-3})^(1/3) - 1,  CAGR = (P_t / P_{t-12})^(1/12) - 1   (months)
//
// Means and deviations run over the same calendar month of earlier years only, so that the anomaly
// does not dampen itself, with weights that fall linearly from the newest year to the oldest;
//   wsd = sqrt(sum w (x - m)^2 / (sum w * (g - 1) / g)),  g years.
// The exponent is 1/(tn - t0): of the two in print, the one that makes growth per month.
// It says nothing of the level: a price that stays low becomes normal. Pair it with a level.
//
// nullopt with fewer than min_years, or where growth never varied. O(years).
//
// Source: FAO, "Indicators of (food) price anomalies", SDG 2.c.1 metadata; Baquedano (2015).
std::optional<double> Ifpa(const MonthMeans& months, Day day, const IfpaOptions& options = {});

}  // namespace glutwatch::forecast::risk

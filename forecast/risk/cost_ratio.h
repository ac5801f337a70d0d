#pragma once
#include <limits>

namespace glutwatch::forecast::risk {

// Lines that a price / cost ratio is held against, as the doubles nearest to the exact fractions.
// 0.86 and 0.71 would not do: they call pork ratios of 6.00..6.02 and 4.97..5.00 wrongly.
//
// 6:1 and 5:1 of China's hog/corn plan over its break-even of 7:1; 95 % of Taiwan's cost rule.
inline constexpr double kSixSevenths = 6.0 / 7.0;
inline constexpr double kFiveSevenths = 5.0 / 7.0;
inline constexpr double kTaiwanFloor = 0.95;

// Ratios nearer to each other than this are the same decimal fraction, rounded differently:
// 0.0045 / 0.0063 is exactly 5/7, and as doubles it is below 5.0 / 7.0.
inline constexpr double kRatioRounding = 8 * std::numeric_limits<double>::epsilon();

// Whether `ratio` < `line`, and whether `ratio` <= `line`, as the decimals they were made from
// would say it. Both positive. False for NaN.
//
// Exact for a ratio of two decimals with four digits after the point and a line n/d while
// n * cost < 10^10, since two such ratios that differ do so by more than kRatioRounding.
constexpr bool IsBelow(double ratio, double line) { return ratio < line * (1 - kRatioRounding); }
constexpr bool IsAtMost(double ratio, double line) { return ratio <= line * (1 + kRatioRounding); }

}  // namespace glutwatch::forecast::risk

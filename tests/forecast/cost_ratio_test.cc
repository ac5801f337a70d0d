#include "forecast/risk/cost_ratio.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "gtest/gtest.h"

namespace glutwatch::forecast::risk {
namespace {

struct Line {
  std::string name;
  int64_t numerator;
  int64_t denominator;
  double line;
};
void PrintTo(const Line& c, std::ostream* os) { *os << c.name; }
class CostLineTest : public ::testing::TestWithParam<Line> {};

// Every cost up to 20 in steps of 1/10,000, and the three prices nearest to the line: judged as
// integers judge them.
TEST_P(CostLineTest, JudgesDecimalsAsIntegersDo) {
  const Line& c = GetParam();
  int wrong = 0;
  for (int64_t cost_e4 = 10; cost_e4 <= 20 * kE4; ++cost_e4) {
    const int64_t near = cost_e4 * c.numerator / c.denominator;
    for (int64_t price_e4 = near - 1; price_e4 <= near + 1; ++price_e4) {
      const double ratio = E4ToDouble(price_e4) / E4ToDouble(cost_e4);
      const int64_t side = price_e4 * c.denominator - cost_e4 * c.numerator;
      wrong += IsBelow(ratio, c.line) != (side < 0);
      wrong += IsAtMost(ratio, c.line) != (side <= 0);
    }
  }
  EXPECT_EQ(wrong, 0);
}

TEST_P(CostLineTest, StaysExactForTheLargestCosts) {
  const Line& c = GetParam();
  const int64_t limit_e4 = 9'900'000'000 / c.numerator;  // the header promises n * cost < 10^10
  const int64_t cost_e4 = limit_e4 / c.denominator * c.denominator;
  const int64_t price_e4 = cost_e4 / c.denominator * c.numerator;
  const double cost = E4ToDouble(cost_e4);
  EXPECT_FALSE(IsBelow(E4ToDouble(price_e4) / cost, c.line));
  EXPECT_TRUE(IsAtMost(E4ToDouble(price_e4) / cost, c.line));
  EXPECT_TRUE(IsBelow(E4ToDouble(price_e4 - 1) / cost, c.line));
  EXPECT_FALSE(IsAtMost(E4ToDouble(price_e4 + 1) / cost, c.line));
}

INSTANTIATE_TEST_SUITE_P(Lines, CostLineTest,
                         ::testing::ValuesIn(std::vector<Line>{
                             {"SixSevenths", 6, 7, kSixSevenths},
                             {"FiveSevenths", 5, 7, kFiveSevenths},
                             {"TaiwanFloor", 95, 100, kTaiwanFloor},
                             {"KoreaStabilisation", 8, 10, 0.8},
                             {"JapanGuarantee", 9, 10, 0.9},
                             {"JapanFloor", 6, 10, 0.6},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(CostRatioTest, PlainComparisonWouldBeWrong) {
  EXPECT_LT(0.0045 / 0.0063, kFiveSevenths);  // exactly 5/7 as decimals
  EXPECT_FALSE(IsBelow(0.0045 / 0.0063, kFiveSevenths));
}

TEST(CostRatioTest, NaNIsOnNoSide) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(IsBelow(nan, kSixSevenths));
  EXPECT_FALSE(IsAtMost(nan, kSixSevenths));
}

// The pork plan's level by its ratio alone: III below 6:1, II after three weeks in 5:1..6:1, I
// below 5:1. `weeks_before` are weeks in 5:1..6:1 that came before the first one given.
std::vector<std::string> PorkLevels(const std::vector<double>& weekly_ratio, int weeks_before) {
  std::vector<std::string> levels;
  int weeks = weeks_before;
  for (const double ratio : weekly_ratio) {
    const double to_cost = ratio / 7;
    const bool one = IsBelow(to_cost, kFiveSevenths);
    const bool between = !one && IsBelow(to_cost, kSixSevenths);
    weeks = between ? weeks + 1 : 0;
    levels.push_back(one ? "I" : weeks >= 3 ? "II" : between ? "III" : "none");
  }
  return levels;
}

using Levels = std::vector<std::string>;

TEST(CostRatioTest, ReproducesThePublishedPorkWeeks) {
  EXPECT_EQ(PorkLevels({5.57}, 2), Levels({"II"}));            // 24-28 January 2022, the third week
  EXPECT_EQ(PorkLevels({4.89, 4.75}, 0), Levels({"I", "I"}));  // 28 February - 11 March 2022
  EXPECT_EQ(PorkLevels({4.96}, 0), Levels({"I"}));             // 30 January - 3 February 2023
}

TEST(CostRatioTest, PorkWeeksOnTheLineBelongAboveIt) {
  EXPECT_EQ(PorkLevels({6.0, 6.01, 6.02}, 0), Levels({"none", "none", "none"}));  // 0.86 fails here
  EXPECT_EQ(PorkLevels({5.99, 5.0, 4.98}, 0), Levels({"III", "III", "I"}));       // 0.71 fails here
}

}  // namespace
}  // namespace glutwatch::forecast::risk

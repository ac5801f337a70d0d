#include "forecast/decompose/stl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "forecast/decompose/mstl.h"
#include "tests/forecast/model_series.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::forecast {
namespace {

using ::glutwatch::testing::AllModelSeries;
using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::ModelSeries;
using ::glutwatch::testing::Numbers;
using ::glutwatch::testing::ReferenceRows;
using ::glutwatch::testing::SeriesOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

double Size(const std::vector<double>& y) {
  double most = 0;
  for (const double value : y) most = std::max(most, std::fabs(value));
  return most;
}

TEST(StlTest, EqualsR) {
  const std::vector<ModelSeries> all = AllModelSeries();
  int compared = 0;
  for (const auto& row : ReferenceRows("stl.csv")) {
    SCOPED_TRACE(row.at(0) + " " + row.at(1) + " " + row.at(2));
    const ModelSeries& series = SeriesOf(all, row[0]);
    const auto parts =
        Stl(absl::MakeSpan(series.y).first(std::stoul(row[3])), series.period,
            {.seasonal_window = row[1] == "periodic" ? StlOptions::kPeriodic : std::stoi(row[1]),
             .robust = row[2] == "TRUE"});
    ASSERT_THAT(parts, IsOk());
    const std::vector<double> at = Numbers(row[4]), seasonal = Numbers(row[5]),
                              trend = Numbers(row[6]);
    for (size_t i = 0; i < at.size(); ++i) {
      const auto t = static_cast<size_t>(at[i]);
      EXPECT_NEAR(parts->seasonal[t], seasonal[i], 1e-9 * Size(series.y)) << t;
      EXPECT_NEAR(parts->trend[t], trend[i], 1e-9 * Size(series.y)) << t;
    }
    ++compared;
  }
  EXPECT_GE(compared, 30);
}

std::vector<double> TwoSeasons(size_t n) {
  std::vector<double> y;
  for (size_t t = 0; t < n; ++t) {
    const auto x = static_cast<double>(t);
    y.push_back(50 + 0.02 * x + 5 * std::sin(2 * M_PI * x / 7) + 9 * std::sin(2 * M_PI * x / 30));
  }
  return y;
}

TEST(StlTest, PartsAddUpAndAMissingValueLeavesAHole) {
  std::vector<double> y = TwoSeasons(100);
  y[40] = std::nan("");
  const auto parts = Stl(y, 7, {.seasonal_window = 11});
  ASSERT_THAT(parts, IsOk());
  for (size_t t = 0; t < y.size(); ++t) {
    if (t == 40) {
      EXPECT_TRUE(std::isnan(parts->remainder[t]));
      EXPECT_EQ(parts->weights[t], 0);
    } else {
      EXPECT_NEAR(parts->seasonal[t] + parts->trend[t] + parts->remainder[t], y[t], 1e-12);
    }
  }
}

TEST(StlTest, ARobustFitLeavesAnOutlierInTheRemainder) {
  std::vector<double> y = TwoSeasons(105);
  y[50] += 40;
  const auto plain = Stl(y, 7);
  const auto robust = Stl(y, 7, {.robust = true});
  ASSERT_THAT(robust, IsOk());
  EXPECT_GT(robust->remainder[50], 38);
  EXPECT_LT(plain->remainder[50], robust->remainder[50]);
  EXPECT_LT(robust->weights[50], 0.01);
}

TEST(StlTest, StrengthsTellASeasonFromNoise) {
  std::vector<double> y = TwoSeasons(140);
  const auto parts = Stl(y, 7);
  EXPECT_GT(SeasonalStrength(*parts), 0.9);
  EXPECT_GT(TrendStrength(*parts), 0.9);
  const auto flat = Stl(std::vector<double>(40, 3.0), 4);
  EXPECT_EQ(SeasonalStrength(*flat), 0);
}

TEST(MstlTest, FindsBothSeasons) {
  const std::vector<double> y = TwoSeasons(300);
  const auto parts = Mstl(y, {7, 30});
  ASSERT_THAT(parts, IsOk());
  EXPECT_THAT(parts->periods, ElementsAre(7, 30));
  for (size_t t = 60; t < 240; ++t) {
    const auto x = static_cast<double>(t);
    EXPECT_NEAR(parts->seasonals[0][t], 5 * std::sin(2 * M_PI * x / 7), 0.6) << t;
    EXPECT_NEAR(parts->seasonals[1][t], 9 * std::sin(2 * M_PI * x / 30), 0.9) << t;
    EXPECT_NEAR(parts->SeasonAt(t) + parts->trend[t] + parts->remainder[t], y[t], 1e-9);
  }
  EXPECT_DOUBLE_EQ(parts->SeasonAhead(1), parts->seasonals[0][293] + parts->seasonals[1][270]);
  EXPECT_DOUBLE_EQ(parts->SeasonAhead(31), parts->seasonals[0][295] + parts->seasonals[1][270]);
}

TEST(MstlTest, APeriodThatIsTooLongIsLeftOut) {
  const auto parts = Mstl(TwoSeasons(100), {7, 60});
  ASSERT_THAT(parts, IsOk());
  EXPECT_THAT(parts->periods, ElementsAre(7));
}

TEST(MstlTest, ErrorsNameTheCause) {
  EXPECT_THAT(Mstl(TwoSeasons(100), {7, 7}).status().message(), HasSubstr("period 1 is 7"));
  EXPECT_THAT(Mstl(TwoSeasons(10), {7}).status().message(), HasSubstr("10 steps"));
  EXPECT_THAT(Stl(TwoSeasons(10), 1).status().message(), HasSubstr("period is 1"));
  EXPECT_THAT(Stl(TwoSeasons(30), 7, {.seasonal_window = 8}).status().message(),
              HasSubstr("8 steps"));
  EXPECT_THAT(Stl(TwoSeasons(10), 7).status().message(), HasSubstr("10 steps"));
}

TEST(FillStraightTest, DrawsBetweenNeighboursAndLevelAtTheEnds) {
  EXPECT_THAT(FillStraight({NAN, 2, NAN, NAN, 8, NAN}), ElementsAre(2, 2, 4, 6, 8, 8));
}

}  // namespace
}  // namespace glutwatch::forecast

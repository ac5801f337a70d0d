#include "server/report/nowcast.h"

#include <cmath>
#include <random>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace glutwatch::report {
namespace {

CountyFigure Reported(double current, double reference, std::string group = "532300") {
  CountyFigure county;
  county.region = "r";
  county.group = std::move(group);
  county.state = FigureState::kReported;
  county.current = current;
  county.reference = reference;
  return county;
}

CountyFigure Missing(std::optional<double> reference, std::string group = "532300") {
  CountyFigure county;
  county.region = "m";
  county.group = std::move(group);
  county.state = FigureState::kLate;
  county.reference = reference;
  return county;
}

TEST(NowcastTest, EstimateIsTheReferenceTimesTheNeighboursChange) {
  std::vector<CountyFigure> counties(6, Reported(120, 100));
  counties.push_back(Missing(50));
  const Nowcast nowcast = NowcastMissing(counties);
  ASSERT_TRUE(nowcast.estimates[6].has_value());
  EXPECT_NEAR(nowcast.estimates[6]->median, 60, 1e-9);
  EXPECT_NEAR(nowcast.estimates[6]->low, 60, 1e-9) << "neighbours that agree leave no spread";
  EXPECT_EQ(nowcast.estimates[6]->neighbours, 6);
  EXPECT_TRUE(nowcast.estimates[6]->from_group);
  EXPECT_FALSE(nowcast.estimates[0].has_value());
  EXPECT_NEAR(nowcast.total, 60, 1e-9);
}

// Worked by hand: logs of 1.1, 1.2, 1.3, 1.2, 1.2 have mean 0.180554 and spread 0.059325; t
// = 1.533.
TEST(NowcastTest, IntervalIsStudents) {
  std::vector<CountyFigure> counties;
  for (const double ratio : {1.1, 1.2, 1.3, 1.2, 1.2}) counties.push_back(Reported(ratio, 1));
  counties.push_back(Missing(100));
  const Estimate estimate = *NowcastMissing(counties).estimates[5];
  double mean = 0;
  for (const double r : {1.1, 1.2, 1.3, 1.2, 1.2}) mean += std::log(r) / 5;
  double squares = 0;
  for (const double r : {1.1, 1.2, 1.3, 1.2, 1.2}) squares += std::pow(std::log(r) - mean, 2);
  const double half = 1.533 * std::sqrt(squares / 4) * std::sqrt(1.2);
  EXPECT_NEAR(estimate.median, 100 * std::exp(mean), 1e-9);
  EXPECT_NEAR(estimate.low, 100 * std::exp(mean - half), 1e-9);
  EXPECT_NEAR(estimate.high, 100 * std::exp(mean + half), 1e-9);
}

TEST(NowcastTest, FewerThanFiveNeighboursInTheGroupMeanTheWholeProvince) {
  std::vector<CountyFigure> counties(4, Reported(200, 100, "here"));
  for (int i = 0; i < 6; ++i) counties.push_back(Reported(100, 100, "there"));
  counties.push_back(Missing(10, "here"));
  const Estimate estimate = *NowcastMissing(counties).estimates[10];
  EXPECT_FALSE(estimate.from_group);
  EXPECT_EQ(estimate.neighbours, 10);
  EXPECT_NEAR(estimate.median, 10 * std::exp(0.4 * std::log(2)), 1e-9);
}

TEST(NowcastTest, WithoutNeighboursTheLastReportStandsWithTheUsualSpread) {
  std::vector<CountyFigure> counties = {Missing(100)};
  const Estimate fresh = *NowcastMissing(counties).estimates[0];
  EXPECT_NEAR(fresh.median, 100, 1e-9);
  EXPECT_LT(fresh.low, 70);
  EXPECT_GT(fresh.high, 140);
  counties[0].reference_age_days = 365;
  const Estimate old = *NowcastMissing(counties).estimates[0];
  EXPECT_LT(old.low, fresh.low) << "an older report knows less";
}

TEST(NowcastTest, WithoutAReferenceTheFarmlandCounts) {
  std::vector<CountyFigure> counties;
  for (int i = 0; i < 5; ++i) {
    counties.push_back(Reported(20, 18));
    counties.back().farmland = 1000;
  }
  CountyFigure county = Missing(std::nullopt);
  county.farmland = 500;
  counties.push_back(county);
  const Estimate estimate = *NowcastMissing(counties).estimates[5];
  EXPECT_NEAR(estimate.median, 10, 1e-9);
  EXPECT_TRUE(estimate.from_farmland);
}

TEST(NowcastTest, WithNothingToGoByThereIsNoEstimate) {
  std::vector<CountyFigure> counties(9, Reported(20, 18));
  counties.push_back(Missing(std::nullopt));
  const Nowcast nowcast = NowcastMissing(counties);
  EXPECT_FALSE(nowcast.estimates[9].has_value());
  EXPECT_EQ(nowcast.total, 0);
}

// The interval holds what it promises where its assumptions do: log changes that are normal.
TEST(NowcastTest, EightyPercentIntervalCoversEightyPercent) {
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> change(0.1, 0.25);
    int inside = 0;
    constexpr int kTrials = 1500;
    for (int trial = 0; trial < kTrials; ++trial) {
      std::vector<CountyFigure> counties;
      for (int i = 0; i < 9; ++i) counties.push_back(Reported(std::exp(change(random)), 1));
      counties.push_back(Missing(1));
      const double truth = std::exp(change(random));
      const Estimate estimate = *NowcastMissing(counties).estimates[9];
      if (estimate.low <= truth && truth <= estimate.high) ++inside;
    }
    const double share = static_cast<double>(inside) / kTrials;
    EXPECT_GE(share, 0.76) << seed;
    EXPECT_LE(share, 0.84) << seed;
  }
}

}  // namespace
}  // namespace glutwatch::report

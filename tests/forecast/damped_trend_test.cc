#include "forecast/damped_trend.h"

#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::forecast {
namespace {

using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<double> Wiggle(int n) {
  std::vector<double> y;
  for (int i = 0; i < n; ++i)
    y.push_back(2 + 0.01 * i + 0.3 * std::sin(i * 1.7) + 0.2 * std::cos(i * 0.3));
  return y;
}

TEST(DampedTrendTest, TooFewPointsSaysHowMany) {
  EXPECT_THAT(DampedTrend::Fit({1, kNaN, 3}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("need 10 observed points, have 2")));
}

TEST(DampedTrendTest, InfiniteValueIsNamed) {
  std::vector<double> y = Wiggle(20);
  y[7] = std::numeric_limits<double>::infinity();
  EXPECT_THAT(DampedTrend::Fit(y), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("y[7]")));
}

TEST(DampedTrendTest, ConstantSeriesForecastsItself) {
  const auto fit = DampedTrend::Fit(std::vector<double>(30, 4.5));
  GLUTWATCH_ASSERT_OK(fit);
  EXPECT_DOUBLE_EQ(fit->Mean(28), 4.5);
  EXPECT_DOUBLE_EQ(fit->Deviation(28), 0);
}

// tests/forecast/reference/damped_trend*.csv, made by damped_trend.py beside them.
std::vector<std::vector<std::string>> ReadCsv(const std::string& name) {
  std::ifstream file(std::string(GLUTWATCH_REFERENCE) + "/" + name);
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) rows.push_back(absl::StrSplit(line, ','));
  return rows;
}

TEST(DampedTrendTest, EqualsTheSecondImplementation) {
  std::map<std::string, std::vector<double>> input;
  for (const auto& row : ReadCsv("damped_trend_input.csv")) {
    input[row.at(0)].push_back(row.at(1).empty() ? kNaN : std::stod(row.at(1)));
  }
  ASSERT_EQ(input.size(), 5u);
  int compared = 0;
  for (const auto& row : ReadCsv("damped_trend.csv")) {
    const auto fit = DampedTrend::Fit(input.at(row.at(0)));
    GLUTWATCH_ASSERT_OK(fit);
    const int horizon = std::stoi(row.at(1));
    EXPECT_NEAR(fit->Mean(horizon), std::stod(row.at(2)), 1e-9) << row.at(0) << " " << horizon;
    EXPECT_NEAR(fit->Deviation(horizon), std::stod(row.at(3)), 1e-9) << row.at(0) << " " << horizon;
    ++compared;
  }
  EXPECT_EQ(compared, 25);
}

TEST(DampedTrendTest, UpdateMovesLevelAndSlopeByHand) {
  // A series that never erred keeps the first candidate: alpha 0.1, beta 0.01, phi 0.8.
  auto fit = DampedTrend::Fit(std::vector<double>(30, 4.0));
  GLUTWATCH_ASSERT_OK(fit);
  fit->Update(5.0);  // error 1: level 4.1, slope 0.001
  EXPECT_NEAR(fit->Mean(1), 4.1 + 0.8 * 0.001, 1e-12);
  EXPECT_NEAR(fit->Mean(2), 4.1 + (0.8 + 0.64) * 0.001, 1e-12);
  EXPECT_EQ(fit->observed(), 31);
}

TEST(DampedTrendTest, UpdatesWithMissingDaysEqualAFitThatHasThem) {
  std::vector<double> y = Wiggle(100);
  auto updated = DampedTrend::Fit(y);
  y.resize(140, kNaN);
  const auto fitted = DampedTrend::Fit(y);
  GLUTWATCH_ASSERT_OK(updated);
  GLUTWATCH_ASSERT_OK(fitted);
  for (int i = 0; i < 40; ++i) updated->Update(kNaN);
  EXPECT_EQ(updated->Mean(28), fitted->Mean(28));
  EXPECT_EQ(updated->Deviation(28), fitted->Deviation(28));
}

TEST(DampedTrendTest, MissingDaysWidenTheForecastUntilAPriceComes) {
  auto fit = DampedTrend::Fit(Wiggle(100));
  GLUTWATCH_ASSERT_OK(fit);
  const double fresh = fit->Deviation(1);
  const double far = fit->Deviation(11);
  for (int i = 0; i < 10; ++i) fit->Update(kNaN);
  EXPECT_EQ(fit->Deviation(1), far);
  fit->Update(2.5);
  EXPECT_EQ(fit->Deviation(1), fresh);
}

TEST(DampedTrendTest, ScaleOfTheSeriesPassesThrough) {
  const std::vector<double> y = Wiggle(150);
  const auto base = DampedTrend::Fit(y);
  GLUTWATCH_ASSERT_OK(base);
  for (const double scale : {1e-9, 1e12}) {
    std::vector<double> scaled = y;
    for (double& value : scaled) value *= scale;
    const auto fit = DampedTrend::Fit(scaled);
    GLUTWATCH_ASSERT_OK(fit);
    EXPECT_NEAR(fit->Mean(28) / scale, base->Mean(28), 1e-9);
    EXPECT_NEAR(fit->Deviation(28) / scale, base->Deviation(28), 1e-9);
  }
}

TEST(DampedTrendTest, ValuesWhoseSquaresOverflowAreRefused) {
  std::vector<double> y = Wiggle(20);
  y[9] = 1e300;
  EXPECT_THAT(DampedTrend::Fit(y), StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("overflow")));
}

TEST(DampedTrendTest, MissingDayMovesTheStateAlongItsForecast) {
  const auto fit = DampedTrend::Fit(Wiggle(100));
  GLUTWATCH_ASSERT_OK(fit);
  DampedTrend later = *fit;
  later.Update(kNaN);
  EXPECT_NEAR(later.Mean(5), fit->Mean(6), 1e-12);
}

TEST(DampedTrendTest, UncertaintyGrowsWithTheHorizon) {
  const auto fit = DampedTrend::Fit(Wiggle(100));
  GLUTWATCH_ASSERT_OK(fit);
  for (int h = 1; h < 28; ++h) EXPECT_LE(fit->Deviation(h), fit->Deviation(h + 1)) << h;
}

}  // namespace
}  // namespace glutwatch::forecast

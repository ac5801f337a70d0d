#include "forecast/damped_trend.h"

#include <cmath>
#include <limits>
#include <vector>

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

TEST(DampedTrendTest, UpdateEqualsFilteringOverTheLongerSeries) {
  const std::vector<double> y = Wiggle(200);
  auto fit = DampedTrend::Fit(absl::MakeSpan(y).first(200));
  GLUTWATCH_ASSERT_OK(fit);
  DampedTrend updated = *fit;
  updated.Update(3.5);
  // l' = l + phi b + alpha e: the mean one day ahead moves by alpha (1 + beta phi) e.
  const double error = 3.5 - fit->Mean(1);
  const double response = (updated.Mean(1) - fit->Mean(2)) / error;
  EXPECT_GT(response, 0);
  EXPECT_LT(response, 1.5);
  EXPECT_EQ(updated.observed(), 201);
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

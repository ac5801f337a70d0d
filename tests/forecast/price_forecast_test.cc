#include "forecast/price_forecast.h"

#include <cmath>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/histories.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::forecast {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using testing::DayOf;
using ::testing::HasSubstr;
using testing::kNaN;
using testing::MakeHistory;
using testing::MakeIrregular;

TEST(PriceForecastTest, FollowsTheSeasonWhenThereIsANorm) {
  const auto season = [](Day day) {
    return 5 * std::exp(0.5 * std::sin(2 * 3.14159265358979 * DayNumber(day) / 365.2425));
  };
  const auto history = MakeHistory(DayOf(2019, 1, 1), DayOf(2024, 3, 1), season);
  const auto forecast = ForecastPrice(history.view(), DayOf(2024, 3, 1), 28);
  GLUTWATCH_ASSERT_OK(forecast);
  EXPECT_EQ(forecast->method, "damped trend on the seasonally adjusted price");
  ASSERT_EQ(forecast->points.size(), 28u);
  EXPECT_NEAR(forecast->points.back().median / season(DayOf(2024, 3, 29)), 1, 0.02);
}

TEST(PriceForecastTest, FewPricesFallBackToTheLastOne) {
  const auto history = MakeHistory(DayOf(2024, 1, 1), DayOf(2024, 1, 5),
                                   [](Day day) { return 2.0 + (DayNumber(day) % 2); });
  const auto forecast = ForecastPrice(history.view(), DayOf(2024, 1, 5), 7);
  GLUTWATCH_ASSERT_OK(forecast);
  EXPECT_EQ(forecast->method, "last price");
  EXPECT_DOUBLE_EQ(forecast->points[6].median, history.price.back());
}

TEST(PriceForecastTest, IntervalsAreNestedAndPositive) {
  const auto history = MakeIrregular(DayOf(2019, 1, 1), DayOf(2024, 3, 1));
  const auto forecast = ForecastPrice(history.view(), DayOf(2024, 3, 1), 28);
  GLUTWATCH_ASSERT_OK(forecast);
  for (const ForecastPoint& point : forecast->points) {
    EXPECT_GT(point.low95, 0);
    EXPECT_LT(point.low95, point.low80);
    EXPECT_LT(point.low80, point.median);
    EXPECT_LT(point.median, point.high80);
    EXPECT_LT(point.high80, point.high95);
  }
}

TEST(PriceForecastTest, KnowsNothingAfterItsOrigin) {
  auto history = MakeIrregular(DayOf(2020, 1, 1), DayOf(2024, 3, 1));
  const Day origin = DayOf(2023, 9, 1);
  const auto before = ForecastPrice(history.view(), origin, 28);
  for (Day day = origin + 1; day <= DayOf(2024, 3, 1); day = day + 1) history[day] = 1e9;
  const auto after = ForecastPrice(history.view(), origin, 28);
  GLUTWATCH_ASSERT_OK(before);
  GLUTWATCH_ASSERT_OK(after);
  EXPECT_EQ(before->points.back().median, after->points.back().median);
}

TEST(PriceForecastTest, IntervalsWidenWhileNoPriceComes) {
  const auto history = MakeIrregular(DayOf(2019, 1, 1), DayOf(2024, 3, 1));
  const auto fresh = ForecastPrice(history.view(), DayOf(2024, 3, 1), 1);
  const auto stale = ForecastPrice(history.view(), DayOf(2024, 6, 1), 1);
  GLUTWATCH_ASSERT_OK(fresh);
  GLUTWATCH_ASSERT_OK(stale);
  EXPECT_GT(stale->points[0].log_deviation, 3 * fresh->points[0].log_deviation);
}

TEST(PriceForecastTest, LastPriceWidensWhileNoPriceComes) {
  const auto history = MakeHistory(DayOf(2024, 1, 1), DayOf(2024, 1, 5),
                                   [](Day day) { return 2.0 + (DayNumber(day) % 2); });
  const auto fresh = ForecastPrice(history.view(), DayOf(2024, 1, 5), 1);
  const auto stale = ForecastPrice(history.view(), DayOf(2024, 1, 8), 1);
  GLUTWATCH_ASSERT_OK(fresh);
  GLUTWATCH_ASSERT_OK(stale);
  EXPECT_NEAR(stale->points[0].log_deviation, 2 * fresh->points[0].log_deviation, 1e-12);  // 1 + 3
}

TEST(PriceForecastTest, MonthlySeriesHasAForecast) {
  const auto history = MakeHistory(DayOf(2019, 1, 15), DayOf(2024, 3, 15), [](Day day) {
    return ToCivil(day).day() == 15 ? 3.0 + ToCivil(day).month() % 5 : kNaN;
  });
  const auto forecast = ForecastPrice(history.view(), DayOf(2024, 3, 15), 28);
  GLUTWATCH_ASSERT_OK(forecast);
  EXPECT_EQ(forecast->method, "damped trend");  // the norm exists around the 15th only
  EXPECT_GT(forecast->points.back().low95, 0);
}

TEST(PriceForecastTest, ScaleMultipliesEveryBound) {
  const Day origin = DayOf(2024, 3, 1);
  const auto base = ForecastPrice(MakeIrregular(DayOf(2019, 1, 1), origin).view(), origin, 28);
  GLUTWATCH_ASSERT_OK(base);
  for (const double scale : {1e-9, 1e12}) {
    const auto history = MakeIrregular(DayOf(2019, 1, 1), origin, scale);
    const auto scaled = ForecastPrice(history.view(), origin, 28);
    GLUTWATCH_ASSERT_OK(scaled);
    const ForecastPoint& want = base->points.back();
    const ForecastPoint& got = scaled->points.back();
    EXPECT_NEAR(got.median / scale / want.median, 1, 1e-9);
    EXPECT_NEAR(got.low80 / scale / want.low80, 1, 1e-9);
    EXPECT_NEAR(got.high95 / scale / want.high95, 1, 1e-9);
  }
}

struct CoverageCase {
  std::string name;
  int days_between_prices;
};
void PrintTo(const CoverageCase& c, std::ostream* os) { *os << c.name; }
class CoverageTest : public ::testing::TestWithParam<CoverageCase> {};

// 300 random walks of the log price: the 80 % interval four weeks ahead holds the price in about
// 80 % of them, however often there is a price.
TEST_P(CoverageTest, EightyPercentIntervalHoldsAboutEightyPercent) {
  constexpr int kSeries = 300;
  std::mt19937_64 random(20261123);
  std::normal_distribution<double> step(0, 0.03);
  int inside = 0;
  for (int series = 0; series < kSeries; ++series) {
    double log_price = 1;
    auto history = MakeHistory(DayOf(2023, 1, 1), DayOf(2024, 12, 31), [&](Day day) {
      log_price += step(random);
      return DayNumber(day) % GetParam().days_between_prices == 0 ? std::exp(log_price) : kNaN;
    });
    const auto forecast = ForecastPrice(history.view(), DayOf(2024, 12, 31), 28);
    GLUTWATCH_ASSERT_OK(forecast);
    for (int h = 0; h < 28; ++h) log_price += step(random);
    const ForecastPoint& point = forecast->points.back();
    inside += point.low80 <= std::exp(log_price) && std::exp(log_price) <= point.high80;
  }
  EXPECT_GT(inside, 0.70 * kSeries);
  EXPECT_LT(inside, 0.90 * kSeries);
}
INSTANTIATE_TEST_SUITE_P(Spacing, CoverageTest,
                         ::testing::ValuesIn(std::vector<CoverageCase>{
                             {"Daily", 1}, {"Weekly", 7}, {"Monthly", 30}}),
                         [](const auto& test) { return test.param.name; });

TEST(ProbabilityBelowTest, IsTheNormalDistributionOfTheLogPrice) {
  ForecastPoint point;
  point.median = 2;
  point.log_deviation = 0.1;
  EXPECT_NEAR(ProbabilityBelow(point, 2), 0.5, 1e-12);
  EXPECT_NEAR(ProbabilityBelow(point, 2 * std::exp(-0.1)), 0.15865525393145705, 1e-12);
  EXPECT_NEAR(ProbabilityBelow(point, 2 * std::exp(0.1 * 1.2815515655446004)), 0.9, 1e-12);
  EXPECT_NEAR(ProbabilityBelow(point, 1e-9), 0, 1e-12);
  EXPECT_NEAR(ProbabilityBelow(point, 1e12), 1, 1e-12);
}

TEST(ProbabilityBelowTest, WithoutSpreadItIsZeroOrOne) {
  ForecastPoint point;
  point.median = 2;
  EXPECT_EQ(ProbabilityBelow(point, 1.9), 0);
  EXPECT_EQ(ProbabilityBelow(point, 2), 0);
  EXPECT_EQ(ProbabilityBelow(point, 2.1), 1);
}

TEST(ProbabilityBelowTest, AgreesWithTheIntervals) {
  const auto history = MakeIrregular(DayOf(2019, 1, 1), DayOf(2024, 3, 1));
  const auto forecast = ForecastPrice(history.view(), DayOf(2024, 3, 1), 28);
  GLUTWATCH_ASSERT_OK(forecast);
  for (const ForecastPoint& point : forecast->points) {
    EXPECT_NEAR(ProbabilityBelow(point, point.low80), 0.1, 1e-9);
    EXPECT_NEAR(ProbabilityBelow(point, point.high80), 0.9, 1e-9);
    EXPECT_NEAR(ProbabilityBelow(point, point.low95), 0.025, 1e-9);
  }
}

TEST(PriceForecastTest, BadPriceThatOnlyTheNormWouldReadIsNamed) {
  auto history = MakeIrregular(DayOf(2019, 1, 1), DayOf(2024, 3, 1));
  history[DayOf(2020, 3, 1)] = -1;
  EXPECT_THAT(ForecastPrice(history.view(), DayOf(2024, 3, 1), 28),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2020-03-01 is -1")));
  history[DayOf(2020, 3, 1)] = 1;
  history[DayOf(2024, 3, 1)] = -1;  // after the origin: not looked at
  EXPECT_THAT(ForecastPrice(history.view(), DayOf(2024, 2, 28), 28), IsOk());
}

TEST(PriceForecastTest, BoundBeyondAnyNumberIsAnError) {
  const auto history = MakeHistory(DayOf(2024, 1, 1), DayOf(2024, 3, 1), [](Day day) {
    return DayNumber(day) % 2 == 0 ? 1e-300 : 1e300;
  });
  EXPECT_THAT(ForecastPrice(history.view(), DayOf(2024, 3, 1), 28),
              StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("2024-03-")));
}

struct ErrorCase {
  std::string name;
  std::vector<double> price;
  int horizon;
  absl::StatusCode want_code;
  std::string want_message;
};
void PrintTo(const ErrorCase& c, std::ostream* os) { *os << c.name; }
class PriceForecastErrorTest : public ::testing::TestWithParam<ErrorCase> {};

TEST_P(PriceForecastErrorTest, ReturnsCodeAndNamesTheCause) {
  const ErrorCase& c = GetParam();
  const PriceHistory history{DayOf(2024, 1, 1), c.price};
  EXPECT_THAT(ForecastPrice(history, DayOf(2024, 1, 3), c.horizon),
              StatusIs(c.want_code, HasSubstr(c.want_message)));
}
INSTANTIATE_TEST_SUITE_P(
    BadInput, PriceForecastErrorTest,
    ::testing::ValuesIn(std::vector<ErrorCase>{
        {"HorizonZero", {1, 2, 3}, 0, absl::StatusCode::kInvalidArgument, "horizon is 0"},
        {"HorizonTooFar", {1, 2, 3}, 366, absl::StatusCode::kInvalidArgument, "horizon is 366"},
        {"NegativePrice", {1, -2, 3}, 7, absl::StatusCode::kInvalidArgument, "2024-01-02 is -2"},
        {"OnePrice", {kNaN, 2, kNaN}, 7, absl::StatusCode::kFailedPrecondition, "have 1"},
    }),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace glutwatch::forecast

#include "forecast/price_forecast.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/histories.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::forecast {
namespace {

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

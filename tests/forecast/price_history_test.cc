#include "forecast/price_history.h"

#include <limits>

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

TEST(PriceHistoryTest, CoversItsDaysOnly) {
  const std::vector<double> price = {1, kNaN, 3};
  const PriceHistory history{DayOf(2024, 2, 28), price};
  EXPECT_FALSE(history.Covers(DayOf(2024, 2, 27)));
  EXPECT_TRUE(history.Covers(DayOf(2024, 2, 28)));
  EXPECT_TRUE(history.Covers(DayOf(2024, 3, 1)));
  EXPECT_FALSE(history.Covers(DayOf(2024, 3, 2)));
}

struct PriceCase {
  std::string name;
  double price;
  std::string want;  // in the message
};
void PrintTo(const PriceCase& c, std::ostream* os) { *os << c.name; }
class BadPriceTest : public ::testing::TestWithParam<PriceCase> {};

TEST_P(BadPriceTest, IsNamedUpToTheLastKnownDayOnly) {
  const std::vector<double> price = {1, 2, GetParam().price};
  const PriceHistory history{DayOf(2024, 1, 1), price};
  EXPECT_THAT(CheckPrices(history, DayOf(2024, 1, 2)), IsOk());
  EXPECT_THAT(CheckPrices(history, DayOf(2023, 1, 2)), IsOk());
  EXPECT_THAT(
      CheckPrices(history, DayOf(2030, 1, 1)),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2024-01-03 is " + GetParam().want)));
}
INSTANTIATE_TEST_SUITE_P(Prices, BadPriceTest,
                         ::testing::ValuesIn(std::vector<PriceCase>{
                             {"Zero", 0.0, "0"},
                             {"Negative", -2.5, "-2.5"},
                             {"Infinite", std::numeric_limits<double>::infinity(), "inf"},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(PriceHistoryTest, MissingDaysAndExtremePricesAreFine) {
  const std::vector<double> price = {kNaN, 1e-9, 1e12, kNaN};
  EXPECT_THAT(CheckPrices({DayOf(2024, 1, 1), price}, DayOf(2024, 1, 4)), IsOk());
  EXPECT_THAT(CheckPrices({DayOf(2024, 1, 1), {}}, DayOf(2024, 1, 4)), IsOk());
}

}  // namespace
}  // namespace glutwatch::forecast

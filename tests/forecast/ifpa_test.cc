#include "forecast/risk/ifpa.h"

#include <cmath>

#include "gtest/gtest.h"
#include "tests/forecast/histories.h"

namespace glutwatch::forecast::risk {
namespace {

using forecast::testing::DayOf;
using forecast::testing::kNaN;
using forecast::testing::MakeHistory;

// One price in the middle of each month.
forecast::testing::OwnedHistory Monthly(int first_year, const std::vector<double>& prices) {
  const Day first = DayOf(first_year, 1, 1);
  const Day last =
      ToDay(absl::CivilDay(absl::CivilMonth(first_year, 1) + static_cast<int>(prices.size()))) - 1;
  return MakeHistory(first, last, [&](Day day) {
    const absl::CivilDay civil = ToCivil(day);
    if (civil.day() != 15) return kNaN;
    return prices[static_cast<size_t>(absl::CivilMonth(civil) - absl::CivilMonth(first_year, 1))];
  });
}

TEST(IfpaTest, EqualsTheHandWorkedValue) {
  // April prices over the March-before and year-before: only the months that the formula reads
  // matter, the rest is 100. P(Jan) = 100 always, so CQGR of April_y = (P/100)^(1/3) - 1.
  std::vector<double> prices(12 * 5, 100.0);
  const double april[] = {100, 121, 110, 130, 80};  // 2016 .. 2020
  for (int y = 0; y < 5; ++y) prices[static_cast<size_t>(12 * y + 3)] = april[y];
  const auto history = Monthly(2016, prices);
  const MonthMeans months(history.view());
  IfpaOptions options;
  options.min_years = 3;

  const auto growth = [](double now, double then, int n) {
    return std::pow(now / then, 1.0 / n) - 1;
  };
  const auto score = [](double now, const std::vector<double>& past) {  // newest first
    const double g = static_cast<double>(past.size());
    double weights = 0, mean = 0, squares = 0;
    for (size_t i = 0; i < past.size(); ++i) weights += g - static_cast<double>(i);
    for (size_t i = 0; i < past.size(); ++i)
      mean += (g - static_cast<double>(i)) * past[i] / weights;
    for (size_t i = 0; i < past.size(); ++i) {
      squares += (g - static_cast<double>(i)) * (past[i] - mean) * (past[i] - mean);
    }
    return (now - mean) / std::sqrt(squares / (weights * (g - 1) / g));
  };
  const double quarterly = score(
      growth(80, 100, 3), {growth(130, 100, 3), growth(110, 100, 3), growth(121, 100, 3), 0.0});
  const double annual = score(growth(80, 130, 12),
                              {growth(130, 110, 12), growth(110, 121, 12), growth(121, 100, 12)});
  const auto ifpa = Ifpa(months, DayOf(2020, 4, 20), options);
  ASSERT_TRUE(ifpa.has_value());
  EXPECT_NEAR(*ifpa, 0.4 * quarterly + 0.6 * annual, 1e-12);
  EXPECT_LT(*ifpa, -1);  // a price that fell to 80 from usual rises is abnormally low
}

TEST(IfpaTest, NeedsThreeEarlierYearsOfAnnualGrowth) {
  std::vector<double> prices;
  for (int i = 0; i < 12 * 4; ++i) prices.push_back(100 + (i * 7) % 13);
  const auto history = Monthly(2017, prices);
  EXPECT_FALSE(Ifpa(MonthMeans(history.view()), DayOf(2020, 4, 20)).has_value());
}

TEST(IfpaTest, ConstantPriceHasNoScore) {
  const auto history = Monthly(2010, std::vector<double>(12 * 8, 5.0));
  EXPECT_FALSE(Ifpa(MonthMeans(history.view()), DayOf(2017, 4, 20)).has_value());
}

TEST(IfpaTest, DoesNotDependOnTheScale) {
  std::vector<double> prices;
  for (int i = 0; i < 12 * 7; ++i) prices.push_back(100 + (i * 37) % 61);
  const auto base = Ifpa(MonthMeans(Monthly(2014, prices).view()), DayOf(2020, 4, 20));
  for (const double scale : {1e-9, 1e12}) {
    std::vector<double> scaled = prices;
    for (double& price : scaled) price *= scale;
    const auto other = Ifpa(MonthMeans(Monthly(2014, scaled).view()), DayOf(2020, 4, 20));
    ASSERT_TRUE(base.has_value() && other.has_value());
    EXPECT_NEAR(*base, *other, 1e-9);
  }
}

}  // namespace
}  // namespace glutwatch::forecast::risk

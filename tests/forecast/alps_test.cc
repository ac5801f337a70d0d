#include "forecast/risk/alps.h"

#include <fstream>
#include <sstream>
#include <string>

#include "gtest/gtest.h"
#include "tests/forecast/histories.h"

namespace glutwatch::forecast::risk {
namespace {

using forecast::testing::DayOf;
using forecast::testing::kNaN;
using forecast::testing::MakeHistory;

struct Reference {
  std::vector<double> price;  // NaN where missing
  std::vector<double> score;  // NaN where none
};

// tests/forecast/reference/alps.csv, made by alps.py beside it.
Reference ReadReference() {
  std::ifstream file(std::string(GLUTWATCH_REFERENCE) + "/alps.csv");
  Reference reference;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const size_t first = line.find(',');
    const size_t second = line.find(',', first + 1);
    const std::string price = line.substr(first + 1, second - first - 1);
    const std::string score = line.substr(second + 1);
    reference.price.push_back(price.empty() ? kNaN : std::stod(price));
    reference.score.push_back(score.empty() ? kNaN : std::stod(score));
  }
  return reference;
}

TEST(AlpsTest, EqualsTheSecondImplementation) {
  const Reference reference = ReadReference();
  ASSERT_EQ(reference.price.size(), 84u);
  const absl::CivilMonth first(2015, 1);
  const auto history = MakeHistory(DayOf(2015, 1, 1), DayOf(2021, 12, 31), [&](Day day) {
    const absl::CivilDay civil = ToCivil(day);
    return civil.day() == 15 ? reference.price[static_cast<size_t>(absl::CivilMonth(civil) - first)]
                             : kNaN;
  });
  const MonthMeans months(history.view());
  int compared = 0;
  for (size_t m = 0; m < reference.price.size(); ++m) {
    const auto fit = AlpsFit::Fit(months, 2015 * 12 + static_cast<int>(m));
    if (std::isnan(reference.score[m])) continue;
    ASSERT_TRUE(fit.has_value()) << m;
    const auto score = fit->Score(reference.price[m]);
    ASSERT_TRUE(score.has_value()) << m;
    EXPECT_NEAR(*score, reference.score[m], 1e-9) << m;
    ++compared;
  }
  EXPECT_EQ(compared, 47);  // months 36..83 without the missing one
}

TEST(AlpsTest, NeedsThreeYears) {
  const auto history = forecast::testing::MakeIrregular(DayOf(2020, 1, 1), DayOf(2022, 12, 31));
  const MonthMeans months(history.view());
  EXPECT_FALSE(AlpsFit::Fit(months, 2022 * 12 + 11).has_value());  // 35 months before December
  EXPECT_TRUE(AlpsFit::Fit(months, 2023 * 12).has_value());
}

TEST(AlpsTest, NeedsSeventyPercentOfTheMonths) {
  const auto history = MakeHistory(DayOf(2015, 1, 1), DayOf(2020, 12, 31), [](Day day) {
    const absl::CivilDay civil = ToCivil(day);
    return civil.day() == 15 && civil.month() % 2 == 0 ? 10.0 + civil.month() : kNaN;
  });
  EXPECT_FALSE(AlpsFit::Fit(MonthMeans(history.view()), 2020 * 12 + 11).has_value());
}

TEST(AlpsTest, ConstantPriceHasNoScore) {
  const auto history = MakeHistory(DayOf(2015, 1, 1), DayOf(2020, 12, 31), [](Day) { return 3.0; });
  EXPECT_FALSE(AlpsFit::Fit(MonthMeans(history.view()), 2020 * 12 + 11).has_value());
}

}  // namespace
}  // namespace glutwatch::forecast::risk

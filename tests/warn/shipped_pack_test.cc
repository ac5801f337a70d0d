// The rule packs in deploy/rules load and are what docs/warnings.md says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/yaml_message.h"
#include "glutwatch/v1/warn.pb.h"
#include "server/rpc/translate_warn.h"
#include "tests/support/status_matchers.h"
#include "tests/warn/risk_days.h"

namespace glutwatch::warn {
namespace {

using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Pair;

RulePack YunnanBasic() {
  v1::RulePack proto;
  const absl::Status read = ReadYamlFile(GLUTWATCH_RULES "/yunnan-basic.yaml", &proto);
  EXPECT_THAT(read, testing::IsOk());
  const auto pack = rpc::FromProto(proto);
  EXPECT_THAT(pack, testing::IsOk());
  return pack.ok() ? *pack : RulePack{};
}

TEST(YunnanBasicTest, IsValidAndEveryRuleNamesItsSource) {
  const RulePack pack = YunnanBasic();
  GLUTWATCH_ASSERT_OK(Validate(pack));
  EXPECT_EQ(pack.id, "yunnan-basic");
  EXPECT_EQ(pack.max_level_without_cost, Level::kOrange);
  EXPECT_EQ(pack.min_life_days, 10);
  EXPECT_EQ(pack.clear_days, 20);
  EXPECT_EQ(pack.refractory_days, 20);
  std::map<Level, int> lines;
  for (const Rule& rule : pack.rules) {
    EXPECT_FALSE(rule.source.empty()) << rule.id;
    ++lines[rule.level];
  }
  EXPECT_THAT(lines, ::testing::UnorderedElementsAre(
                         Pair(Level::kBlue, Ge(1)), Pair(Level::kYellow, Ge(1)),
                         Pair(Level::kOrange, Ge(1)), Pair(Level::kRed, Ge(1))));
}

// Hog to corn over a break-even of 7, as the official levels were announced in 2022 and 2023.
TEST(YunnanBasicTest, ReproducesTheOfficialPorkLevels) {
  const auto ratio = [](double hog_to_corn) { return Risk{.to_cost = hog_to_corn / 7}; };
  const RulePack pack = YunnanBasic();
  EXPECT_THAT(Judge(pack, {On(0, ratio(6.00))}), IsEmpty());
  EXPECT_THAT(Judge(pack, {On(0, ratio(5.99))}), ElementsAre("0 opened yellow"));
  EXPECT_THAT(Judge(pack, Every(0, 21, 7, ratio(5.57))),
              ElementsAre("0 opened yellow", "21 escalated orange"));
  EXPECT_THAT(Judge(pack, {On(0, ratio(5.00))}), ElementsAre("0 opened yellow"));
  EXPECT_THAT(Judge(pack, {On(0, ratio(4.96))}), ElementsAre("0 opened red"));
}

TEST(YunnanBasicTest, SevenTradingDaysOfAFiveDayWeekAreEnoughForYellow) {
  std::vector<RiskDay> week;
  for (const int day : {4, 5, 6, 7, 8, 11, 12}) {  // Monday to Friday, Monday, Tuesday
    week.push_back(On(day, {.to_norm = 0.75, .ifpa = -1.2}));
  }
  EXPECT_THAT(Judge(YunnanBasic(), week), ElementsAre("12 opened yellow"));
  week.pop_back();
  EXPECT_THAT(Judge(YunnanBasic(), week), IsEmpty());
}

TEST(YunnanBasicTest, AFallFromAPeakThatStillPaysIsNotOrange) {
  RiskDay day = On(0, {.to_norm = 1.0, .ifpa = 0.0, .to_cost = 1.3});
  day.indicators.year_on_year = 0.4;
  EXPECT_THAT(Judge(YunnanBasic(), {day}), IsEmpty());
  day.indicators.price_to_total_cost = 0.99;
  EXPECT_THAT(Judge(YunnanBasic(), {day}), ElementsAre("0 opened orange"));
}

TEST(YunnanBasicTest, WithoutACostOrangeIsTheHighest) {
  RiskDay day = On(0, {.to_norm = 0.1, .ifpa = -5.0});
  day.indicators.alps = -9;
  EXPECT_THAT(Judge(YunnanBasic(), {day}), ElementsAre("0 opened orange"));
}

}  // namespace
}  // namespace glutwatch::warn

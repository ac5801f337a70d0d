#include "server/warn/rule_pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tests/support/status_matchers.h"
#include "tests/warn/risk_days.h"

namespace glutwatch::warn {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ParseThresholdTest, ReadsDecimalsAndExactFractions) {
  EXPECT_EQ(*ParseThreshold("0.8"), 0.8);
  EXPECT_EQ(*ParseThreshold("-1"), -1);
  EXPECT_EQ(*ParseThreshold("6/7"), 6.0 / 7.0);
  EXPECT_EQ(*ParseThreshold("-1/2"), -0.5);
}

TEST(ParseThresholdTest, QuotesWhatIsNoNumber) {
  for (const char* text : {"", "/", "6/", "/7", "6/0", "6/-7", "0.5/2", "1/2/3", "low", "nan",
                           "inf", "1e999", "99999999999/1"}) {
    EXPECT_THAT(ParseThreshold(text), StatusIs(absl::StatusCode::kInvalidArgument,
                                               HasSubstr(absl::StrCat("\"", text, "\""))));
  }
}

struct BadPackCase {
  std::string name;
  std::function<void(RulePack*)> spoil;
  std::string want_message;
};
void PrintTo(const BadPackCase& c, std::ostream* os) { *os << c.name; }

class BadPackTest : public ::testing::TestWithParam<BadPackCase> {};

TEST_P(BadPackTest, IsRefusedWithThePathOfTheField) {
  RulePack pack = TestPack();
  GLUTWATCH_ASSERT_OK(Validate(pack));
  GetParam().spoil(&pack);
  EXPECT_THAT(Validate(pack), StatusIs(absl::StatusCode::kInvalidArgument,
                                       ::testing::StartsWith(GetParam().want_message)));
}

INSTANTIATE_TEST_SUITE_P(
    Fields, BadPackTest,
    ::testing::ValuesIn(std::vector<BadPackCase>{
        {"Id", [](RulePack* p) { p->id = "Yunnan"; }, "id: is \"Yunnan\""},
        {"Version", [](RulePack* p) { p->version = 0; }, "version: is 0"},
        {"NoRules", [](RulePack* p) { p->rules.clear(); }, "rules: has 0"},
        {"RuleId", [](RulePack* p) { p->rules[1].id = ""; }, "rules[1].id: is \"\""},
        {"SameRuleId", [](RulePack* p) { p->rules[1].id = "blue-norm"; },
         "rules[1].id: \"blue-norm\" occurs twice"},
        {"Level", [](RulePack* p) { p->rules[2].level = Level::kNone; }, "rules[2].level: "},
        {"NoCondition", [](RulePack* p) { p->rules[0].all_of.clear(); }, "rules[0].all_of: "},
        {"Indicator",
         [](RulePack* p) { p->rules[0].all_of[0].indicator = static_cast<Indicator>(0); },
         "rules[0].all_of[0].indicator: "},
        {"NotANumber",
         [](RulePack* p) {
           p->rules[1].all_of[1].at_most = std::numeric_limits<double>::quiet_NaN();
         },
         "rules[1].all_of[1].at_most: "},
        {"RatioBelowZero", [](RulePack* p) { p->rules[0].all_of[0].at_most = -0.5; },
         "rules[0].all_of[0].at_most: is -0.5"},
        {"Margin", [](RulePack* p) { p->rules[0].clear_margin = 1.5; },
         "rules[0].clear_margin: is 1.5"},
        {"MarginThatIsNoNumber",
         [](RulePack* p) { p->rules[0].clear_margin = std::numeric_limits<double>::quiet_NaN(); },
         "rules[0].clear_margin: is nan"},
        {"Persistence", [](RulePack* p) { p->rules[3].persistence_days = -1; },
         "rules[3].persistence_days: is -1"},
        {"ClearDays", [](RulePack* p) { p->clear_days = 4000; }, "clear_days: is 4000"},
        {"NoLevelWithoutCost", [](RulePack* p) { p->max_level_without_cost = Level::kNone; },
         "max_level_without_cost: is missing"},
        {"LevelWithoutCostOutOfRange",
         [](RulePack* p) { p->max_level_without_cost = static_cast<Level>(5); },
         "max_level_without_cost: "},
        {"StaleDays", [](RulePack* p) { p->stale_trading_days = 0; }, "stale_trading_days: is 0"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(RulePackTest, KnowsWhichIndicatorsItUses) {
  EXPECT_TRUE(Uses(TestPack(), Indicator::kIfpa));
  EXPECT_FALSE(Uses(TestPack(), Indicator::kForecastToNorm));
}

TEST(RulePackTest, EveryIndicatorHasANameAndAValue) {
  forecast::risk::DayIndicators day;
  day.price_to_norm = 1;
  day.ifpa = 2;
  day.alps = 3;
  day.price_to_total_cost = 4;
  day.price_to_cash_cost = 5;
  day.year_on_year = 6;
  day.forecast_to_norm = 7;
  for (int i = 1; i <= 7; ++i) {
    const auto indicator = static_cast<Indicator>(i);
    EXPECT_EQ(ValueOf(day, indicator), i) << IndicatorName(indicator);
    EXPECT_FALSE(IndicatorName(indicator).empty());
  }
  EXPECT_EQ(ValueOf({}, Indicator::kAlps), std::nullopt);
  EXPECT_FALSE(IsRatio(Indicator::kAlps));
  EXPECT_TRUE(IsRatio(Indicator::kYearOnYear));
}

}  // namespace
}  // namespace glutwatch::warn

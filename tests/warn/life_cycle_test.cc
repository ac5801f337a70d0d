#include "server/warn/life_cycle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/status_matchers.h"
#include "tests/warn/risk_days.h"

namespace glutwatch::warn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Risk kCalm{.to_norm = 1.0, .ifpa = 0.0, .to_cost = 1.2};
constexpr Risk kBlueRisk{.to_norm = 0.88, .ifpa = 0.0, .to_cost = 1.2};
constexpr Risk kYellowRisk{.to_norm = 0.7, .ifpa = -1.5, .to_cost = 1.2};
constexpr Risk kOrangeRisk{.to_norm = 1.0, .ifpa = 0.0, .to_cost = 0.8};
constexpr Risk kRedRisk{.to_norm = 1.0, .ifpa = 0.0, .to_cost = 0.5};
constexpr Risk kNothingKnown{};

TEST(LifeCycleTest, CalmDaysTellNothing) {
  EXPECT_THAT(Judge(TestPack(), Every(0, 400, 1, kCalm)), IsEmpty());
}

TEST(LifeCycleTest, OpensOnTheDayThatCompletesThePersistence) {
  EXPECT_THAT(Judge(TestPack(), Every(100, 109, 1, kBlueRisk)), IsEmpty());
  EXPECT_THAT(Judge(TestPack(), Every(100, 110, 1, kBlueRisk)), ElementsAre("110 opened blue"));
}

TEST(LifeCycleTest, PersistenceCountsCalendarDaysOverSparseMarketDays) {
  // Thursdays only: 100, 107, 114.
  EXPECT_THAT(Judge(TestPack(), Every(100, 121, 7, kBlueRisk)), ElementsAre("114 opened blue"));
}

TEST(LifeCycleTest, OneValueAMonthOpensOnTheSecondMonth) {
  EXPECT_THAT(Judge(TestPack(), Every(0, 120, 30, kYellowRisk)), ElementsAre("30 opened yellow"));
}

TEST(LifeCycleTest, OneBadDayNeverCompletesAPersistence) {
  EXPECT_THAT(Judge(TestPack(), {On(100, kYellowRisk), On(400, kCalm)}), IsEmpty());
}

TEST(LifeCycleTest, ADayOnWhichTheRuleDoesNotHoldStartsThePersistenceAgain) {
  std::vector<RiskDay> days = Every(100, 108, 1, kBlueRisk);
  days.push_back(On(109, kCalm));
  EXPECT_THAT(Judge(TestPack(), Join(days, Every(110, 120, 1, kBlueRisk))),
              ElementsAre("120 opened blue"));
}

TEST(LifeCycleTest, ADayThatCannotBeJudgedNeitherCompletesNorBreaksAPersistence) {
  std::vector<RiskDay> days = Every(100, 108, 1, kBlueRisk);
  days = Join(days, Every(109, 115, 1, kNothingKnown));
  days.push_back(On(116, kBlueRisk));
  EXPECT_THAT(Judge(TestPack(), days), ElementsAre("116 opened blue"));
}

TEST(LifeCycleTest, ARuleNeedsAllOfItsConditions) {
  const Risk cheap_but_normal{.to_norm = 0.7, .ifpa = -0.5, .to_cost = 1.2};
  EXPECT_THAT(Judge(TestPack(), Every(100, 109, 1, cheap_but_normal)), IsEmpty());
}

TEST(LifeCycleTest, ARuleWithoutPersistenceOpensAtOnce) {
  EXPECT_THAT(Judge(TestPack(), {On(5, kOrangeRisk)}), ElementsAre("5 opened orange"));
}

TEST(LifeCycleTest, APriceExactlyOnAStrictLineIsNotBelowIt) {
  RulePack pack = TestPack();
  pack.rules = {{"red-cost",
                 Level::kRed,
                 {{Indicator::kPriceToTotalCost, 5.0 / 7.0, "5/7", /*strict=*/true}},
                 0,
                 0.05,
                 ""}};
  // 0.0045 / 0.0063 is 5/7, and as doubles it is below 5.0 / 7.0.
  const Risk on_the_line{.to_norm = 1.0, .ifpa = 0.0, .to_cost = 0.0045 / 0.0063};
  EXPECT_THAT(Judge(pack, {On(5, on_the_line)}), IsEmpty());
  const Risk below{.to_norm = 1.0, .ifpa = 0.0, .to_cost = 0.0044 / 0.0063};
  EXPECT_THAT(Judge(pack, {On(5, below)}), ElementsAre("5 opened red"));
}

TEST(LifeCycleTest, TheHighestRuleThatFiredGivesTheLevel) {
  const Risk everything{.to_norm = 0.5, .ifpa = -2, .to_cost = 0.6};
  LifeCycle cycle;
  EXPECT_THAT(Judge(TestPack(), Every(0, 10, 1, everything), &cycle), ElementsAre("0 opened red"));
  ASSERT_EQ(cycle.outcomes().size(), 4u);
  EXPECT_EQ(cycle.outcomes()[0].rule, "red-cost");
  EXPECT_EQ(cycle.outcomes()[1].rule, "orange-cost");
  EXPECT_EQ(cycle.outcomes()[2].rule, "yellow-norm");
  EXPECT_EQ(cycle.outcomes()[2].held_since, Day{0});
  EXPECT_EQ(cycle.outcomes()[2].detail, "price_to_norm 0.5 <= 0.8; ifpa -2 <= -1");
}

TEST(LifeCycleTest, EscalatesAtOnceAndSkipsLevels) {
  EXPECT_THAT(Judge(TestPack(), Join(Every(0, 10, 1, kBlueRisk), {On(11, kRedRisk)})),
              ElementsAre("10 opened blue", "11 escalated red"));
}

TEST(LifeCycleTest, GoesDownOneLevelAtATime) {
  EXPECT_THAT(Judge(TestPack(), Join({On(0, kRedRisk)}, Every(1, 100, 1, kCalm))),
              ElementsAre("0 opened red", "21 de-escalated orange", "41 de-escalated yellow",
                          "61 de-escalated blue", "81 resolved blue"));
}

TEST(LifeCycleTest, GoesDownOnlyToTheLevelThatStillHolds) {
  const Risk orange_and_red{.to_norm = 1.0, .ifpa = 0.0, .to_cost = 0.5};
  EXPECT_THAT(Judge(TestPack(), Join({On(0, orange_and_red)}, Every(1, 200, 1, kOrangeRisk))),
              ElementsAre("0 opened red", "21 de-escalated orange"));
}

TEST(LifeCycleTest, BetweenThresholdAndClearMarginTheLevelStays) {
  const Risk inside{.to_norm = 1.0, .ifpa = 0.0, .to_cost = 0.85 * 1.049};
  const Risk outside{.to_norm = 1.0, .ifpa = 0.0, .to_cost = 0.85 * 1.051};
  EXPECT_THAT(Judge(TestPack(), Join({On(0, kOrangeRisk)}, Every(1, 300, 1, inside))),
              ElementsAre("0 opened orange"));
  EXPECT_THAT(Judge(TestPack(), Join({On(0, kOrangeRisk)}, Every(1, 21, 1, outside))),
              ElementsAre("0 opened orange", "21 de-escalated yellow"));
}

TEST(LifeCycleTest, TheClearMarginOfAScoreIsAbsolute) {
  const Risk inside{.to_norm = 0.7, .ifpa = -0.96, .to_cost = 1.2};
  const Risk outside{.to_norm = 0.7, .ifpa = -0.94, .to_cost = 1.2};
  RulePack pack = TestPack();
  pack.rules.erase(pack.rules.begin());  // blue would hold on to the norm alone
  const auto raised = Every(0, 8, 1, kYellowRisk);
  EXPECT_THAT(Judge(pack, Join(raised, Every(9, 300, 1, inside))), ElementsAre("8 opened yellow"));
  EXPECT_THAT(Judge(pack, Join(raised, Every(9, 29, 1, outside))),
              ElementsAre("8 opened yellow", "29 de-escalated blue"));
}

TEST(LifeCycleTest, APriceThatSwingsAroundTheThresholdOpensOnce) {
  std::vector<RiskDay> days;
  for (int day = 0; day < 300; ++day) days.push_back(On(day, day % 6 == 0 ? kOrangeRisk : kCalm));
  EXPECT_THAT(Judge(TestPack(), days), ElementsAre("0 opened orange"));
}

TEST(LifeCycleTest, ARuleThatDidNotBringTheWarningDoesNotHoldItOpen) {
  // Within blue's clear margin but never blue itself.
  const Risk near_blue{.to_norm = 0.92, .ifpa = 0.0, .to_cost = 1.2};
  EXPECT_THAT(Judge(TestPack(), Join({On(0, kOrangeRisk)}, Every(1, 100, 1, near_blue))),
              ElementsAre("0 opened orange", "21 de-escalated yellow", "41 de-escalated blue",
                          "61 resolved blue"));
}

TEST(LifeCycleTest, LivesAtLeastItsMinimum) {
  RulePack pack = TestPack();
  pack.clear_days = 0;
  pack.min_life_days = 10;
  pack.rules = {pack.rules[0]};
  pack.rules[0].persistence_days = 0;
  EXPECT_THAT(Judge(pack, Join({On(0, kBlueRisk)}, Every(1, 30, 1, kCalm))),
              ElementsAre("0 opened blue", "10 resolved blue"));
}

TEST(LifeCycleTest, RefractoryPeriodHoldsBackTheSameLevelButNotAHigherOne) {
  RulePack pack = TestPack();
  pack.rules[0].persistence_days = 0;
  const auto over = Join({On(0, kBlueRisk)}, Every(1, 21, 1, kCalm));  // resolved on day 21
  EXPECT_THAT(Judge(pack, Join(over, Every(22, 60, 1, kBlueRisk))),
              ElementsAre("0 opened blue", "21 resolved blue", "42 opened blue"));
  EXPECT_THAT(Judge(pack, Join(over, Every(22, 30, 1, kOrangeRisk))),
              ElementsAre("0 opened blue", "21 resolved blue", "22 opened orange"));
}

TEST(LifeCycleTest, DaysThatCannotBeJudgedNeverClear) {
  EXPECT_THAT(Judge(TestPack(), Join({On(0, kRedRisk)}, Every(1, 2000, 1, kNothingKnown))),
              ElementsAre("0 opened red"));
}

TEST(LifeCycleTest, SilenceNeverClears) {
  LifeCycle cycle;
  EXPECT_THAT(Judge(TestPack(), {On(0, kOrangeRisk)}, &cycle), ElementsAre("0 opened orange"));
  // A calm day after a year of nothing is the first calm day, not the end of a calm year.
  EXPECT_THAT(Judge(TestPack(), {On(365, kCalm)}, &cycle), IsEmpty());
  EXPECT_THAT(Judge(TestPack(), {On(385, kCalm)}, &cycle), ElementsAre("385 de-escalated yellow"));
}

TEST(LifeCycleTest, OneValueAMonthClearsMonthByMonth) {
  EXPECT_THAT(Judge(TestPack(), Join(Every(0, 30, 30, kYellowRisk), Every(60, 200, 30, kCalm))),
              ElementsAre("30 opened yellow", "90 de-escalated blue", "120 resolved blue"));
}

TEST(LifeCycleTest, WithoutCostTheLevelIsCapped) {
  RulePack pack = TestPack();
  pack.rules.push_back(
      {"red-norm", Level::kRed, {{Indicator::kPriceToNorm, 0.5, "0.5", false}}, 0, 0, ""});
  EXPECT_THAT(Judge(pack, {On(0, {.to_norm = 0.4})}), ElementsAre("0 opened orange"));
  EXPECT_THAT(Judge(pack, {On(0, {.to_norm = 0.4, .to_cost = 2.0})}), ElementsAre("0 opened red"));
}

TEST(LifeCycleTest, ACostThatGoesMissingLowersNothing) {
  RulePack pack = TestPack();
  pack.rules.push_back(
      {"red-norm", Level::kRed, {{Indicator::kPriceToNorm, 0.5, "0.5", false}}, 0, 0, ""});
  const Risk with_cost{.to_norm = 0.4, .to_cost = 2.0};
  EXPECT_THAT(Judge(pack, Join({On(0, with_cost)}, Every(1, 100, 1, {.to_norm = 0.4}))),
              ElementsAre("0 opened red"));
}

TEST(LifeCycleTest, AStrictConditionLeavesOutTheThresholdItself) {
  RulePack pack = TestPack();
  pack.rules = {{"pork",
                 Level::kYellow,
                 {{Indicator::kPriceToTotalCost, *ParseThreshold("6/7"), "6/7", true}},
                 0,
                 0,
                 ""}};
  // Hog to corn 6.00:1 is not below 6:1; 5.99:1 is. 0.86 would have fired on both.
  EXPECT_THAT(Judge(pack, {On(0, {.to_cost = 6.0 / 7})}), IsEmpty());
  EXPECT_THAT(Judge(pack, {On(0, {.to_cost = 5.99 / 7})}), ElementsAre("0 opened yellow"));
}

TEST(LifeCycleTest, AChangedPackKeepsTheLevelAndStartsNewRulesAfresh) {
  LifeCycle cycle;
  RulePack pack = TestPack();
  Judge(pack, Every(0, 9, 1, kBlueRisk), &cycle);
  Judge(pack, {On(10, kOrangeRisk)}, &cycle);
  EXPECT_EQ(cycle.level(), Level::kOrange);
  pack.version = 2;
  pack.rules.erase(pack.rules.begin() + 2);  // orange-cost goes
  EXPECT_THAT(Judge(pack, Every(11, 40, 1, kOrangeRisk), &cycle),
              ElementsAre("31 de-escalated yellow"));
}

// A random walk over days, gaps and risks.
std::vector<RiskDay> RandomDays(uint32_t seed) {
  std::mt19937 random(seed);
  const auto number = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::vector<RiskDay> days;
  double ratio = 1;
  for (int day = 0; day < 900; day += number(12) == 0 ? number(60) + 1 : 1) {
    ratio = std::clamp(ratio + (number(21) - 10) * 0.01, 0.3, 1.4);
    Risk risk{.to_norm = ratio, .ifpa = (ratio - 1) * 5, .to_cost = ratio * 1.1};
    if (number(7) == 0) risk.ifpa.reset();
    if (number(15) == 0) risk = kNothingKnown;
    days.push_back(On(day, risk));
  }
  return days;
}

TEST(LifeCycleTest, EncodedAtEveryStepItGoesOnAsIfNothingHadHappened) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    const std::vector<RiskDay> days = RandomDays(seed);
    LifeCycle whole;
    LifeCycle reopened;
    for (const RiskDay& day : days) {
      const auto want = whole.Step(TestPack(), day);
      const auto got = reopened.Step(TestPack(), day);
      ASSERT_EQ(want.size(), got.size()) << "seed " << seed << " day " << DayNumber(day.day);
      ASSERT_EQ(whole.Encode(), reopened.Encode());
      auto decoded = LifeCycle::Decode(reopened.Encode());
      ASSERT_TRUE(decoded.has_value());
      reopened = *std::move(decoded);
    }
  }
}

TEST(LifeCycleTest, LawsHoldOnRandomHistories) {
  const RulePack pack = TestPack();
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    LifeCycle cycle;
    Level level = Level::kNone;
    Day raised{};
    for (const RiskDay& day : RandomDays(seed)) {
      for (const LifeEvent& event : cycle.Step(pack, day)) {
        const int step = static_cast<int>(cycle.level()) - static_cast<int>(level);
        switch (event.transition) {
          case Transition::kOpened:
            raised = event.day;
            EXPECT_EQ(level, Level::kNone);
            EXPECT_GT(step, 0);
            EXPECT_FALSE(event.rules.empty());
            break;
          case Transition::kEscalated:
            EXPECT_GT(step, 0);
            EXPECT_FALSE(event.rules.empty());
            break;
          case Transition::kDeescalated:
          case Transition::kResolved:
            EXPECT_EQ(step, -1);
            EXPECT_GE(event.day - raised, pack.min_life_days);
            EXPECT_TRUE(day.indicators.price_to_norm.has_value());
            break;
          default:
            ADD_FAILURE() << "a life cycle does not tell " << NameOf(event.transition);
        }
        level = cycle.level();
      }
      EXPECT_EQ(level, cycle.level()) << "a level moved silently";
    }
  }
}

TEST(LifeCycleTest, DamagedBytesAreNoLifeCycle) {
  LifeCycle cycle;
  Judge(TestPack(), Every(0, 12, 1, kYellowRisk), &cycle);
  const std::string bytes = cycle.Encode();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(LifeCycle::Decode(bytes.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(LifeCycle::Decode(bytes + "x").has_value());
  std::string other_version = bytes;
  other_version[0] = 9;
  EXPECT_FALSE(LifeCycle::Decode(other_version).has_value());
}

TEST(LifeCycleTest, APeriodThatReachesBeyondTheCalendarComesBack) {
  RulePack pack = TestPack();
  pack.min_life_days = 0;
  pack.clear_days = 0;
  pack.refractory_days = 3650;
  GLUTWATCH_ASSERT_OK(Validate(pack));
  LifeCycle cycle;
  const int last = DayNumber(kMaxDay);
  const auto days = Join({On(last - 9, kBlueRisk)}, Every(last - 8, last, 1, kCalm));
  pack.rules[0].persistence_days = 0;
  EXPECT_THAT(Judge(pack, days, &cycle), ::testing::SizeIs(2));
  EXPECT_TRUE(LifeCycle::Decode(cycle.Encode()).has_value());
}

TEST(LifeCycleTest, AFlippedBitIsDamageOrAnotherLifeCycleThatGoesOn) {
  LifeCycle cycle;
  Judge(TestPack(), Every(0, 12, 1, kYellowRisk), &cycle);
  const std::string bytes = cycle.Encode();
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    auto decoded = LifeCycle::Decode(flipped);
    if (!decoded.has_value()) continue;
    EXPECT_LE(static_cast<int>(decoded->level()), 4) << bit;
    EXPECT_EQ(LifeCycle::Decode(decoded->Encode())->Encode(), decoded->Encode()) << bit;
    Judge(TestPack(), {On(1000, kCalm)}, &*decoded);
  }
}

}  // namespace
}  // namespace glutwatch::warn

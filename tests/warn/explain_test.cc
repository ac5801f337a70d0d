#include "server/warn/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/warn/risk_days.h"

namespace glutwatch::warn {
namespace {

constexpr Risk kOrangeRisk{.to_norm = 1.0, .ifpa = 0.25, .to_cost = 0.8};

Evidence Example() {
  const auto days = Every(0, 5, 1, kOrangeRisk);
  return JudgeThrough(TestPack(), days, Day{5}, {{storage::SeriesId{4}, days[5].indicators}}, 99)
      ->evidence;
}

TEST(JudgeThroughTest, GivesTheEvidenceOfTheLastDay) {
  const Evidence evidence = Example();
  EXPECT_EQ(evidence.rule_pack, "test/1");
  EXPECT_EQ(evidence.model_version, kModelVersion);
  EXPECT_EQ(evidence.missing_days, 22);
  EXPECT_EQ(evidence.vintage_us, 99);
  ASSERT_EQ(evidence.rules.size(), 1u);
  EXPECT_EQ(evidence.rules[0].rule, "orange-cost");
  EXPECT_EQ(evidence.group.day, Day{5});
}

TEST(JudgeThroughTest, ADayWithoutAPriceHasNoJudgement) {
  EXPECT_EQ(JudgeThrough(TestPack(), Every(0, 5, 1, kOrangeRisk), Day{6}, {}, 99), std::nullopt);
}

TEST(JudgeThroughTest, WithoutAnyPriceTheEvidenceIsEmpty) {
  const auto judgement = JudgeThrough(TestPack(), {}, Day{6}, {}, 99);
  ASSERT_TRUE(judgement.has_value());
  EXPECT_EQ(judgement->level, Level::kNone);
  EXPECT_EQ(judgement->evidence.group.day, Day{6});
  EXPECT_EQ(judgement->evidence.missing_days, 28);
}

TEST(FirstDifferenceTest, NamesTheFirstFieldThatDiffers) {
  const Evidence logged = Example();
  EXPECT_EQ(FirstDifference(logged, logged), "");
  Evidence now = logged;
  now.group.ifpa = std::nextafter(0.25, 1);  // the last bit counts
  EXPECT_THAT(FirstDifference(logged, now), ::testing::StartsWith("group.ifpa: 0.25 logged, "));
  now = logged;
  now.group.alps = 0;
  EXPECT_EQ(FirstDifference(logged, now), "group.alps: unset logged, 0 now");
  now = logged;
  now.series[0].indicators.norm_years = 2;
  EXPECT_EQ(FirstDifference(logged, now), "series/4.norm_years: 0 logged, 2 now");
  now = logged;
  now.series[0].series = storage::SeriesId{5};
  EXPECT_EQ(FirstDifference(logged, now), "series[0]: series/4 logged, series/5 now");
  now = logged;
  now.series.clear();
  EXPECT_EQ(FirstDifference(logged, now), "series: 1 logged, 0 now");
  now = logged;
  now.rules.clear();
  EXPECT_EQ(FirstDifference(logged, now), "rules: 1 logged, 0 now");
  now = logged;
  now.missing_days = 0;
  EXPECT_EQ(FirstDifference(logged, now), "missing_days: 22 logged, 0 now");
  now = logged;
  now.rule_pack = "test/2";
  EXPECT_EQ(FirstDifference(logged, now), "rule_pack: test/1 logged, test/2 now");
  now = logged;
  now.group.day = Day{6};
  EXPECT_EQ(FirstDifference(logged, now), "group.day: 1970-01-06 logged, 1970-01-07 now");
}

}  // namespace
}  // namespace glutwatch::warn

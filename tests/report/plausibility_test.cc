#include "server/report/plausibility.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace glutwatch::report {
namespace {

using ::testing::HasSubstr;

constexpr Day kToday{20'513};  // 2026-03-01

const FigureUnit kMu{.code = "mu", .name_zh = "亩"};
const FigureUnit kWanMu{.code = "wan-mu", .name_zh = "万亩", .base_e4 = 100'000'000};
const FigureUnit kKg{.code = "kg", .name_zh = "公斤", .is_mass = true};
const FigureUnit kJinUnit{.code = "jin", .name_zh = "斤", .base_e4 = 5'000, .is_mass = true};
const FigureUnit kTon{.code = "t", .name_zh = "吨", .base_e4 = 10'000'000, .is_mass = true};
const FigureUnit kHead{.code = "head", .name_zh = "头"};
const FigureUnit kKgPerMu{.code = "kg/mu", .name_zh = "公斤/亩"};
const FigureUnit kPercentUnit{.code = "%", .name_zh = "%"};

Amount Of(double value, const FigureUnit& unit) {
  return {static_cast<int64_t>(value * 1e4 + 0.5), unit};
}
Sourced Usual(Amount amount) { return {std::move(amount), {"Yearbook, 2019", "年鉴，2019年"}}; }
const KindRule& Rule(Kind kind) { return *FindKindRule(kind); }

TEST(AreaAboveFarmlandTest, EqualAreaInAnotherUnitIsPlausible) {
  const KindRule& rule = Rule(Kind::kPlantedArea);
  const Origin origin{"Yearbook, 2019", "年鉴，2019年"};
  EXPECT_EQ(AreaAboveFarmland(rule, Of(2.84, kWanMu), Of(28'400, kMu), origin), std::nullopt);
  EXPECT_NE(AreaAboveFarmland(rule, Of(2.8401, kWanMu), Of(28'400, kMu), origin), std::nullopt);
}

TEST(AreaAboveFarmlandTest, SaysTheArithmeticInBothLanguages) {
  const auto finding = AreaAboveFarmland(Rule(Kind::kPlantedArea), Of(31'000, kMu), Of(28'400, kMu),
                                         {"Yearbook, 2019", "年鉴，2019年"});
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(finding->reason, "AREA_ABOVE_FARMLAND");
  EXPECT_EQ(finding->field, "value_e4");
  EXPECT_EQ(finding->message,
            "planted area is 31,000 mu, but the region's farmland is 28,400 mu (Yearbook, 2019)");
  EXPECT_EQ(finding->message_zh, "种植面积31,000亩，超过本地耕地面积28,400亩（年鉴，2019年）");
}

TEST(StockAboveCapacityTest, ComparesTonnesWithKilograms) {
  const Origin origin{"register, 2025", "登记，2025年"};
  EXPECT_EQ(StockAboveCapacity(Of(5, kTon), Of(5'000, kKg), origin), std::nullopt);
  const auto finding = StockAboveCapacity(Of(5.1, kTon), Of(5'000, kKg), origin);
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(finding->message, "stock is 5.1 t, but the capacity is 5,000 kg (register, 2025)");
  EXPECT_EQ(finding->message_zh, "库存5.1吨，超过库容5,000公斤（登记，2025年）");
}

TEST(BacklogAboveHarvestTest, EqualsAreaTimesYieldIsPlausible) {
  const Sourced area{Of(1'000, kMu), ReportedFor(kToday)};
  const Sourced yield = Usual(Of(4'000, kKgPerMu));
  EXPECT_EQ(BacklogAboveHarvest(Of(4'000, kTon), area, yield), std::nullopt);
  const auto finding = BacklogAboveHarvest(Of(4'000.1, kTon), area, yield);
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(finding->message,
            "4,000.1 t are unsold, but 1,000 mu × 4,000 kg/mu = 4,000 t (area: reported for "
            "2026-03-01; yield: Yearbook, 2019)");
  EXPECT_EQ(
      finding->message_zh,
      "滞销4,000.1吨，但1,000亩×4,000公斤/亩=4,000吨（面积：2026-03-01填报；单产：年鉴，2019年）");
}

struct YieldCase {
  std::string name;
  double yield;
  std::string want_reason;
  std::string want;  // part of the message
  std::string want_zh;
};
void PrintTo(const YieldCase& c, std::ostream* os) { *os << c.name; }

class YieldFarFromTest : public ::testing::TestWithParam<YieldCase> {};

TEST_P(YieldFarFromTest, SaysWhichSlipWouldExplainIt) {
  const YieldCase& c = GetParam();
  const auto finding = YieldFarFrom(Of(c.yield, kKgPerMu), Usual(Of(1'500, kKgPerMu)));
  EXPECT_EQ(finding.value_or(Finding{}).reason, c.want_reason);
  EXPECT_THAT(finding.value_or(Finding{}).message, HasSubstr(c.want));
  EXPECT_THAT(finding.value_or(Finding{}).message_zh, HasSubstr(c.want_zh));
}

INSTANTIATE_TEST_SUITE_P(
    Ratios, YieldFarFromTest,
    ::testing::ValuesIn(std::vector<YieldCase>{
        {"Usual", 1'500, "", "", ""},
        {"AThird", 500, "", "", ""},
        {"TenTimesWouldFit", 150, "YIELD_TOO_LOW",
         "is 1/10 of the 1,500 kg/mu (Yearbook, 2019); ten times it, 1,500 kg/mu, would fit",
         "其十倍1,500公斤/亩则相符"},
        {"CropIsLost", 0, "", "", ""},
        {"ThreeTimes", 4'500, "", "", ""},
        {"HalfWouldFit", 5'000, "YIELD_TOO_HIGH",
         "half of it, 2,500 kg/mu, would fit (kg and jin mixed up)", "其一半2,500公斤/亩则相符"},
        {"TenthWouldFit", 15'000, "YIELD_TOO_HIGH",
         "is 10 times the 1,500 kg/mu (Yearbook, 2019); a tenth of it, 1,500 kg/mu, would fit",
         "单产15,000公斤/亩是1,500公斤/亩的10倍（年鉴，2019年）；其十分之一1,500公斤/亩则相符"},
        {"PerHectare", 22'500, "YIELD_TOO_HIGH",
         "a fifteenth of it, 1,500 kg/mu, would fit (mu and ha mixed up)", "其十五分之一"},
        {"NothingFits", 150'000, "YIELD_TOO_HIGH", "is 100 times the 1,500 kg/mu (Yearbook, 2019)",
         "的100倍"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(YieldFarFromTest, BoundaryIsThreeTimes) {
  const Sourced usual = Usual(Of(1'500, kKgPerMu));
  EXPECT_EQ(YieldFarFrom(Of(4'500, kKgPerMu), usual), std::nullopt);
  EXPECT_NE(YieldFarFrom(Of(4'500.0001, kKgPerMu), usual), std::nullopt);
  EXPECT_EQ(YieldFarFrom(Of(500, kKgPerMu), usual), std::nullopt);
  EXPECT_NE(YieldFarFrom(Of(499.9999, kKgPerMu), usual), std::nullopt);
  EXPECT_EQ(YieldFarFrom(Of(4'500, kKgPerMu), Usual(Of(0, kKgPerMu))), std::nullopt);
}

struct JumpCase {
  std::string name;
  double now;
  double before;
  int gap_days;
  std::string want;  // part of the message; "" for plausible
};
void PrintTo(const JumpCase& c, std::ostream* os) { *os << c.name; }

class FigureJumpTest : public ::testing::TestWithParam<JumpCase> {};

TEST_P(FigureJumpTest, IsBeyondEightTimesEitherWay) {
  const JumpCase& c = GetParam();
  const Sourced before{Of(c.before, kMu), ReportedFor(kToday - 7)};
  const auto finding = FigureJump(Rule(Kind::kPlantedArea), Of(c.now, kMu), before, c.gap_days);
  EXPECT_EQ(finding.value_or(Finding{}).reason, c.want.empty() ? "" : "FIGURE_JUMP");
  EXPECT_THAT(finding.value_or(Finding{}).message, HasSubstr(c.want));
}

INSTANTIATE_TEST_SUITE_P(
    Ratios, FigureJumpTest,
    ::testing::ValuesIn(std::vector<JumpCase>{
        {"EightTimes", 800, 100, 7, ""},
        {"MoreThanEightTimes", 800.1, 100, 7, "; a tenth of it, 80.01 mu, would fit (decimal"},
        {"AnEighth", 100, 800, 7, ""},
        {"LessThanAnEighth", 99.9, 800, 7, "ten times it, 999 mu, would fit"},
        {"WanMuForMu", 31'000'000, 3'000, 7,
         "planted area 31,000,000 mu is 10,333.33 times the 3,000 mu reported for 2026-02-22; "
         "1/10,000 of it, 3,100 mu, would fit (mu and wan-mu mixed up)"},
        {"FromNothing", 800, 0, 7, ""},
        {"ToNothing", 0, 800, 7, ""},
        {"LastDayOfMemory", 1'000, 100, kJumpMemoryDays, "10 times the 100 mu"},
        {"BeyondMemory", 1'000, 100, kJumpMemoryDays + 1, ""},
    }),
    [](const auto& test) { return test.param.name; });

struct PriceCase {
  std::string name;
  Amount now;
  Amount before;
  int gap_days;
  std::string want_reason;
  std::string want;
};
void PrintTo(const PriceCase& c, std::ostream* os) { *os << c.name; }

class PriceJumpTest : public ::testing::TestWithParam<PriceCase> {};

TEST_P(PriceJumpTest, ComparesPerKilogram) {
  const PriceCase& c = GetParam();
  const auto finding = PriceJump(c.now, {c.before, ReportedFor(kToday - c.gap_days)}, c.gap_days);
  EXPECT_EQ(finding.value_or(Finding{}).reason, c.want_reason);
  EXPECT_THAT(finding.value_or(Finding{}).message, HasSubstr(c.want));
}

INSTANTIATE_TEST_SUITE_P(
    Prices, PriceJumpTest,
    ::testing::ValuesIn(std::vector<PriceCase>{
        {"SameInAnotherUnit", Of(2.4, kKg), Of(1.2, kJinUnit), 1, "", ""},
        {"ExactlyTwice", Of(2.4, kKg), Of(1.2, kKg), 7, "PRICE_UNIT_SLIP",
         "price 2.4 per kg is exactly 2 times the 1.2 per kg reported for 2026-02-22; kg and jin"},
        {"NumberOfTheOtherUnit", Of(1.2, kKg), Of(1.2, kJinUnit), 7, "PRICE_UNIT_SLIP",
         "price 1.2 per kg is exactly 1/2 of the 1.2 per jin"},
        {"NearlyTwice", Of(2.39, kKg), Of(1.2, kKg), 7, "", ""},
        {"TwiceOnTheLastDay", Of(2.4, kKg), Of(1.2, kKg), kDoubleMemoryDays, "PRICE_UNIT_SLIP", ""},
        {"TwiceIsBelievedLater", Of(2.4, kKg), Of(1.2, kKg), kDoubleMemoryDays + 1, "", ""},
        {"SixTimes", Of(7.2, kKg), Of(1.2, kKg), 7, "", ""},
        {"MoreThanSixTimes", Of(7.21, kKg), Of(1.2, kKg), 7, "PRICE_JUMP", "a tenth of it, 0.72"},
        {"LessThanASixth", Of(0.19, kKg), Of(1.2, kKg), 7, "PRICE_JUMP", "1/6.32 of the 1.2"},
        {"LastDayOfMemory", Of(12, kKg), Of(1.2, kKg), kPriceMemoryDays, "PRICE_JUMP", ""},
        {"BeyondMemory", Of(12, kKg), Of(1.2, kKg), kPriceMemoryDays + 1, "", ""},
        {"PerHeadAndPerKilogram", Of(1'200, kHead), Of(12, kKg), 7, "", ""},
        {"TwicePerHeadIsNoSlip", Of(2'400, kHead), Of(1'200, kHead), 7, "", ""},
    }),
    [](const auto& test) { return test.param.name; });

Report Stated(Kind kind, int days_ago, double value, std::string unit) {
  Report report;
  report.subject.kind = kind;
  report.day = kToday - days_ago;
  report.figures.value_e4 = static_cast<int64_t>(value * 1e4);
  report.figures.unit = std::move(unit);
  return report;
}

struct CopyCase {
  std::string name;
  Kind kind;
  double value;
  std::string unit;
  int every_days;
  size_t before;  // equal reports before
  bool want;
};
void PrintTo(const CopyCase& c, std::ostream* os) { *os << c.name; }

class CopiedFigureTest : public ::testing::TestWithParam<CopyCase> {};

TEST_P(CopiedFigureTest, CountsEqualReportsInARow) {
  const CopyCase& c = GetParam();
  std::vector<Report> past;
  for (size_t i = 1; i <= c.before; ++i) {
    past.push_back(Stated(c.kind, static_cast<int>(i) * c.every_days, c.value, c.unit));
  }
  past.push_back(
      Stated(c.kind, static_cast<int>(c.before + 1) * c.every_days, c.value + 1, c.unit));
  const auto finding = CopiedFigure(Stated(c.kind, 0, c.value, c.unit), past);
  EXPECT_EQ(finding.value_or(Finding{}).reason, c.want ? "COPIED_FIGURE" : "");
}

INSTANTIATE_TEST_SUITE_P(Kinds, CopiedFigureTest,
                         ::testing::ValuesIn(std::vector<CopyCase>{
                             {"FourTimes", Kind::kUnsoldBacklog, 350, "t", 7, 3, false},
                             {"FiveTimes", Kind::kUnsoldBacklog, 350, "t", 7, 4, true},
                             {"SixTimes", Kind::kUnsoldBacklog, 350, "t", 7, 5, true},
                             {"NothingIsNatural", Kind::kUnsoldBacklog, 0, "t", 7, 5, false},
                             {"AreaIsNatural", Kind::kPlantedArea, 350, "mu", 7, 5, false},
                             {"IntentionIsNatural", Kind::kPlantingIntention, 350, "mu", 7, 5,
                              false},
                             {"YieldIsNatural", Kind::kExpectedHarvest, 350, "kg/mu", 7, 5, false},
                             {"ProgressStandsStill", Kind::kHarvestProgress, 60, "%", 7, 4, true},
                             {"FinishedIsNatural", Kind::kHarvestProgress, 100, "%", 7, 5, false},
                             {"DailyPriceIsNatural", Kind::kFarmGatePrice, 1.2, "kg", 1, 5, false},
                             {"WeeklyPriceIsNot", Kind::kFarmGatePrice, 1.2, "kg", 7, 4, true},
                             {"DailyStockIsNot", Kind::kStock, 12, "t", 1, 4, true},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(CopiedFigureTest, SaysSinceWhen) {
  std::vector<Report> past;
  for (int i = 1; i <= 4; ++i) past.push_back(Stated(Kind::kUnsoldBacklog, 7 * i, 350, "t"));
  const auto finding = CopiedFigure(Stated(Kind::kUnsoldBacklog, 0, 350, "t"), past);
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(finding->message,
            "unsold backlog is 350 t in 5 reports in a row since 2026-02-01: copied?");
  EXPECT_EQ(finding->message_zh, "滞销量自2026-02-01起连续5次都是350，是否照抄上期？");
}

TEST(HarvestBeforePlantingTest, BeginsOnTheDayOfPlantingAtTheEarliest) {
  const Planting planting{.planted_on = kToday};
  EXPECT_EQ(HarvestBeforePlanting(kToday, kToday + 30, planting), std::nullopt);
  const auto finding = HarvestBeforePlanting(kToday - 1, kToday + 30, planting);
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(finding->field, "window_start_date");
  EXPECT_EQ(finding->message,
            "harvest begins on 2026-02-28, but the first planted area was reported for 2026-03-01");
  EXPECT_EQ(finding->message_zh, "采收开始日期为2026-02-28，但2026-03-01才首次填报种植面积");
}

TEST(HarvestBeforePlantingTest, SeedlingsAreNotHarvested) {
  const Planting planting{.young_on = kToday};
  EXPECT_EQ(HarvestBeforePlanting(kToday, kToday + 30, planting), std::nullopt);
  EXPECT_NE(HarvestBeforePlanting(kToday - 1, kToday + 30, planting), std::nullopt);
}

TEST(HarvestBeforePlantingTest, EndsWhenTheCropStandsNoMore) {
  const Planting planting{.standing_on = kToday};
  EXPECT_EQ(HarvestBeforePlanting(kToday - 30, kToday, planting), std::nullopt);
  const auto finding = HarvestBeforePlanting(kToday - 30, kToday - 1, planting);
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(finding->field, "window_end_date");
  EXPECT_EQ(HarvestBeforePlanting(kToday - 30, kToday - 1, {}), std::nullopt);
}

TEST(ProgressBeforePlantingTest, NothingPlantedNothingHarvested) {
  const Amount some = Of(5, kPercentUnit);
  EXPECT_EQ(ProgressBeforePlanting(some, {}), std::nullopt);
  EXPECT_EQ(ProgressBeforePlanting(Of(0, kPercentUnit), {.none_on = kToday}), std::nullopt);
  const auto finding = ProgressBeforePlanting(some, {.none_on = kToday});
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(finding->message,
            "5% are harvested, but the planted area reported for 2026-03-01 is 0");
  EXPECT_NE(ProgressBeforePlanting(some, {.young_on = kToday}), std::nullopt);
}

TEST(ProgressBackwardsTest, OnlyTheNextSeasonBeginsAnew) {
  const auto judge = [](double now, double before, int gap_days) {
    return ProgressBackwards(Of(now, kPercentUnit), Of(before, kPercentUnit), kToday - gap_days,
                             gap_days)
        .has_value();
  };
  EXPECT_FALSE(judge(60, 60, 7));
  EXPECT_TRUE(judge(59.9, 60, 7));
  EXPECT_FALSE(judge(0, 100, 7));
  EXPECT_TRUE(judge(40, 100, 7));
  EXPECT_TRUE(judge(40, 60, kProgressMemoryDays));
  EXPECT_FALSE(judge(40, 60, kProgressMemoryDays + 1));
}

}  // namespace
}  // namespace glutwatch::report

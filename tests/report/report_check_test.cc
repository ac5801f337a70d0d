#include "server/report/report_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/utf8.h"
#include "tests/catalog/example_catalog.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::testing {
namespace {

using report::Finding;
using report::Kind;
using report::Report;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Day kToday{20'513};  // 2026-03-01

// One of each kind that breaks no rule.
Report Good(Kind kind) {
  Report report;
  report.subject = {.kind = kind, .region = "532930", .product = "蒜头"};
  report.day = kToday;
  report.reporter = "station 1";
  const auto figure = [&](int64_t value, const char* unit) {
    report.figures.value_e4 = value * kE4;
    report.figures.unit = unit;
  };
  switch (kind) {
    case Kind::kPlantingIntention:
    case Kind::kPlantedArea:
      figure(31'000, "亩");
      break;
    case Kind::kSeedlingSales:
      figure(500'000, "株");
      break;
    case Kind::kGrowthStage:
      report.figures.stage = report::GrowthStage::kFlowering;
      break;
    case Kind::kExpectedHarvest:
      report.figures.window_start = kToday + 20;
      report.figures.window_end = kToday + 50;
      figure(1'800, "公斤/亩");
      break;
    case Kind::kHarvestProgress:
      figure(60, "%");
      break;
    case Kind::kStock:
    case Kind::kUnsoldBacklog:
      figure(350, "吨");
      break;
    case Kind::kFarmGatePrice:
      figure(3, "斤");
      report.figures.currency = "cny";
      break;
    case Kind::kTruckWait:
      figure(6, "小时");
      break;
    case Kind::kAnimalStock:
    case Kind::kAnimalOutput:
      figure(1'200, "头");
      break;
  }
  return report;
}

class ReportCheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = OpenDatabase(dir_);
    GLUTWATCH_ASSERT_OK(database);
    database_ = *std::move(database);
    auto catalog = catalog::Catalog::Open(database_.get());
    GLUTWATCH_ASSERT_OK(catalog);
    catalog_ = *std::move(catalog);
    GLUTWATCH_ASSERT_OK(catalog_->Put(ExampleResources()));
  }
  std::vector<Finding> Check(Report* report, const security::Principal& principal) {
    report::UnitReader units(catalog_.get());
    return report::ReportCheck(catalog_.get(), &principal, kToday, &units).Check(report);
  }
  std::vector<Finding> Check(Report* report) {
    return Check(report, security::LocalPrincipal("local"));
  }

  const TempDir dir_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<catalog::Catalog> catalog_;
};

TEST_F(ReportCheckTest, TakesAGoodReportOfEveryKind) {
  for (int kind = 1; kind <= 12; ++kind) {
    Report report = Good(static_cast<Kind>(kind));
    EXPECT_THAT(Check(&report), IsEmpty()) << kind;
    EXPECT_EQ(report.subject.product, "garlic") << kind;
  }
}

TEST_F(ReportCheckTest, MakesItWhatIsKept) {
  Report report = Good(Kind::kFarmGatePrice);
  report.subject.region = "洱源县";
  report.subject.grade = " 大 ";
  report.reporter = " station 1\n";
  EXPECT_THAT(Check(&report), IsEmpty());
  EXPECT_EQ(report.subject.region, "532930");
  EXPECT_EQ(report.subject.grade, "大");
  EXPECT_EQ(report.reporter, "station 1");
  EXPECT_EQ(report.figures.unit, "jin");
  EXPECT_EQ(report.figures.currency, "CNY");
}

TEST_F(ReportCheckTest, NoBidHasNoUnitAndNoCurrency) {
  Report report = Good(Kind::kFarmGatePrice);
  report.figures.value_e4.reset();
  report.figures.no_bid = true;
  EXPECT_THAT(Check(&report), IsEmpty());
  EXPECT_EQ(report.figures, report::Figures{.no_bid = true});
}

TEST_F(ReportCheckTest, FiguresOfAWithdrawnReportAreDropped) {
  Report report = Good(Kind::kStock);
  report.figures.unit = "nonsense";
  report.figures.withdrawn = true;
  EXPECT_THAT(Check(&report), IsEmpty());
  EXPECT_EQ(report.figures, report::Figures{.withdrawn = true});
}

TEST_F(ReportCheckTest, AProgressWithoutUnitIsInPercent) {
  Report report = Good(Kind::kHarvestProgress);
  report.figures.unit.clear();
  EXPECT_THAT(Check(&report), IsEmpty());
  EXPECT_EQ(report.figures.unit, "%");
}

TEST_F(ReportCheckTest, AStationMayReportForItsOwnCountiesOnly) {
  const security::Principal dali{
      .id = "dali", .roles = {security::Role::kBureau}, .region = "532900"};
  Report own = Good(Kind::kStock);
  EXPECT_THAT(Check(&own, dali), IsEmpty());
  Report other = Good(Kind::kStock);
  other.subject.region = "110106";
  EXPECT_THAT(Check(&other, dali), ElementsAre(Field(&Finding::reason, "PERMISSION")));
  Report unknown = Good(Kind::kStock);
  unknown.subject.region = "999999";
  EXPECT_THAT(Check(&unknown, dali), ElementsAre(Field(&Finding::reason, "PERMISSION")));
}

TEST_F(ReportCheckTest, ANameOfTwoRegionsNeedsACode) {
  GLUTWATCH_ASSERT_OK(
      catalog_->Put({.regions = {{"110199", "CN", "GB/T 2260", "洱源县", "", std::nullopt}}}));
  Report report = Good(Kind::kStock);
  report.subject.region = "洱源县";
  EXPECT_THAT(Check(&report), ElementsAre(Field(&Finding::reason, "AMBIGUOUS_REGION")));
  // Of one's own there is one.
  const security::Principal dali{
      .id = "dali", .roles = {security::Role::kBureau}, .region = "532900"};
  EXPECT_THAT(Check(&report, dali), IsEmpty());
}

TEST_F(ReportCheckTest, TellsEverythingThatIsWrongAtOnce) {
  Report report = Good(Kind::kStock);
  report.subject.product = "番茄";
  report.figures.unit = "亩";
  report.reporter = " ";
  EXPECT_THAT(Check(&report), ElementsAre(Field(&Finding::reason, "UNKNOWN_PRODUCT"),
                                          Field(&Finding::reason, "REPORTER_MISSING"),
                                          Field(&Finding::reason, "WRONG_DIMENSION")));
}

struct RuleCase {
  std::string name;
  Kind kind;
  std::function<void(Report*)> breaks;
  std::string reason;
  std::string field;
  std::string message;     // a part
  std::string message_zh;  // a part
};
void PrintTo(const RuleCase& c, std::ostream* os) { *os << c.name; }

class HardRuleTest : public ReportCheckTest, public ::testing::WithParamInterface<RuleCase> {};

TEST_P(HardRuleTest, NamesFieldValueAndExpectation) {
  const RuleCase& c = GetParam();
  Report report = Good(c.kind);
  c.breaks(&report);
  const std::vector<Finding> findings = Check(&report);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].reason, c.reason);
  EXPECT_EQ(findings[0].field, c.field);
  EXPECT_THAT(findings[0].message, HasSubstr(c.message));
  EXPECT_THAT(findings[0].message_zh, HasSubstr(c.message_zh));
  EXPECT_TRUE(IsUtf8(findings[0].message) && IsUtf8(findings[0].message_zh));
}

std::vector<RuleCase> IdentityCases() {
  return {
      {"Kind", Kind::kStock, [](Report* r) { r->subject.kind = static_cast<Kind>(13); },
       "UNKNOWN_KIND", "kind", "kind is 13, expected 1 to 12", "应为1至12"},
      {"Region", Kind::kStock, [](Report* r) { r->subject.region = "x"; }, "UNKNOWN_REGION",
       "region", "region is \"x\"", "地区为“x”"},
      {"NoRegion", Kind::kStock, [](Report* r) { r->subject.region.clear(); }, "UNKNOWN_REGION",
       "region", "region is \"\"", "地区为“”"},
      {"Product", Kind::kStock, [](Report* r) { r->subject.product = "番茄"; }, "UNKNOWN_PRODUCT",
       "product", "product is \"番茄\"", "品种为“番茄”"},
      {"GrowerClass", Kind::kStock,
       [](Report* r) { r->subject.grower_class = static_cast<report::GrowerClass>(5); },
       "UNKNOWN_GROWER_CLASS", "grower_class", "is 5, expected 0 to 4", "应为0至4"},
      {"NoDay", Kind::kStock, [](Report* r) { r->day = kMinDay - 1; }, "DAY_OUT_OF_RANGE", "date",
       "missing or impossible", "缺少日期"},
      {"DayAfterTomorrow", Kind::kStock, [](Report* r) { r->day = kToday + 2; }, "FUTURE_DAY",
       "date", "date is 2026-03-03, today is 2026-03-01", "最晚只能填明天"},
      {"Reporter", Kind::kStock, [](Report* r) { r->reporter.clear(); }, "REPORTER_MISSING",
       "reporter", "expected who reports", "没有填报人"},
      {"Utf8", Kind::kStock, [](Report* r) { r->note = "\xC3\x28"; }, "NOT_UTF8", "note",
       "note is not valid UTF-8", "备注"},
      {"LongSite", Kind::kStock, [](Report* r) { r->subject.site = std::string(65, 'x'); },
       "TEXT_TOO_LONG", "site", "site has 65 characters, expected at most 64", "最多64个字"},
  };
}

std::vector<RuleCase> FigureCases() {
  return {
      {"UnknownUnit", Kind::kStock, [](Report* r) { r->figures.unit = "筷子"; }, "UNKNOWN_UNIT",
       "unit", "unit of stock is \"筷子\", expected a mass", "库存的单位为“筷子”，应为重量单位"},
      {"WrongUnit", Kind::kPlantedArea, [](Report* r) { r->figures.unit = "t"; }, "WRONG_DIMENSION",
       "unit", "expected an area such as mu", "应为面积单位"},
      {"NoUnit", Kind::kTruckWait, [](Report* r) { r->figures.unit.clear(); }, "UNIT_MISSING",
       "unit", "truck wait has no unit, expected a time", "应为时间单位"},
      {"Negative", Kind::kAnimalStock, [](Report* r) { r->figures.value_e4 = -1; },
       "NEGATIVE_FIGURE", "value_e4", "animal stock is -0.0001", "不能是负数"},
      {"TooLarge", Kind::kStock, [](Report* r) { r->figures.value_e4 = kMaxE4 + 1; },
       "FIGURE_TOO_LARGE", "value_e4", "at most 10^12", "最大为"},
      {"FreePrice", Kind::kFarmGatePrice, [](Report* r) { r->figures.value_e4 = 0; },
       "PRICE_NOT_POSITIVE", "value_e4", "expected a price above 0", "价格应大于0"},
      {"Percent", Kind::kHarvestProgress, [](Report* r) { r->figures.value_e4 = 100 * kE4 + 1; },
       "PERCENT_OUT_OF_RANGE", "value_e4", "harvest progress is 100.0001, expected 0 to 100",
       "应在0至100之间"},
      {"NoFigure", Kind::kUnsoldBacklog, [](Report* r) { r->figures.value_e4.reset(); },
       "FIGURE_MISSING", "value_e4", "unsold backlog has no figure", "滞销量没有填数"},
      {"StageWithFigure", Kind::kGrowthStage, [](Report* r) { r->figures.value_e4 = kE4; },
       "FIGURE_NOT_EXPECTED", "value_e4", "has the figure 1, expected none", "不应有数值"},
      {"NoBidAndPrice", Kind::kFarmGatePrice, [](Report* r) { r->figures.no_bid = true; },
       "NO_BID_WITH_PRICE", "value_e4", "price is 3 and nobody bids", "只能二选一"},
      {"NoBidOnStock", Kind::kStock,
       [](Report* r) { r->figures = report::Figures{.no_bid = true}; }, "NO_BID_ELSEWHERE",
       "no_bid", "stock cannot be a no-bid mark", "不能标注无人收购"},
      {"Currency", Kind::kFarmGatePrice, [](Report* r) { r->figures.currency = "元"; },
       "BAD_CURRENCY", "currency_code", "currency is \"元\", expected an ISO 4217", "如CNY"},
      {"CurrencyOnStock", Kind::kStock, [](Report* r) { r->figures.currency = "CNY"; },
       "CURRENCY_ELSEWHERE", "currency_code", "only a price has one", "只有价格才有币种"},
      {"WindowOnStock", Kind::kStock, [](Report* r) { r->figures.window_end = kToday; },
       "WINDOW_ELSEWHERE", "window_end_date", "only an expected harvest", "只有预计采收才有"},
      {"NoWindowEnd", Kind::kExpectedHarvest, [](Report* r) { r->figures.window_end.reset(); },
       "WINDOW_MISSING", "window_end_date", "the last day of the harvest", "采收结束日期"},
      {"WindowReversed", Kind::kExpectedHarvest,
       [](Report* r) { r->figures.window_end = *r->figures.window_start - 1; }, "WINDOW_REVERSED",
       "window_end_date", "harvest ends on 2026-03-20, but begins on 2026-03-21", "早于开始日期"},
      {"NoStage", Kind::kGrowthStage,
       [](Report* r) { r->figures.stage = report::GrowthStage::kUnspecified; }, "STAGE_MISSING",
       "stage", "not stated", "没有填生育期"},
      {"StageOnStock", Kind::kStock,
       [](Report* r) { r->figures.stage = report::GrowthStage::kMature; }, "STAGE_ELSEWHERE",
       "stage", "stock has a growth stage", "没有生育期"},
      {"UnknownStage", Kind::kGrowthStage,
       [](Report* r) { r->figures.stage = static_cast<report::GrowthStage>(9); }, "UNKNOWN_STAGE",
       "stage", "stage is 9, expected 1 to 8", "应为1至8"},
  };
}

INSTANTIATE_TEST_SUITE_P(Identity, HardRuleTest, ::testing::ValuesIn(IdentityCases()),
                         [](const auto& test) { return test.param.name; });
INSTANTIATE_TEST_SUITE_P(Figures, HardRuleTest, ::testing::ValuesIn(FigureCases()),
                         [](const auto& test) { return test.param.name; });

TEST_F(ReportCheckTest, LimitsAreStillTaken) {
  Report report = Good(Kind::kExpectedHarvest);
  report.day = kToday + 1;
  report.figures.window_end = report.figures.window_start;
  report.figures.value_e4 = 0;
  std::string wide;
  for (int i = 0; i < 64; ++i) wide += "亩";
  report.subject.site = wide;
  EXPECT_THAT(Check(&report), IsEmpty());
  Report progress = Good(Kind::kHarvestProgress);
  progress.figures.value_e4 = 100 * kE4;
  EXPECT_THAT(Check(&progress), IsEmpty());
}

}  // namespace
}  // namespace glutwatch::testing

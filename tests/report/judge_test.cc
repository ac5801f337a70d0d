#include "server/report/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "server/report/report_book.h"
#include "tests/catalog/example_catalog.h"
#include "tests/support/fake_facts.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::testing {
namespace {

using report::Finding;
using report::GrowthStage;
using report::Kind;
using report::Report;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Day kToday{20'513};  // 2026-03-01
constexpr char kEryuan[] = "532930";

// What is known is added to a history over an empty book.
class JudgeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = OpenDatabase(dir_);
    GLUTWATCH_ASSERT_OK(database);
    database_ = *std::move(database);
    auto catalog = catalog::Catalog::Open(database_.get());
    GLUTWATCH_ASSERT_OK(catalog);
    catalog_ = *std::move(catalog);
    GLUTWATCH_ASSERT_OK(catalog_->Put(ExampleResources()));
    table_ = std::make_unique<report::VersionTable>(database_.get());
    history_ = std::make_unique<report::History>(table_.get(), &index_);
  }

  static Report Said(Kind kind, int days_ago, std::optional<double> value, const char* unit) {
    Report report;
    report.subject = {.kind = kind, .region = kEryuan, .product = "garlic"};
    report.day = kToday - days_ago;
    if (value) report.figures.value_e4 = static_cast<int64_t>(*value * 1e4 + 0.5);
    report.figures.unit = unit;
    report.reporter = "station 1";
    return report;
  }
  static Report Harvest(int first, int last, std::optional<double> kg_per_mu = std::nullopt) {
    Report report = Said(Kind::kExpectedHarvest, 0, kg_per_mu, kg_per_mu ? "kg/mu" : "");
    report.figures.window_start = kToday + first;
    report.figures.window_end = kToday + last;
    return report;
  }
  static Report Stage(int days_ago, GrowthStage stage) {
    Report report = Said(Kind::kGrowthStage, days_ago, std::nullopt, "");
    report.figures.stage = stage;
    return report;
  }
  static Report Price(int days_ago, double value, const char* unit, const char* currency = "CNY") {
    Report report = Said(Kind::kFarmGatePrice, days_ago, value, unit);
    report.figures.currency = currency;
    return report;
  }
  void Know(Report report) { history_->Add(std::move(report)); }
  void KnowFact(catalog::FactContent content, bool example = false) {
    catalog::Fact fact;
    fact.source.title = "Yearbook";
    fact.source.published = ToDay(absl::CivilDay(2020, 10, 1));
    fact.valid_from = ToDay(absl::CivilDay(2019, 1, 1));
    fact.example = example;
    fact.content = std::move(content);
    facts_.Add(std::move(fact));
  }

  std::vector<Finding> Judge(const Report& report, bool use_examples = false) {
    const auto past = history_->UpTo(report.subject, report.day - 1, report::kPastReports);
    EXPECT_THAT(past, IsOk());
    report::UnitReader units(catalog_.get());
    const report::Evidence evidence{
        .history = history_.get(), .facts = &facts_, .use_examples = use_examples, .units = &units};
    const auto findings = report::Judge(report, *past, evidence);
    EXPECT_THAT(findings, IsOk());
    return findings.value_or(std::vector<Finding>());
  }
  static auto Says(const char* reason, const char* part) {
    return ElementsAre(::testing::AllOf(Field("reason", &Finding::reason, reason),
                                        Field("message", &Finding::message, HasSubstr(part))));
  }

  const TempDir dir_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<catalog::Catalog> catalog_;
  FakeFacts facts_;
  report::SubjectIndex index_;
  std::unique_ptr<report::VersionTable> table_;
  std::unique_ptr<report::History> history_;
};

TEST_F(JudgeTest, WithoutEvidenceEverythingIsPlausible) {
  EXPECT_THAT(Judge(Said(Kind::kPlantedArea, 0, 1e9, "mu")), IsEmpty());
  EXPECT_THAT(Judge(Said(Kind::kUnsoldBacklog, 0, 1e9, "t")), IsEmpty());
  EXPECT_THAT(Judge(Said(Kind::kHarvestProgress, 0, 50, "%")), IsEmpty());
  EXPECT_THAT(Judge(Price(0, 1e6, "kg")), IsEmpty());
  EXPECT_THAT(Judge(Harvest(-400, -300, 1e6)), IsEmpty());
  EXPECT_THAT(Judge(Stage(0, GrowthStage::kSown)), IsEmpty());
}

TEST_F(JudgeTest, AreaIsHeldAgainstTheFarmlandWithItsSourceAndYear) {
  KnowFact(catalog::Farmland{.region = kEryuan, .area_e4 = 28'400 * kE4, .unit = "mu"});
  EXPECT_THAT(Judge(Said(Kind::kPlantedArea, 0, 2.84, "wan-mu")), IsEmpty());
  EXPECT_THAT(Judge(Said(Kind::kPlantingIntention, 0, 31'000, "mu")),
              Says("AREA_ABOVE_FARMLAND",
                   "31,000 mu, but the region's farmland is 28,400 mu (Yearbook, 2020)"));
}

TEST_F(JudgeTest, ExamplesCountOnlyWhereTheyMay) {
  KnowFact(catalog::Farmland{.region = kEryuan, .area_e4 = kE4, .unit = "mu"}, true);
  const Report area = Said(Kind::kPlantedArea, 0, 2, "mu");
  EXPECT_THAT(Judge(area, false), IsEmpty());
  EXPECT_THAT(Judge(area, true), ElementsAre(Field(&Finding::reason, "AREA_ABOVE_FARMLAND")));
}

TEST_F(JudgeTest, StockIsHeldAgainstTheCapacityOfItsSite) {
  KnowFact(catalog::StorageCapacity{
      .region = kEryuan, .site = "store 1", .capacity_e4 = 500 * kE4, .unit = "t"});
  Report stock = Said(Kind::kStock, 0, 501, "t");
  EXPECT_THAT(Judge(stock), IsEmpty());
  stock.subject.site = "store 1";
  EXPECT_THAT(Judge(stock), Says("STOCK_ABOVE_CAPACITY", "501 t, but the capacity is 500 t"));
}

TEST_F(JudgeTest, BacklogIsHeldAgainstAreaTimesTypicalYield) {
  KnowFact(catalog::TypicalYield{
      .product = "garlic", .region = kEryuan, .yield_e4 = 1'500 * kE4, .unit = "kg/mu"});
  Know(Said(Kind::kPlantedArea, 40, 1'000, "mu"));
  Know(Said(Kind::kPlantedArea, 7, 200, "mu"));  // most of it has been cut since
  EXPECT_THAT(Judge(Said(Kind::kUnsoldBacklog, 0, 1'500, "t")), IsEmpty());
  EXPECT_THAT(Judge(Said(Kind::kUnsoldBacklog, 0, 1'501, "t")),
              Says("BACKLOG_ABOVE_HARVEST",
                   "1,501 t are unsold, but 1,000 mu × 1,500 kg/mu = 1,500 t (area: reported for "
                   "2026-01-20; yield: Yearbook, 2020)"));
}

TEST_F(JudgeTest, BacklogTrustsTheYieldThatGrowersExpect) {
  KnowFact(catalog::TypicalYield{
      .product = "garlic", .region = kEryuan, .yield_e4 = 1'500 * kE4, .unit = "kg/mu"});
  Know(Said(Kind::kPlantedArea, 7, 1'000, "mu"));
  Report harvest = Harvest(0, 30, 2'000);
  harvest.day = kToday - 3;
  Know(harvest);
  EXPECT_THAT(Judge(Said(Kind::kUnsoldBacklog, 0, 2'000, "t")), IsEmpty());
  EXPECT_THAT(Judge(Said(Kind::kUnsoldBacklog, 0, 2'001, "t")),
              Says("BACKLOG_ABOVE_HARVEST", "1,000 mu × 2,000 kg/mu = 2,000 t"));
}

TEST_F(JudgeTest, AGradesBacklogIsHeldAgainstTheAreaOfAllGrades) {
  KnowFact(catalog::TypicalYield{
      .product = "garlic", .region = kEryuan, .yield_e4 = 1'500 * kE4, .unit = "kg/mu"});
  Know(Said(Kind::kPlantedArea, 7, 1'000, "mu"));
  Report backlog = Said(Kind::kUnsoldBacklog, 0, 1'501, "t");
  backlog.subject.grade = "purple";
  backlog.subject.grower_class = report::GrowerClass::kHousehold;
  EXPECT_THAT(Judge(backlog), ElementsAre(Field(&Finding::reason, "BACKLOG_ABOVE_HARVEST")));
}

TEST_F(JudgeTest, YieldIsHeldAgainstTheTypicalOneFirst) {
  KnowFact(catalog::TypicalYield{
      .product = "garlic", .region = kEryuan, .yield_e4 = 1'500 * kE4, .unit = "kg/mu"});
  Report last = Harvest(20, 50, 1'600);
  last.day = kToday - 7;
  Know(last);
  EXPECT_THAT(Judge(Harvest(20, 50, 15'000)),
              Says("YIELD_TOO_HIGH", "10 times the 1,500 kg/mu (Yearbook, 2020); a tenth of it"));
}

TEST_F(JudgeTest, YieldIsHeldAgainstTheLastOneWhereNoneIsTypical) {
  Report last = Harvest(20, 50, 1'600);
  last.day = kToday - 7;
  Know(last);
  EXPECT_THAT(Judge(Harvest(20, 50, 4'800)), IsEmpty());
  EXPECT_THAT(Judge(Harvest(20, 50, 4'801)),
              Says("YIELD_TOO_HIGH", "1,600 kg/mu (reported for 2026-02-22); half of it"));
  EXPECT_THAT(Judge(Harvest(20, 50, 160)), Says("YIELD_TOO_LOW", "1/10 of the 1,600 kg/mu"));
}

TEST_F(JudgeTest, HarvestIsHeldAgainstThePlanting) {
  Know(Said(Kind::kPlantedArea, 30, 0, "mu"));
  Know(Said(Kind::kPlantedArea, 20, 100, "mu"));
  Know(Said(Kind::kPlantedArea, 10, 500, "mu"));
  EXPECT_THAT(Judge(Harvest(40, 70)), IsEmpty());
  EXPECT_THAT(Judge(Harvest(-21, 70)),
              Says("HARVEST_BEFORE_PLANTING", "first planted area was reported for 2026-02-09"));
}

TEST_F(JudgeTest, ACropThatStandsIsNotHarvestedAlready) {
  Know(Said(Kind::kPlantedArea, 10, 500, "mu"));  // nobody knows since when
  EXPECT_THAT(Judge(Harvest(-30, 20)), IsEmpty());
  EXPECT_THAT(Judge(Harvest(-30, -11)),
              Says("HARVEST_BEFORE_PLANTING", "ends on 2026-02-18, but the crop still stood on"));
}

TEST_F(JudgeTest, ProgressNeedsACropThatHasGrown) {
  Know(Stage(10, GrowthStage::kSeedling));
  EXPECT_THAT(Judge(Said(Kind::kHarvestProgress, 0, 0, "%")), IsEmpty());
  EXPECT_THAT(Judge(Said(Kind::kHarvestProgress, 0, 5, "%")),
              Says("PROGRESS_BEFORE_PLANTING", "not beyond seedlings on 2026-02-19"));
  Know(Stage(5, GrowthStage::kMature));
  EXPECT_THAT(Judge(Said(Kind::kHarvestProgress, 0, 5, "%")), IsEmpty());
}

TEST_F(JudgeTest, AnEmptyFieldAfterTheHarvestIsNatural) {
  Know(Said(Kind::kPlantedArea, 7, 0, "mu"));
  EXPECT_THAT(Judge(Said(Kind::kHarvestProgress, 0, 100, "%")),
              Says("PROGRESS_BEFORE_PLANTING", "2026-02-22 is 0"));
  Know(Said(Kind::kPlantedArea, 90, 500, "mu"));
  EXPECT_THAT(Judge(Said(Kind::kHarvestProgress, 0, 100, "%")), IsEmpty());
}

TEST_F(JudgeTest, ProgressDoesNotGoBack) {
  Know(Said(Kind::kHarvestProgress, 7, 60, "%"));
  EXPECT_THAT(Judge(Said(Kind::kHarvestProgress, 0, 59, "%")),
              Says("PROGRESS_BACKWARDS", "59% are harvested, but 60% were on 2026-02-22"));
}

TEST_F(JudgeTest, PriceIsHeldAgainstTheLastOneInItsCurrency) {
  Know(Price(7, 1.2, "jin"));
  EXPECT_THAT(Judge(Price(0, 2.4, "kg")), IsEmpty());
  EXPECT_THAT(Judge(Price(0, 1.2, "kg")), Says("PRICE_UNIT_SLIP", "exactly 1/2 of"));
  EXPECT_THAT(Judge(Price(0, 24, "kg", "USD")), IsEmpty());
}

TEST_F(JudgeTest, ADaysWithoutBidsHideNoPrice) {
  Know(Price(7, 1.2, "kg"));
  Report no_bid = Said(Kind::kFarmGatePrice, 3, std::nullopt, "");
  no_bid.figures.no_bid = true;
  Know(no_bid);
  EXPECT_THAT(Judge(Price(0, 12, "kg")), Says("PRICE_JUMP", "10 times the 1.2 per kg"));
}

TEST_F(JudgeTest, WhatWaitsForAConfirmationIsNoYardstick) {
  Know(Said(Kind::kStock, 14, 350, "t"));
  Report slip = Said(Kind::kStock, 7, 3'500, "t");
  slip.unconfirmed = true;
  Know(slip);
  EXPECT_THAT(Judge(Said(Kind::kStock, 0, 355, "t")), IsEmpty());
  EXPECT_THAT(Judge(Said(Kind::kStock, 0, 3'400, "t")),
              Says("FIGURE_JUMP", "350 t reported for 2026-02-15"));
}

TEST_F(JudgeTest, WhatWasWithdrawnIsNoYardstick) {
  Report wrong = Said(Kind::kStock, 7, 3'500, "t");
  wrong.figures.withdrawn = true;
  Know(wrong);
  EXPECT_THAT(Judge(Said(Kind::kStock, 0, 35, "t")), IsEmpty());
}

TEST_F(JudgeTest, AFigureIsCopiedAlsoWhileItWaits) {
  for (int week = 1; week <= 4; ++week) {
    Report report = Said(Kind::kUnsoldBacklog, 7 * week, 350, "t");
    report.unconfirmed = week == 1;
    Know(report);
  }
  EXPECT_THAT(Judge(Said(Kind::kUnsoldBacklog, 0, 350, "t")),
              Says("COPIED_FIGURE", "in 5 reports in a row since 2026-02-01"));
}

TEST_F(JudgeTest, AWithdrawalIsPlausible) {
  KnowFact(catalog::Farmland{.region = kEryuan, .area_e4 = kE4, .unit = "mu"});
  Report area = Said(Kind::kPlantedArea, 0, 2, "mu");
  area.figures.withdrawn = true;
  EXPECT_THAT(Judge(area), IsEmpty());
}

}  // namespace
}  // namespace glutwatch::testing

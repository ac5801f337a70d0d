#include "server/report/summary.h"

#include "tests/report/report_fixture.h"

namespace glutwatch::report {
namespace {

using testing::AreaReport;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TestDay;

class SummaryTest : public testing::ReportBookTest {
 protected:
  Summary Sum(Day day, int64_t as_of_us = kNow, std::string unit = "") {
    SummaryQuestion question;
    question.product = "garlic";
    question.region = "530000";
    question.day = day;
    question.as_of_us = as_of_us;
    question.unit = std::move(unit);
    auto summary = Summarize(*book_, *facts_, *catalog_, question);
    EXPECT_TRUE(summary.ok()) << summary.status();
    return summary.ok() ? *summary : Summary();
  }
  // `regions` have to report the planted area of garlic every week.
  void AddDuty(std::vector<std::string> regions) {
    catalog::Fact fact;
    fact.id = "duty";
    fact.source.title = "t";
    fact.valid_from = TestDay("2025-01-01");
    fact.content = catalog::ReportingDuty{
        2, "garlic", std::move(regions), catalog::Cadence::kWeekly, 3, "bureau", ""};
    GLUTWATCH_ASSERT_OK(facts_->Put({&fact, 1}));
  }
};

TEST_F(SummaryTest, ReportsAddUpExactlyInAnyUnit) {
  Report hectares = AreaReport(TestDay("2026-02-20"), 0, "532930");
  hectares.figures.value_e4 = 1'000'001;  // 100.0001 ha
  hectares.figures.unit = "公顷";
  GLUTWATCH_ASSERT_OK(Submit("a", {hectares}));
  const Summary sum = Sum(TestDay("2026-02-22"));
  EXPECT_EQ(sum.unit, "mu");
  EXPECT_EQ(sum.reported_e4, 15'000'015);
  EXPECT_EQ(sum.total_low, sum.total_high);
  EXPECT_EQ(Sum(TestDay("2026-02-22"), kNow, "ha").reported_e4, 1'000'001);
}

TEST_F(SummaryTest, AsOfShowsWhatWasKnownThen) {
  const auto first = Submit("a", {AreaReport(TestDay("2026-02-20"), 100)});
  GLUTWATCH_ASSERT_OK(first);
  clock_.Advance(absl::Hours(1));
  GLUTWATCH_ASSERT_OK(Submit("b", {AreaReport(TestDay("2026-02-20"), 150)}));
  EXPECT_EQ(Sum(TestDay("2026-02-22")).reported_e4, 1'500'000);
  EXPECT_EQ(Sum(TestDay("2026-02-22"), first->recorded_us).reported_e4, 1'000'000);
  EXPECT_EQ(Sum(TestDay("2026-02-22"), first->recorded_us - 1).reported_e4, 0);
}

TEST_F(SummaryTest, MissingIsNotZero) {
  AddDuty({"532930"});
  const Summary never = Sum(TestDay("2026-02-26"));
  EXPECT_EQ(never.expected_count, 1);
  EXPECT_EQ(never.reported_count, 0);
  EXPECT_THAT(never.unestimated, ElementsAre("532930"));
  GLUTWATCH_ASSERT_OK(Submit("a", {AreaReport(TestDay("2026-01-20"), 100)}));
  const Summary late = Sum(TestDay("2026-02-26"));
  EXPECT_EQ(late.regions[0].state, FigureState::kLate);
  EXPECT_EQ(late.reported_e4, 0);
  EXPECT_NEAR(late.total, 100, 1e-6) << "its last report stands in for it";
  EXPECT_LT(late.total_low, 100);
  EXPECT_GT(late.total_high, 100);
}

TEST_F(SummaryTest, WhatWaitsForAConfirmationIsEstimated) {
  GLUTWATCH_ASSERT_OK(Submit("a", {AreaReport(TestDay("2026-02-13"), 100)}));
  GLUTWATCH_ASSERT_OK(Submit("b", {AreaReport(TestDay("2026-02-20"), 100'000)}));  // a jump
  const Summary sum = Sum(TestDay("2026-02-22"));
  EXPECT_EQ(sum.regions[0].state, FigureState::kUnconfirmed);
  EXPECT_EQ(sum.reported_e4, 0);
  EXPECT_NEAR(sum.total, 100, 1e-6);
}

TEST_F(SummaryTest, APrefecturesOwnReportIsNotAddedToItsCounties) {
  GLUTWATCH_ASSERT_OK(Submit("a", {AreaReport(TestDay("2026-02-20"), 1000, "532900"),
                                   AreaReport(TestDay("2026-02-20"), 300, "532930")}));
  const Summary sum = Sum(TestDay("2026-02-22"));
  EXPECT_EQ(sum.reported_e4, 10'000'000) << "1,000 in all: 300 of them in the county";
  EXPECT_THAT(sum.unestimated, IsEmpty());
}

TEST_F(SummaryTest, EachLevelCountsForWhatTheLevelBelowHasNotSaid) {
  GLUTWATCH_ASSERT_OK(Submit("a", {AreaReport(TestDay("2026-02-20"), 100, "530000"),
                                   AreaReport(TestDay("2026-02-20"), 60, "532900"),
                                   AreaReport(TestDay("2026-02-20"), 40, "532930")}));
  EXPECT_EQ(Sum(TestDay("2026-02-22")).reported_e4, 1'000'000);
}

TEST_F(SummaryTest, ReportOfAllGrowersCountsInsteadOfItsParts) {
  Report part = AreaReport(TestDay("2026-02-20"), 30);
  part.subject.grower_class = GrowerClass::kCooperative;
  GLUTWATCH_ASSERT_OK(Submit("a", {part}));
  EXPECT_EQ(Sum(TestDay("2026-02-22")).reported_e4, 300'000);
  GLUTWATCH_ASSERT_OK(Submit("b", {AreaReport(TestDay("2026-02-20"), 100)}));
  EXPECT_EQ(Sum(TestDay("2026-02-22")).reported_e4, 1'000'000);
}

TEST_F(SummaryTest, PricesAreNotAdded) {
  SummaryQuestion question;
  question.kind = Kind::kFarmGatePrice;
  question.product = "garlic";
  question.region = "530000";
  question.day = TestDay("2026-02-22");
  EXPECT_EQ(Summarize(*book_, *facts_, *catalog_, question).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace glutwatch::report

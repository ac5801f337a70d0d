#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/report/report_fixture.h"

namespace glutwatch::report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::PriceReport;
using testing::ReportBookTest;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::TestDay;

// A price of 3 on day 1 and, flagged, of 30 on day 2.
class ConfirmTest : public ReportBookTest {
 protected:
  void SetUp() override {
    ReportBookTest::SetUp();
    const Day day = TestDay("2026-02-02");
    const auto answer = Submit("setup", {PriceReport(day, 30'000), PriceReport(day + 1, 300'000)});
    ASSERT_EQ(answer->flagged_count, 1);
    flagged_ = {answer->results[1].subject, day + 1, answer->recorded_us, false};
    plain_ = {answer->results[0].subject, day, answer->recorded_us, false};
  }

  absl::StatusOr<report::Confirmed> Confirm(const std::string& id,
                                            std::vector<Confirmation> confirmations,
                                            const std::string& confirmer = "bureau",
                                            const std::string& note = "") {
    return book_->Confirm(local_, id, confirmations, confirmer, note);
  }

  Confirmation flagged_, plain_;
};

TEST_F(ConfirmTest, MakesAVersionThatCounts) {
  const auto confirmed = Confirm("1", {flagged_}, "bureau", "called the buyer");
  GLUTWATCH_ASSERT_OK(confirmed);
  ASSERT_THAT(confirmed->reports, SizeIs(1));
  const auto versions = *book_->Versions(flagged_.subject, flagged_.day);
  ASSERT_THAT(versions, SizeIs(2));
  EXPECT_TRUE(versions[0].unconfirmed);
  EXPECT_FALSE(versions[1].unconfirmed);
  EXPECT_EQ(versions[1].confirmer, "bureau");
  EXPECT_EQ(versions[1].reporter, "station 1");
  EXPECT_EQ(versions[1].note, "called the buyer");
  EXPECT_EQ(versions[1].figures, versions[0].figures);
  EXPECT_EQ(versions[1].findings, versions[0].findings);
  EXPECT_GT(versions[1].recorded_us, versions[0].recorded_us);
  EXPECT_EQ(confirmed->reports.at(0).recorded_us, versions[1].recorded_us);
  EXPECT_EQ(Submit("again", {PriceReport(flagged_.day, 300'000)})->duplicate_count, 1)
      << "stays confirmed";
}

TEST_F(ConfirmTest, WithdrawsInstead) {
  flagged_.withdraw = true;
  ASSERT_THAT(Confirm("1", {flagged_}), IsOk());
  const auto versions = *book_->Versions(flagged_.subject, flagged_.day);
  EXPECT_TRUE(versions.back().figures.withdrawn);
  EXPECT_FALSE(versions.back().unconfirmed);
  const auto newest = *book_->Newest(flagged_.subject.kind, "garlic", "", flagged_.day, kNow);
  ASSERT_THAT(newest, SizeIs(1));
  EXPECT_EQ(newest[0].day, plain_.day);
}

TEST_F(ConfirmTest, ReplayGivesTheSameVersionsAlsoAfterReopening) {
  const auto first = Confirm("1", {flagged_});
  GLUTWATCH_ASSERT_OK(first);
  for (int i = 0; i < 2; ++i, Reopen()) {
    const auto again = Confirm("1", {flagged_});
    GLUTWATCH_ASSERT_OK(again);
    EXPECT_TRUE(again->replayed);
    ASSERT_THAT(again->reports, SizeIs(1));
    EXPECT_EQ(again->reports.at(0).recorded_us, first->reports.at(0).recorded_us);
  }
  EXPECT_THAT(*book_->Versions(flagged_.subject, flagged_.day), SizeIs(2));
  EXPECT_THAT(Confirm("1", {flagged_}, "somebody else"),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("\"1\"")));
  EXPECT_THAT(Submit("1", {PriceReport(flagged_.day, 1)}),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("\"1\"")));
}

TEST_F(ConfirmTest, AsksForASecondPerson) {
  EXPECT_THAT(Confirm("1", {flagged_}, "station 1"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("confirmations[0]: "), HasSubstr("2026-02-03"),
                             HasSubstr("expected a second person"))));
  EXPECT_THAT(Confirm("1", {flagged_}, " station 1 "),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("second person")))
      << "blanks make nobody else";
  options_.second_person = false;
  Reopen();
  EXPECT_THAT(Confirm("1", {flagged_}, "station 1"), IsOk());
}

TEST_F(ConfirmTest, ConfirmsOnlyTheVersionThatWasLookedAt) {
  Confirmation older = flagged_;
  ASSERT_THAT(Submit("1", {PriceReport(flagged_.day, 310'000)}), IsOk());
  EXPECT_THAT(Confirm("2", {older}), StatusIs(absl::StatusCode::kFailedPrecondition,
                                              HasSubstr("the one that was looked at")));
}

TEST_F(ConfirmTest, RefusesWhatDoesNotWait) {
  EXPECT_THAT(Confirm("1", {plain_}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("waits for confirmation")));
  EXPECT_THAT(Confirm("2", {flagged_, flagged_}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("confirmations[1]")))
      << "all or none";
  flagged_.day = flagged_.day + 1;
  EXPECT_THAT(Confirm("3", {flagged_}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("no such report")));
  EXPECT_THAT(List({.unconfirmed_only = true}), SizeIs(1));
}

TEST_F(ConfirmTest, RefusesBadRequests) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Confirm("", {flagged_}), StatusIs(kInvalid, HasSubstr("request_id")));
  EXPECT_THAT(Confirm("1", {}), StatusIs(kInvalid, HasSubstr("confirmations has 0")));
  EXPECT_THAT(Confirm("1", {flagged_}, ""), StatusIs(kInvalid, HasSubstr("confirmer")));
  EXPECT_THAT(Confirm("1", {flagged_}, "\xff"), StatusIs(kInvalid, HasSubstr("UTF-8")));
  EXPECT_THAT(Confirm("1", {flagged_}, "b", std::string(1001, 'x')),
              StatusIs(kInvalid, HasSubstr("note has 1001")));
}

TEST_F(ConfirmTest, NeedsTheRightInTheRegion) {
  const security::Principal beijing{"beijing", {security::Role::kBureau}, "110106"};
  EXPECT_THAT(book_->Confirm(beijing, "1", {flagged_}, "bureau", ""),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("confirm reports")));
}

}  // namespace
}  // namespace glutwatch::report

#include "server/report/report_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "server/report/report_codec.h"
#include "tests/report/report_fixture.h"

namespace glutwatch::report {
namespace {

using testing::AreaReport;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::PriceReport;
using testing::ReportBookTest;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::TestDay;

const Day kMonday = TestDay("2026-02-02");

std::vector<int64_t> MuOf(const std::vector<Report>& reports) {
  std::vector<int64_t> mu;
  for (const Report& report : reports) mu.push_back(*report.figures.value_e4 / kE4);
  return mu;
}

Report Withdrawal(Report report) {
  report.figures = {};
  report.figures.withdrawn = true;
  return report;
}

TEST_F(ReportBookTest, KeepsReportsByCanonicalNamesAlsoAfterReopening) {
  const auto answer = Submit("1", {AreaReport(kMonday, 31'000)});
  GLUTWATCH_ASSERT_OK(answer);
  EXPECT_EQ(answer->new_count, 1);
  EXPECT_EQ(answer->recorded_us, absl::ToUnixMicros(clock_.Now()));
  EXPECT_FALSE(answer->replayed);
  ASSERT_THAT(answer->results, SizeIs(1));
  EXPECT_EQ(answer->results[0].verdict, Verdict::kNew);
  EXPECT_EQ(answer->results[0].subject.product, "garlic");
  for (int i = 0; i < 2; ++i, Reopen()) {
    const std::vector<Report> list = List();
    ASSERT_THAT(list, SizeIs(1));
    EXPECT_EQ(list[0].subject.product, "garlic");
    EXPECT_EQ(list[0].figures.unit, "mu");
    EXPECT_EQ(list[0].reporter, "station 1");
    EXPECT_EQ(list[0].recorded_us, answer->recorded_us);
    EXPECT_FALSE(list[0].unconfirmed);
  }
  EXPECT_EQ(book_->stats().subjects, 1);
}

TEST_F(ReportBookTest, CorrectionLeavesTheEarlierVersionReadable) {
  const auto first = Submit("1", {AreaReport(kMonday, 31'000)});
  const auto second = Submit("2", {AreaReport(kMonday, 30'000)});
  GLUTWATCH_ASSERT_OK(second);
  EXPECT_EQ(second->corrected_count, 1);
  EXPECT_GT(second->recorded_us, first->recorded_us);
  ASSERT_TRUE(second->results[0].previous);
  EXPECT_EQ(second->results[0].previous->figures.value_e4, 31'000 * kE4);
  EXPECT_EQ(second->results[0].previous->recorded_us, first->recorded_us);
  EXPECT_THAT(MuOf(List()), ElementsAre(30'000));
  EXPECT_THAT(MuOf(List({}, first->recorded_us)), ElementsAre(31'000));
  EXPECT_THAT(List({}, first->recorded_us - 1), IsEmpty());
  EXPECT_THAT(MuOf(*book_->Versions(second->results[0].subject, kMonday)),
              ElementsAre(31'000, 30'000));
}

TEST_F(ReportBookTest, EqualReportIsADuplicateUnlessItStopsBeingSimulated) {
  Report report = AreaReport(kMonday, 31'000);
  report.simulated = true;
  ASSERT_THAT(Submit("1", {report}), IsOk());
  EXPECT_EQ(Submit("2", {report})->duplicate_count, 1);
  EXPECT_EQ(Submit("3", {report})->recorded_us, 0);
  report.simulated = false;
  EXPECT_EQ(Submit("4", {report})->corrected_count, 1);
}

TEST_F(ReportBookTest, ReplayGivesTheSameAnswerAlsoAfterReopening) {
  Report bad = AreaReport(kMonday, 5);
  bad.subject.product = "unobtainium";
  const std::vector<Report> reports = {AreaReport(kMonday, 31'000), bad,
                                       AreaReport(kMonday + 1, 31'000)};
  const auto first = Submit("1", reports);
  GLUTWATCH_ASSERT_OK(first);
  for (int i = 0; i < 2; ++i, Reopen()) {
    const auto again = Submit("1", reports);
    GLUTWATCH_ASSERT_OK(again);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->recorded_us, first->recorded_us);
    EXPECT_EQ(again->new_count, 2);
    EXPECT_EQ(again->refused_count, 1);
    ASSERT_THAT(again->results, SizeIs(1));
    EXPECT_EQ(again->results[0].index, 1);
    EXPECT_EQ(again->results[0].findings, first->results[1].findings);
    EXPECT_EQ(again->results[0].subject, bad.subject);
  }
  EXPECT_THAT(List(), SizeIs(2));
  EXPECT_THAT(Submit("1", {AreaReport(kMonday, 1)}),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("\"1\"")));
}

TEST_F(ReportBookTest, ValidationKeepsNothing) {
  Submission submission{.reports = {AreaReport(kMonday, 31'000)}, .validate_only = true};
  const auto answer = book_->Submit(local_, submission);
  GLUTWATCH_ASSERT_OK(answer);
  EXPECT_EQ(answer->new_count, 1);
  EXPECT_EQ(answer->recorded_us, 0);
  EXPECT_THAT(List(), IsEmpty());
  EXPECT_EQ(book_->stats().accepted, 0);
}

TEST_F(ReportBookTest, AllOrNothingKeepsNothingIfOneIsRefused) {
  Submission submission{.request_id = "1",
                        .reports = {AreaReport(kMonday, 31'000), AreaReport(kMonday + 1, -1)},
                        .all_or_nothing = true};
  auto answer = book_->Submit(local_, submission);
  GLUTWATCH_ASSERT_OK(answer);
  EXPECT_EQ(answer->refused_count, 1);
  EXPECT_EQ(answer->recorded_us, 0);
  EXPECT_THAT(List(), IsEmpty());
  submission.request_id = "2";
  submission.all_or_nothing = false;
  answer = book_->Submit(local_, submission);
  EXPECT_EQ(answer->new_count, 1);
  EXPECT_THAT(List(), SizeIs(1));
}

TEST_F(ReportBookTest, WhatWasRefusedAsAWholeIsJudgedAnew) {
  Report tomato = AreaReport(kMonday, 31'000);
  tomato.subject.product = "番茄";
  const auto refused = Submit("1", {tomato});
  GLUTWATCH_ASSERT_OK(refused);
  EXPECT_EQ(refused->refused_count, 1);
  GLUTWATCH_ASSERT_OK(catalog_->Put(
      {.products = {{.id = "tomato", .display_name = "番茄", .category = "vegetable"}}}));
  const auto taken = Submit("1", {tomato});
  GLUTWATCH_ASSERT_OK(taken);
  EXPECT_FALSE(taken->replayed);
  EXPECT_EQ(taken->new_count, 1);
}

TEST_F(ReportBookTest, OfTheSameReportTwiceTheFirstCounts) {
  const auto answer = Submit(
      "1", {AreaReport(kMonday, 31'000), AreaReport(kMonday, 31'000), AreaReport(kMonday, 30'000)});
  GLUTWATCH_ASSERT_OK(answer);
  EXPECT_EQ(answer->results[0].verdict, Verdict::kNew);
  EXPECT_EQ(answer->results[1].verdict, Verdict::kDuplicate);
  EXPECT_EQ(answer->results[2].verdict, Verdict::kRefused);
  EXPECT_EQ(answer->results[2].findings.at(0).reason, "SAME_REPORT_TWICE");
  EXPECT_THAT(MuOf(List()), ElementsAre(31'000));
}

TEST_F(ReportBookTest, TimeGoesOnWhenTheClockGoesBack) {
  const int64_t first = Submit("1", {AreaReport(kMonday, 1)})->recorded_us;
  clock_.Advance(-absl::Hours(3));
  EXPECT_EQ(Submit("2", {AreaReport(kMonday, 2)})->recorded_us, first + 1);
  Reopen();
  EXPECT_EQ(Submit("3", {AreaReport(kMonday, 3)})->recorded_us, first + 2);
  clock_.Advance(absl::Hours(6));
  EXPECT_EQ(Submit("4", {AreaReport(kMonday, 4)})->recorded_us, absl::ToUnixMicros(clock_.Now()));
}

TEST_F(ReportBookTest, WithdrawnReportCountsNoMoreUntilItIsReportedAgain) {
  const auto before = Submit("1", {AreaReport(kMonday, 7), AreaReport(kMonday + 7, 8)});
  const Subject subject = before->results[0].subject;
  const auto withdrawn = Submit("2", {Withdrawal(AreaReport(kMonday + 7, 0))});
  GLUTWATCH_ASSERT_OK(withdrawn);
  EXPECT_EQ(withdrawn->corrected_count, 1);
  EXPECT_EQ(Submit("3", {Withdrawal(AreaReport(kMonday + 7, 0))})->duplicate_count, 1);
  EXPECT_TRUE(List().at(1).figures.withdrawn);
  EXPECT_EQ(List().at(1).figures.value_e4, 8 * kE4) << "what was taken back stays readable";
  const auto newest = [&](int64_t as_of_us) {
    return MuOf(*book_->Newest(subject.kind, "garlic", "", kMonday + 20, as_of_us));
  };
  EXPECT_THAT(newest(kNow), ElementsAre(7));
  EXPECT_THAT(newest(before->recorded_us), ElementsAre(8));
  EXPECT_EQ(Submit("4", {AreaReport(kMonday + 7, 8)})->corrected_count, 1);
  EXPECT_THAT(newest(kNow), ElementsAre(8));
}

TEST_F(ReportBookTest, NothingCanBeWithdrawnThatWasNotReported) {
  const auto answer = Submit("1", {Withdrawal(AreaReport(kMonday, 0))});
  EXPECT_EQ(answer->refused_count, 1);
  EXPECT_EQ(answer->results[0].findings.at(0).reason, "NOTHING_TO_WITHDRAW");
}

TEST_F(ReportBookTest, RefusesBadRequestsAsAWhole) {
  const Report report = AreaReport(kMonday, 1);
  EXPECT_THAT(Submit("", {report}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("request_id has 0 bytes")));
  EXPECT_THAT(Submit(std::string(201, 'x'), {report}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("201 bytes")));
  EXPECT_THAT(Submit("1", {}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("0")));
  EXPECT_THAT(Submit("1", std::vector<Report>(kMaxReportsPerRequest + 1, report)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("20001")));
}

TEST_F(ReportBookTest, ReportsOfAnotherRegionAreRefusedOneByOne) {
  const security::Principal dali{"dali", {security::Role::kBureau}, "532900"};
  const auto answer = book_->Submit(
      dali,
      {.request_id = "1", .reports = {AreaReport(kMonday, 1), AreaReport(kMonday, 1, "110106")}});
  GLUTWATCH_ASSERT_OK(answer);
  EXPECT_EQ(answer->results[0].verdict, Verdict::kNew);
  EXPECT_EQ(answer->results[1].verdict, Verdict::kRefused);
  EXPECT_THAT(answer->results[1].findings.at(0).field, "region");
}

TEST_F(ReportBookTest, FlagsWhatIsImplausibleAndKeepsItUnconfirmed) {
  ASSERT_THAT(Submit("1", {PriceReport(kMonday, 30'000)}), IsOk());
  const auto answer = Submit("2", {PriceReport(kMonday + 1, 300'000)});
  GLUTWATCH_ASSERT_OK(answer);
  EXPECT_EQ(answer->new_count, 1);
  EXPECT_EQ(answer->flagged_count, 1);
  EXPECT_THAT(answer->results[0].findings, SizeIs(1));
  EXPECT_TRUE(List().at(1).unconfirmed);
  EXPECT_EQ(List().at(1).findings, answer->results[0].findings);
  EXPECT_THAT(List({.unconfirmed_only = true}), SizeIs(1));
  EXPECT_EQ(book_->stats().flagged, 1);
  EXPECT_EQ(Submit("3", {PriceReport(kMonday + 1, 31'000)})->flagged_count, 0);
  EXPECT_THAT(List({.unconfirmed_only = true}), IsEmpty()) << "corrected by something plausible";
}

TEST_F(ReportBookTest, JudgesReportsOfOneRequestInTheOrderOfDays) {
  const auto answer =
      Submit("1", {PriceReport(kMonday + 1, 300'000), PriceReport(kMonday, 30'000)});
  GLUTWATCH_ASSERT_OK(answer);
  EXPECT_THAT(answer->results[0].findings, SizeIs(1));
  EXPECT_THAT(answer->results[1].findings, IsEmpty());
}

class ReportListTest : public ReportBookTest {
 protected:
  void SetUp() override {
    ReportBookTest::SetUp();
    std::vector<Report> reports;
    for (int week = 0; week < 3; ++week) {
      for (const char* region : {"532930", "110106"}) {
        reports.push_back(AreaReport(kMonday + 7 * week, 100 + week, region));
        reports.push_back(AreaReport(kMonday + 7 * week, 200 + week, region));
        reports.back().subject.product = "napa-cabbage";
        reports.push_back(AreaReport(kMonday + 7 * week, 300 + week, region));
        reports.back().subject.grade = "purple";
      }
    }
    const auto answer = Submit("1", reports);
    ASSERT_EQ(answer->new_count, 18);
  }
};

TEST_F(ReportListTest, IsOrderedBySubjectAndDay) {
  EXPECT_THAT(MuOf(List()), ElementsAre(100, 101, 102, 300, 301, 302, 200, 201, 202,  //
                                        100, 101, 102, 300, 301, 302, 200, 201, 202));
  EXPECT_EQ(List().front().subject.region, "110106");
  EXPECT_EQ(List().back().subject.region, "532930");
}

TEST_F(ReportListTest, SelectsByWhatIsSet) {
  EXPECT_THAT(List({.kind = Kind::kStock}), IsEmpty());
  EXPECT_THAT(List({.kind = Kind::kPlantedArea}), SizeIs(18));
  EXPECT_THAT(List({.region = "532900"}), SizeIs(9));
  EXPECT_THAT(List({.region = "CN"}), SizeIs(18));
  EXPECT_THAT(List({.region = "nowhere"}), IsEmpty());
  EXPECT_THAT(List({.product = "napa-cabbage"}), SizeIs(6));
  EXPECT_THAT(List({.product = "garlic", .grade = ""}), SizeIs(6));
  EXPECT_THAT(MuOf(List({.region = "532930",
                         .grade = "purple",
                         .first_day = kMonday + 1,
                         .last_day = kMonday + 14})),
              ElementsAre(301, 302));
}

TEST_F(ReportListTest, PagesFromAnyPlace) {
  const std::vector<Report> all = List();
  for (size_t start = 0; start < all.size(); ++start) {
    std::vector<Report> rest;
    ASSERT_THAT(book_->List({}, kNow, std::pair(all[start].subject, all[start].day),
                            [&](const Report& report) {
                              rest.push_back(report);
                              return true;
                            }),
                IsOk());
    const std::vector<Report> want(all.begin() + static_cast<int>(start) + 1, all.end());
    EXPECT_EQ(MuOf(rest), MuOf(want)) << start;
  }
}

TEST_F(ReportListTest, StopsWhenToldTo) {
  int seen = 0;
  ASSERT_THAT(book_->List({}, kNow, std::nullopt, [&](const Report&) { return ++seen < 5; }),
              IsOk());
  EXPECT_EQ(seen, 5);
}

TEST_F(ReportListTest, NewestIsTheLastReportNotAfterTheDay) {
  const auto newest = [&](absl::string_view region, Day day) {
    return MuOf(*book_->Newest(Kind::kPlantedArea, "garlic", region, day, kNow));
  };
  EXPECT_THAT(newest("", kMonday + 13), ElementsAre(101, 301, 101, 301));
  EXPECT_THAT(newest("530000", kMonday + 300), ElementsAre(102, 302));
  EXPECT_THAT(newest("", kMonday - 1), IsEmpty());
  EXPECT_THAT(newest("nowhere", kMonday), IsEmpty());
  EXPECT_THAT(*book_->Newest(Kind::kStock, "garlic", "", kMonday, kNow), IsEmpty());
  EXPECT_THAT(MuOf(*book_->Newest(Kind::kPlantedArea, "garlic", "", kMaxDay, kNow)),
              ElementsAre(102, 302, 102, 302));
}

// More subjects than List takes from the index at once.
TEST_F(ReportBookTest, ListsManySubjectsOnceEach) {
  std::vector<Report> reports;
  for (int i = 0; i < 700; ++i) {
    reports.push_back(AreaReport(kMonday, i));
    reports.back().subject.site = absl::StrCat("farm ", 1000 + i);
  }
  ASSERT_EQ(Submit("1", reports)->new_count, 700);
  const std::vector<int64_t> listed = MuOf(List());
  ASSERT_THAT(listed, SizeIs(700));
  EXPECT_TRUE(std::is_sorted(listed.begin(), listed.end()));
}

TEST_F(ReportBookTest, ReaderSeesWholeRequestsOnly) {
  const auto submit = [this](int i) {
    Report known = AreaReport(kMonday + i % 7, 1'000 + i);
    Report fresh = known;
    fresh.subject.site = absl::StrCat("farm ", i);
    EXPECT_THAT(Submit(absl::StrCat(i), {known, fresh}), IsOk());
  };
  submit(0);
  std::atomic<bool> done{false};
  std::jthread writer([&] {
    for (int i = 1; i <= 40; ++i) submit(i);
    done = true;
  });
  while (!done) {
    std::map<int64_t, int> by_time;
    for (const Report& report : List()) ++by_time[report.recorded_us];
    EXPECT_EQ(by_time.rbegin()->second, 2) << "the newest request with both of its reports";
  }
}

TEST_F(ReportBookTest, DamagedSubjectIsNamedWhenTheBookIsOpened) {
  ASSERT_THAT(Submit("1", {AreaReport(kMonday, 1)}), IsOk());
  storage::WriteSet set;
  set.Put(storage::Table::kReports, SubjectKey(SubjectId{0}), "\x01\x00");
  ASSERT_THAT(database_->Write(set, storage::Durability::kFsynced), IsOk());
  EXPECT_THAT(ReportBook::Open(database_.get(), catalog_.get(), facts_.get(), &clock_, {}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("table reports, key subject 0")));
}

TEST_F(ReportBookTest, LostSubjectIsNoticedWhenTheBookIsOpened) {
  ASSERT_THAT(Submit("1", {AreaReport(kMonday, 1), PriceReport(kMonday, 1)}), IsOk());
  storage::WriteSet set;
  set.Delete(storage::Table::kReports, SubjectKey(SubjectId{0}));
  ASSERT_THAT(database_->Write(set, storage::Durability::kFsynced), IsOk());
  EXPECT_THAT(ReportBook::Open(database_.get(), catalog_.get(), facts_.get(), &clock_, {}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("subject 0 before it")));
}

TEST_F(ReportBookTest, DamagedVersionIsNamedWhenItIsRead) {
  const auto answer = Submit("1", {AreaReport(kMonday, 1)});
  storage::WriteSet set;
  set.Put(storage::Table::kReports, VersionKey(SubjectId{0}, kMonday, answer->recorded_us), "\x01");
  ASSERT_THAT(database_->Write(set, storage::Durability::kFsynced), IsOk());
  const auto names_it =
      StatusIs(absl::StatusCode::kDataLoss,
               HasSubstr("table reports, key subject 0, day 2026-02-02, recorded_us"));
  EXPECT_THAT(book_->List({}, kNow, std::nullopt, [](const Report&) { return true; }), names_it);
  EXPECT_THAT(book_->Versions(answer->results[0].subject, kMonday), names_it);
  EXPECT_THAT(book_->Newest(Kind::kPlantedArea, "garlic", "", kMonday, kNow), names_it);
  EXPECT_THAT(Submit("2", {AreaReport(kMonday, 2)}), names_it);
}

TEST_F(ReportBookTest, ReportsOfAMergedProductCountOnceAsTheSurvivors) {
  catalog::Product purple = *catalog_->FindProduct("garlic");
  purple.id = "purple-garlic";
  purple.display_name = "紫皮蒜";
  purple.aliases.clear();
  GLUTWATCH_ASSERT_OK(catalog_->Put({.products = {purple}}));
  Report both = AreaReport(kMonday, 500);
  Report only = AreaReport(kMonday + 7, 600);
  Report gone = AreaReport(kMonday + 14, 700);
  for (Report* report : {&both, &only, &gone}) report->subject.product = "紫皮蒜";
  const auto before = Submit("1", {AreaReport(kMonday, 31'000), both, only, gone});
  GLUTWATCH_ASSERT_OK(before);
  ASSERT_THAT(Submit("2", {Withdrawal(gone)}), IsOk());
  const int64_t before_us = absl::ToUnixMicros(clock_.Now()) + 10;
  clock_.Advance(absl::Hours(1));
  GLUTWATCH_ASSERT_OK(catalog_->MergeProduct("purple-garlic", "garlic", {}));
  EXPECT_EQ(book_->FollowMerge("purple-garlic").value(), 1);
  EXPECT_EQ(book_->FollowMerge("purple-garlic").value(), 0);
  for (int i = 0; i < 2; ++i, Reopen()) {
    EXPECT_THAT(MuOf(List()), ElementsAre(31'000, 600));  // the survivor's own report stands
    const std::vector<Report> then = List({.product = "purple-garlic"}, before_us);
    ASSERT_THAT(then, SizeIs(3));
    EXPECT_THAT(MuOf({then[0], then[1]}), ElementsAre(500, 600));
    EXPECT_TRUE(then[2].figures.withdrawn);
    const auto newest = book_->Newest(Kind::kPlantedArea, "garlic", "530000", kMonday + 9, kNow);
    EXPECT_THAT(MuOf(*newest), ElementsAre(600));
  }
}

}  // namespace
}  // namespace glutwatch::report

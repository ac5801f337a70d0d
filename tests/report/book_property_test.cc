// Random work against the simplest possible model: every version of every report in a map.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/report/report_fixture.h"

namespace glutwatch::report {
namespace {

using testing::AreaReport;
using testing::IsOk;
using testing::ReportBookTest;
using testing::TestDay;

constexpr int kDays = 12;
const Day kFirst = TestDay("2026-02-01");

struct Version {
  int64_t recorded_us;
  Figures figures;
  bool unconfirmed;
  bool operator==(const Version&) const = default;
};
using Place = std::pair<Subject, Day>;
using Model = std::map<Place, std::vector<Version>>;

const Version* NewestOf(const std::vector<Version>& versions, int64_t as_of_us) {
  const Version* newest = nullptr;
  for (const Version& version : versions) {
    if (version.recorded_us <= as_of_us) newest = &version;
  }
  return newest;
}

Version VersionOf(const Report& report) {
  return {report.recorded_us, report.figures, report.unconfirmed};
}

class BookPropertyTest : public ReportBookTest, public ::testing::WithParamInterface<uint32_t> {
 protected:
  void SetUp() override {
    ReportBookTest::SetUp();
    random_.seed(GetParam());
  }
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }

  Report RandomReport() {
    const char* const regions[] = {"532930", "110106", "532900"};
    const char* const products[] = {"garlic", "napa-cabbage"};
    Report report = AreaReport(kFirst + Below(kDays), 100 + Below(3), regions[Below(3)]);
    report.subject.product = products[Below(2)];
    if (Below(20) == 0) *report.figures.value_e4 *= 100;  // implausible
    if (Below(2) == 0) report.subject.kind = Kind::kPlantingIntention;
    if (Below(3) == 0) report.subject.grade = "purple";
    if (Below(10) == 0) {
      report.figures = {};
      report.figures.withdrawn = true;
    }
    return report;
  }

  // The verdict that the contract asks for; takes over what is kept.
  Verdict Expect(const Report& sent, const Result& result, int64_t recorded_us,
                 std::map<Place, Figures>* seen) {
    std::vector<Version>& versions = model_[{sent.subject, sent.day}];
    Figures figures = sent.figures;
    if (figures.withdrawn) {
      if (versions.empty()) return Verdict::kRefused;
      figures = versions.back().figures;
      figures.withdrawn = true;
    } else {
      figures.unit = "mu";
    }
    const auto [first, is_first] = seen->try_emplace({sent.subject, sent.day}, figures);
    if (!is_first) return first->second == figures ? Verdict::kDuplicate : Verdict::kRefused;
    if (!versions.empty() && versions.back().figures == figures) return Verdict::kDuplicate;
    versions.push_back({recorded_us, figures, !result.findings.empty()});
    return versions.size() == 1 ? Verdict::kNew : Verdict::kCorrected;
  }

  void SubmitRandomly(int number) {
    std::vector<Report> reports;
    const int count = 1 + Below(25);
    for (int i = 0; i < count; ++i) reports.push_back(RandomReport());
    clock_.Advance(absl::Microseconds(Below(5) - 2));
    const std::string id = absl::StrCat("request ", number);
    const auto answer = Submit(id, reports);
    GLUTWATCH_ASSERT_OK(answer);
    if (answer->recorded_us != 0) {
      EXPECT_GT(answer->recorded_us, times_.back());
      times_.push_back(answer->recorded_us);
    }
    std::map<Place, Figures> seen;
    for (size_t i = 0; i < reports.size(); ++i) {
      const Result& result = answer->results[i];
      EXPECT_EQ(result.verdict, Expect(reports[i], result, answer->recorded_us, &seen)) << i;
    }
    const auto again = Submit(id, reports);
    GLUTWATCH_ASSERT_OK(again);
    // What was refused as a whole leaves no receipt.
    EXPECT_EQ(again->replayed, answer->recorded_us != 0 || answer->refused_count == 0);
    EXPECT_EQ(again->new_count, answer->new_count);
    EXPECT_EQ(again->recorded_us, answer->recorded_us);
  }

  void ConfirmRandomly(int number) {
    const std::vector<Report> waiting = List({.unconfirmed_only = true});
    if (waiting.empty()) return;
    const Report& one = waiting[static_cast<size_t>(Below(static_cast<int>(waiting.size())))];
    const bool withdraw = Below(2) == 0;
    const auto confirmed = book_->Confirm(
        local_, absl::StrCat("confirm ", number),
        {Confirmation{one.subject, one.day, one.recorded_us, withdraw}}, "bureau", "");
    GLUTWATCH_ASSERT_OK(confirmed);
    Version version = VersionOf(one);
    version.recorded_us = confirmed->reports.at(0).recorded_us;
    version.unconfirmed = false;
    version.figures.withdrawn = version.figures.withdrawn || withdraw;
    model_[{one.subject, one.day}].push_back(version);
    EXPECT_GT(version.recorded_us, times_.back());
    times_.push_back(version.recorded_us);
  }

  void CheckList(int64_t as_of_us) {
    std::map<Place, Version> want;
    for (const auto& [place, versions] : model_) {
      if (const Version* newest = NewestOf(versions, as_of_us)) want.emplace(place, *newest);
    }
    std::map<Place, Version> have;
    std::vector<Place> order;
    for (const Report& report : List({}, as_of_us)) {
      order.emplace_back(report.subject, report.day);
      have.emplace(order.back(), VersionOf(report));
    }
    EXPECT_EQ(have, want) << "as of " << as_of_us;
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  }

  void CheckNewest(int64_t as_of_us, Day day) {
    std::map<Subject, std::pair<Day, Version>> want;
    for (const auto& [place, versions] : model_) {
      const auto& [subject, reported] = place;
      const Version* newest = NewestOf(versions, as_of_us);
      if (subject.kind != Kind::kPlantedArea || subject.product != "garlic" || reported > day ||
          !catalog_->IsWithin(subject.region, "530000") || newest == nullptr ||
          newest->figures.withdrawn) {
        continue;
      }
      want.insert_or_assign(subject, std::pair(reported, *newest));  // days ascend
    }
    std::map<Subject, std::pair<Day, Version>> have;
    const auto newest_reports =
        book_->Newest(Kind::kPlantedArea, "garlic", "530000", day, as_of_us);
    ASSERT_THAT(newest_reports, IsOk());
    for (const Report& report : *newest_reports) {
      have.emplace(report.subject, std::pair(report.day, VersionOf(report)));
    }
    EXPECT_EQ(have, want) << "as of " << as_of_us << " on " << FormatDay(day);
  }

  void CheckVersions() {
    for (const auto& [place, want] : model_) {
      std::vector<Version> have;
      const auto versions = book_->Versions(place.first, place.second);
      ASSERT_THAT(versions, IsOk());
      for (const Report& report : *versions) {
        have.push_back(VersionOf(report));
      }
      EXPECT_EQ(have, want);
    }
  }

  std::mt19937 random_;
  Model model_;
  std::vector<int64_t> times_ = {0};
};

TEST_P(BookPropertyTest, BehavesAsTheModel) {
  for (int step = 0; step < 60 && !HasFailure(); ++step) {
    SubmitRandomly(step);
    if (Below(3) == 0) ConfirmRandomly(step);
    if (Below(8) == 0) Reopen();
    const int64_t past = times_[static_cast<size_t>(Below(static_cast<int>(times_.size())))];
    CheckList(past - Below(2));
    CheckNewest(past - Below(2), kFirst + Below(kDays));
    CheckNewest(kNow, kFirst + Below(kDays));
  }
  CheckList(kNow);
  CheckVersions();
}
INSTANTIATE_TEST_SUITE_P(Seeds, BookPropertyTest, ::testing::Range(1U, 9U));

}  // namespace
}  // namespace glutwatch::report

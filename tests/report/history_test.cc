#include "server/report/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/report/report_fixture.h"

namespace glutwatch::report {
namespace {

using testing::AreaReport;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::OpenDatabase;
using ::testing::Pair;
using testing::TempDir;

// Days 10, 20 and 30 of subject 0 are stored, day 20 in two versions.
class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() : database_(*OpenDatabase(dir_)), table_(database_.get()) {
    stored_ = AreaReport(Day{0}, 0).subject;
    index_.Add(SubjectId{0}, stored_);
    storage::WriteSet set;
    for (const auto& [day, time, mu] : {std::tuple(10, 1, 100), std::tuple(20, 1, 199),
                                        std::tuple(20, 2, 200), std::tuple(30, 2, 300)}) {
      set.Put(storage::Table::kReports, VersionKey(SubjectId{0}, Day{day}, time),
              EncodeVersion(AreaReport(Day{day}, mu)));
    }
    EXPECT_THAT(database_->Write(set, storage::Durability::kFsynced), IsOk());
    other_ = stored_;
    other_.site = "new farm";
  }

  void Add(const Subject& subject, int day, int64_t mu) {
    Report report = AreaReport(Day{day}, mu);
    report.subject = subject;
    history_.Add(std::move(report));
  }
  std::vector<int64_t> UpTo(const Subject& subject, int day, size_t count) {
    std::vector<int64_t> mu;
    const auto reports = history_.UpTo(subject, Day{day}, count);
    EXPECT_THAT(reports, IsOk());
    for (const Report& report : *reports) mu.push_back(*report.figures.value_e4 / kE4);
    return mu;
  }

  const TempDir dir_;
  const std::unique_ptr<storage::Database> database_;
  const VersionTable table_;
  SubjectIndex index_;
  Subject stored_, other_;
  History history_{&table_, &index_};
};

TEST_F(HistoryTest, WalksDownWhatIsStored) {
  EXPECT_THAT(UpTo(stored_, 30, 5), ElementsAre(300, 200, 100));
  EXPECT_THAT(UpTo(stored_, 29, 5), ElementsAre(200, 100));
  EXPECT_THAT(UpTo(stored_, 100, 2), ElementsAre(300, 200));
  EXPECT_THAT(UpTo(stored_, 9, 5), IsEmpty());
  EXPECT_THAT(UpTo(other_, 100, 5), IsEmpty());
}

TEST_F(HistoryTest, LaysWhatWasAddedOverIt) {
  Add(stored_, 15, 150);
  Add(stored_, 20, 222);
  Add(stored_, 40, 400);
  EXPECT_THAT(UpTo(stored_, 100, 9), ElementsAre(400, 300, 222, 150, 100));
  EXPECT_THAT(UpTo(stored_, 39, 9), ElementsAre(300, 222, 150, 100));
  EXPECT_THAT(UpTo(stored_, 20, 1), ElementsAre(222));
  EXPECT_THAT(UpTo(stored_, 20, 2), ElementsAre(222, 150));
  EXPECT_THAT(UpTo(stored_, 19, 3), ElementsAre(150, 100));
  EXPECT_THAT(history_.new_subjects(), IsEmpty());
}

TEST_F(HistoryTest, GivesNewSubjectsTheNextNumbers) {
  Add(other_, 5, 50);
  Add(other_, 6, 60);
  EXPECT_THAT(history_.new_subjects(), ElementsAre(Pair(SubjectId{1}, other_)));
  EXPECT_THAT(UpTo(other_, 100, 5), ElementsAre(60, 50));
  EXPECT_THAT(UpTo(stored_, 100, 5), ElementsAre(300, 200, 100));
  EXPECT_EQ(history_.added().size(), 2U);
}

}  // namespace
}  // namespace glutwatch::report

// From prices in the store to warnings in the log, with the real rooms.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/warn/warning_desk.h"
#include "tests/assess/price_world.h"
#include "tests/warn/risk_days.h"

namespace glutwatch::warn {
namespace {

using ::testing::ElementsAre;

constexpr absl::Duration kLong = absl::Seconds(60);
constexpr int kFirst = 16'500;  // 2015
constexpr int kCrash = 17'600;  // after the cost is known

// As the node's.
class AssessedRisks final : public RiskSource {
 public:
  explicit AssessedRisks(const assess::GroupAssessor* assessor) : assessor_(assessor) {}
  absl::StatusOr<std::vector<RiskDay>> Days(const catalog::Group& group, Day from, Day to,
                                            int64_t vintage_us) const override {
    const auto days = assessor_->Days(group, from, to, vintage_us);
    if (!days.ok()) return days.status();
    std::vector<RiskDay> result;
    for (const auto& day : *days) result.push_back({day.day, day.indicators, day.has_cost});
    return result;
  }
  absl::StatusOr<std::vector<SeriesEvidence>> Series(const catalog::Group& group, Day day,
                                                     int64_t vintage_us) const override {
    const auto series = assessor_->Evidence(group, day, vintage_us);
    if (!series.ok()) return series.status();
    std::vector<SeriesEvidence> result;
    for (const auto& one : *series) result.push_back({one.series, one.indicators});
    return result;
  }
  bool IsSimulated(const catalog::Group& group) const override {
    return assessor_->IsSimulated(group);
  }
  Day Today(const catalog::Group&) const override { return Day{kCrash + 400}; }

 private:
  const assess::GroupAssessor* assessor_;
};

class EndToEndTest : public assess::PriceWorldTest {
 protected:
  void SetUp() override {
    Reopen();
    StartJudging();
  }
  void Close() override {
    loop_.reset();
    desk_.reset();
    PriceWorldTest::Close();
  }
  void Restart() {
    Reopen();
    StartJudging();
  }
  void StartJudging() {
    risks_ = std::make_unique<AssessedRisks>(assessor_.get());
    desk_ = *WarningDesk::Open(database_.get(), catalog_.get(), risks_.get(), &clock_, TestPack());
    const auto judge = [this](absl::Span<const assess::ChangedGroup> groups, int64_t vintage_us,
                              bool last) {
      std::vector<WarningDesk::Change> changes;
      for (const auto& group : groups) changes.push_back({group.group, group.first_day});
      return desk_->Judge(changes, vintage_us, last);
    };
    loop_ = *assess::AssessLoop::Start(store_.get(), catalog_.get(), registry_.get(),
                                       desk_->judged_through_us(), judge,
                                       {.delay = absl::ZeroDuration()});
  }
  void Report(std::vector<storage::BatchRow> rows) {
    Append(std::move(rows));
    ASSERT_TRUE(loop_->WaitIdle(kLong));
  }
  std::vector<WarningEvent> Events() {
    auto events = desk_->ReadAfter(0, 1000);
    EXPECT_THAT(events, testing::IsOk());
    return events.ok() ? *std::move(events) : std::vector<WarningEvent>();
  }
  std::vector<std::string> Log() {
    std::vector<std::string> lines;
    for (const WarningEvent& event : Events()) {
      lines.push_back(absl::StrCat(event.seq, " ", NameOf(event.transition), " ",
                                   NameOf(event.warning.level), " ", event.warning.id));
    }
    return lines;
  }
  void ExpectAllExplained() {
    for (const WarningEvent& event : Events()) {
      const auto explained = desk_->Explain(event.warning.id, event.warning.generation);
      GLUTWATCH_ASSERT_OK(explained);
      EXPECT_TRUE(explained->reproduced)
          << event.warning.id << " #" << event.warning.generation << ": " << explained->difference;
    }
  }

  std::unique_ptr<AssessedRisks> risks_;
  std::unique_ptr<WarningDesk> desk_;
  std::unique_ptr<assess::AssessLoop> loop_;
};

// Garlic from 3.4 CNY/kg down to 0.8 within eight weeks, at a cost of 1.5.
std::vector<double> Crash() {
  std::vector<double> prices;
  for (int day = 0; day < 56; ++day) prices.push_back(1.7 - 1.3 * day / 55);
  return prices;
}

TEST_F(EndToEndTest, ACollapseBecomesAWarningThatSurvivesRestartsAndExplainsItself) {
  const storage::SeriesId garlic = Garlic();
  Report(Season(garlic, kFirst, kCrash - 1, 1.7));
  const size_t before = Log().size();
  int day = kCrash;
  for (const double price : Crash()) {
    Report({Row(garlic, day++, price)});
    if (day % 10 == 0) Restart();
  }
  const auto log = Log();
  ASSERT_GT(log.size(), before);
  int64_t seq = 0;
  const auto in_force = desk_->Snapshot({}, &seq);
  ASSERT_EQ(in_force.size(), 1u);
  EXPECT_EQ(in_force[0].level, Level::kRed);
  EXPECT_LT(in_force[0].raised_day, Day{kCrash + 50});
  EXPECT_EQ(in_force[0].evidence.series.at(0).series, garlic);
  ExpectAllExplained();

  GLUTWATCH_ASSERT_OK(store_->Fold());
  Restart();
  EXPECT_EQ(Log(), log);
  ExpectAllExplained();
}

TEST_F(EndToEndTest, TheSameFromOneBackfill) {
  const storage::SeriesId garlic = Garlic();
  std::vector<storage::BatchRow> rows = Season(garlic, kFirst, kCrash - 1, 1.7);
  int day = kCrash;
  for (const double price : Crash()) rows.push_back(Row(garlic, day++, price));
  for (const auto& row : rows) Report({row});
  const auto one_by_one = Log();
  // Another market of the same kind, everything at once.
  const storage::SeriesId other = Series({"xinfadi", "garlic", "", "CNY", "jin"});
  auto moved = ::glutwatch::testing::ExampleResources();
  moved.products[0].costs[0].region = "CN";
  GLUTWATCH_ASSERT_OK(catalog_->Put({.products = {moved.products[0]}}));
  for (auto& row : rows) row.series = other;
  Report(rows);
  auto at_once = Log();
  at_once.erase(at_once.begin(), at_once.begin() + static_cast<std::ptrdiff_t>(one_by_one.size()));
  std::vector<std::string> want;
  for (const std::string& line : one_by_one) {
    const size_t space = line.find(' ');
    const auto seq = std::stoul(line.substr(0, space)) + one_by_one.size();
    std::string text = absl::StrCat(seq, line.substr(space));
    text.replace(text.find("532930"), 6, "110106");
    want.push_back(text);
  }
  EXPECT_EQ(at_once, want);
}

TEST_F(EndToEndTest, ACorrectedUnitSlipRetractsTheWarningAndBothRemainExplainable) {
  const storage::SeriesId garlic = Garlic();
  Report(Season(garlic, kFirst, kCrash - 1, 1.7));
  // A clerk writes yuan per 斤 as per 公斤's quarter for five days.
  std::vector<storage::BatchRow> wrong;
  std::vector<storage::BatchRow> right;
  for (int day = kCrash; day < kCrash + 5; ++day) {
    wrong.push_back(Row(garlic, day, 0.4));
    right.push_back(Row(garlic, day, 1.6));
  }
  Report(wrong);
  int64_t seq = 0;
  ASSERT_EQ(desk_->Snapshot({}, &seq).size(), 1u);
  Report(right);
  EXPECT_THAT(desk_->Snapshot({}, &seq), ::testing::IsEmpty());
  EXPECT_THAT(Log().back(), ::testing::HasSubstr("retracted"));
  ExpectAllExplained();
}

TEST_F(EndToEndTest, SuspiciousPricesWarnNobody) {
  const storage::SeriesId garlic = Garlic();
  Report(Season(garlic, kFirst, kCrash - 1, 1.7));
  const auto before = Log();
  for (int day = kCrash; day < kCrash + 30; ++day) {
    Report({Row(garlic, day, 0.3, storage::kPriceJump)});
  }
  EXPECT_EQ(Log(), before);
}

}  // namespace
}  // namespace glutwatch::warn

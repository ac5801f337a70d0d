#include "server/warn/warning_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "tests/warn/desk_fixture.h"

namespace glutwatch::warn {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Risk kCalm{.to_norm = 1.0, .ifpa = 0.0, .to_cost = 1.2};
constexpr Risk kBlueRisk{.to_norm = 0.88, .ifpa = 0.0, .to_cost = 1.2};
constexpr Risk kOrangeRisk{.to_norm = 1.0, .ifpa = 0.0, .to_cost = 0.8};
constexpr Risk kRedRisk{.to_norm = 1.0, .ifpa = 0.0, .to_cost = 0.5};

TEST_F(DeskTest, OpensEscalatesAndTellsWhy) {
  Report(kGarlic, Join(Every(0, 9, 1, kCalm), {On(10, kOrangeRisk), On(11, kRedRisk)}));
  EXPECT_THAT(Log(), ElementsAre("opened orange 532930-garlic-19700111 #1",
                                 "escalated red 532930-garlic-19700111 #2"));
  const auto warning = desk_->Find("532930-garlic-19700111");
  ASSERT_TRUE(warning.has_value());
  EXPECT_EQ(warning->group, kGarlic);
  EXPECT_EQ(warning->state, State::kInForce);
  EXPECT_EQ(warning->raised_day, Day{10});
  EXPECT_EQ(warning->market_day, Day{11});
  EXPECT_EQ(warning->evidence.rules[0].rule, "red-cost");
  EXPECT_EQ(warning->evidence.group.price_to_total_cost, 0.5);
  EXPECT_EQ(warning->evidence.series.size(), 1u);
  EXPECT_EQ(warning->evidence.vintage_us, vintage_us_);
  EXPECT_EQ(desk_->judged_day(), Day{11});
  const auto history = desk_->History("532930-garlic-19700111");
  GLUTWATCH_ASSERT_OK(history);
  ASSERT_EQ(history->size(), 2u);
  EXPECT_EQ((*history)[0].cause, "rule orange-cost");
  EXPECT_EQ((*history)[0].market_day, Day{10});
  EXPECT_EQ((*history)[0].commit_us, absl::ToUnixMicros(clock_.Now()));
}

TEST_F(DeskTest, AnUnknownWarningIsNotFound) {
  EXPECT_EQ(desk_->Find("x"), std::nullopt);
  EXPECT_THAT(desk_->History("x"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("\"x\"")));
  EXPECT_THAT(desk_->Explain("x", 0), StatusIs(absl::StatusCode::kNotFound, HasSubstr("\"x\"")));
}

TEST_F(DeskTest, RunsToTheEndAndIsThenNoLongerInForce) {
  Report(kGarlic, Join({On(0, kOrangeRisk)}, Every(1, 61, 1, kCalm)));
  EXPECT_THAT(InForce(), IsEmpty());
  const auto warning = desk_->Find("532930-garlic-19700101");
  EXPECT_EQ(warning->state, State::kCleared);
  EXPECT_EQ(warning->ended_day, Day{61});
  EXPECT_EQ(warning->generation, 4);
}

TEST_F(DeskTest, SimulatedDataIsMarked) {
  risks_.set_simulated(true);
  Report(kGarlic, {On(0, kOrangeRisk)});
  EXPECT_TRUE(desk_->Find("532930-garlic-19700101")->simulated);
}

TEST_F(DeskTest, ThePositionIsTheVintageThatWasJudged) {
  EXPECT_EQ(desk_->judged_through_us(), 0);
  Report(kGarlic, {On(0, kOrangeRisk)});
  Report(kGarlic, {On(1, kOrangeRisk)});
  EXPECT_EQ(desk_->judged_through_us(), 2);
  Reopen();
  EXPECT_EQ(desk_->judged_through_us(), 2);
  EXPECT_EQ(desk_->judged_day(), Day{1});
}

TEST_F(DeskTest, ReopenedBetweenAnyTwoJudgementsItTellsTheSame) {
  const auto days = Join(Join(Every(0, 9, 1, kCalm), Every(10, 30, 1, kBlueRisk)),
                         Join({On(31, kRedRisk), On(32, kRedRisk)}, Every(33, 145, 4, kCalm)));
  for (const RiskDay& day : days) Report(kGarlic, {day});
  const auto want = Log();
  EXPECT_EQ(want.size(), 6u);

  StartOver();
  for (const RiskDay& day : days) {
    Report(kGarlic, {day});
    const auto in_force = InForce();
    Reopen();
    ASSERT_EQ(InForce(), in_force);
  }
  EXPECT_EQ(Log(), want);
}

TEST_F(DeskTest, JudgingTheSameDataAgainWritesNoEvent) {
  Report(kGarlic, Join(Every(0, 9, 1, kCalm), Every(10, 40, 1, kOrangeRisk)));
  const auto before = Log();
  for (const int first : {0, 10, 40}) GLUTWATCH_ASSERT_OK(Judge(kGarlic, Day{first}));
  Reopen();  // a crash before the position was on disk: everything comes again
  for (const int first : {0, 10, 40}) GLUTWATCH_ASSERT_OK(Judge(kGarlic, Day{first}));
  EXPECT_EQ(Log(), before);
}

TEST_F(DeskTest, ALateDayRevisesOpenly) {
  Report(kGarlic, Join(Every(0, 9, 1, kCalm), Every(10, 12, 1, kOrangeRisk)));
  Report(kGarlic, {On(8, kOrangeRisk)});
  EXPECT_THAT(Log(1), ElementsAre("revised orange 532930-garlic-19700111 #2"));
  const auto history = desk_->History("532930-garlic-19700111");
  EXPECT_EQ(history->back().cause, "rule orange-cost; late data");
  EXPECT_EQ(history->back().warning.raised_day, Day{8});
}

TEST_F(DeskTest, AWithdrawnReasonRetractsOpenly) {
  Report(kGarlic, Join(Every(0, 9, 1, kCalm), {On(10, kOrangeRisk), On(11, kCalm)}));
  Report(kGarlic, {On(10, kCalm)});
  EXPECT_THAT(Log(1), ElementsAre("retracted orange 532930-garlic-19700111 #2"));
  EXPECT_THAT(InForce(), IsEmpty());
  const auto warning = desk_->Find("532930-garlic-19700111");
  EXPECT_EQ(warning->state, State::kRetracted);
  EXPECT_EQ(warning->ended_day, Day{11});
  // The number is never used again.
  Report(kGarlic, {On(10, kOrangeRisk)});
  EXPECT_THAT(Log(2), ElementsAre("opened orange 532930-garlic-19700111-2 #1"));
}

TEST_F(DeskTest, AllPricesWithdrawnRetractsAndExplainsItself) {
  Report(kGarlic, {On(10, kOrangeRisk)});
  risks_.Withdraw(kGarlic, ++vintage_us_, 10);
  GLUTWATCH_ASSERT_OK(Judge(kGarlic, Day{10}));
  EXPECT_THAT(Log(1), ElementsAre("retracted orange 532930-garlic-19700111 #2"));
  const auto explained = desk_->Explain("532930-garlic-19700111", 0);
  GLUTWATCH_ASSERT_OK(explained);
  EXPECT_TRUE(explained->reproduced) << explained->difference;
}

TEST_F(DeskTest, AMarketThatReportsTheSameDayLaterCostsOneDayOfReading) {
  Report(kGarlic, Every(0, 500, 1, kCalm));
  const int64_t before = risks_.days_read();
  Report(kGarlic, {On(500, kOrangeRisk)});
  EXPECT_LE(risks_.days_read() - before, 2);  // the day, and the evidence
  EXPECT_THAT(InForce(), ElementsAre("orange 532930-garlic-19710516"));
}

TEST_F(DeskTest, ExplainComputesEveryEventAgainBitForBit) {
  Report(kGarlic, Join(Every(0, 9, 1, kCalm), Every(10, 30, 1, kBlueRisk)));
  Report(kGarlic, {On(31, kRedRisk)});
  Report(kGarlic, Every(32, 120, 1, kCalm));
  Report(kGarlic, {On(5, kBlueRisk), On(40, kOrangeRisk)});
  risks_.set_today(400);
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());
  const auto events = desk_->ReadAfter(0, 1000);
  ASSERT_GE(events->size(), 5u);
  for (const WarningEvent& event : *events) {
    const auto explained = desk_->Explain(event.warning.id, event.warning.generation);
    GLUTWATCH_ASSERT_OK(explained);
    EXPECT_TRUE(explained->reproduced)
        << event.warning.id << " #" << event.warning.generation << ": " << explained->difference;
    EXPECT_EQ(explained->event.seq, event.seq);
  }
}

TEST_F(DeskTest, ExplainNamesWhatWouldComeOutOtherwise) {
  Report(kGarlic, Join(Every(0, 9, 1, kCalm), {On(10, kOrangeRisk)}));
  Risk other = kOrangeRisk;
  other.to_cost = 0.81;
  risks_.Write(kGarlic, vintage_us_, On(10, other));  // history was falsified
  const auto explained = desk_->Explain("532930-garlic-19700111", 1);
  GLUTWATCH_ASSERT_OK(explained);
  EXPECT_FALSE(explained->reproduced);
  EXPECT_EQ(explained->difference, "group.price_to_total_cost: 0.8 logged, 0.81 now");
  EXPECT_THAT(desk_->Explain("532930-garlic-19700111", 9),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none of generation 9")));
}

TEST_F(DeskTest, ExplainSaysThatThePackHasChanged) {
  Report(kGarlic, {On(10, kOrangeRisk)});
  pack_.version = 2;
  Reopen();
  const auto explained = desk_->Explain("532930-garlic-19700111", 0);
  EXPECT_FALSE(explained->reproduced);
  EXPECT_EQ(explained->difference, "rule_pack: test/1 logged, test/2 now");
}

TEST_F(DeskTest, ListFiltersAndPages) {
  Report(kGarlic, {On(10, kOrangeRisk)});
  Report(kCabbage, {On(12, kRedRisk)});
  Report(kGarlicInBeijing, {On(10, kRedRisk)});
  const auto ids = [&](const WarningFilter& filter, const std::string& after = "",
                       int limit = 100) {
    std::vector<std::string> result;
    for (const Warning& warning : desk_->List(filter, after, limit)) result.push_back(warning.id);
    return result;
  };
  EXPECT_THAT(ids({}), ElementsAre("532930-napa-cabbage-19700113", "110106-garlic-19700111",
                                   "532930-garlic-19700111"));
  EXPECT_THAT(ids({.region = "530000"}),
              ElementsAre("532930-napa-cabbage-19700113", "532930-garlic-19700111"));
  EXPECT_THAT(ids({.products = {"garlic"}}),
              ElementsAre("110106-garlic-19700111", "532930-garlic-19700111"));
  EXPECT_THAT(ids({.region = "CN", .min_level = Level::kRed}),
              ElementsAre("532930-napa-cabbage-19700113", "110106-garlic-19700111"));
  EXPECT_THAT(ids({.states = {State::kCleared}}), IsEmpty());
  EXPECT_THAT(ids({}, "", 2),
              ElementsAre("532930-napa-cabbage-19700113", "110106-garlic-19700111"));
  EXPECT_THAT(ids({}, "110106-garlic-19700111", 2), ElementsAre("532930-garlic-19700111"));
}

TEST_F(DeskTest, SnapshotIsTheStateOfALogPosition) {
  Report(kGarlic, {On(10, kOrangeRisk)});
  int64_t seq = 0;
  EXPECT_EQ(desk_->Snapshot({}, &seq).size(), 1u);
  EXPECT_EQ(seq, desk_->last_seq());
  EXPECT_EQ(desk_->log_id(), "warnings");
  EXPECT_EQ(desk_->epoch(), database_->epoch());
}

TEST_F(DeskTest, ListenersAreCalledWhenTheLogGrows) {
  int calls = 0;
  const int64_t handle = desk_->AddListener([&] { ++calls; });
  Report(kGarlic, {On(10, kCalm)});
  EXPECT_EQ(calls, 0);
  Report(kGarlic, {On(11, kOrangeRisk)});
  EXPECT_EQ(calls, 1);
  desk_->RemoveListener(handle);
  Report(kGarlic, {On(12, kRedRisk)});
  EXPECT_EQ(calls, 1);
}

TEST_F(DeskTest, ListenersAreCalledOncePerCommitHoweverManyEvents) {
  int64_t seen = 0;
  int calls = 0;
  desk_->AddListener([&] {
    ++calls;
    seen = desk_->last_seq();  // what it is called for can be read
  });
  Report(kGarlic, {On(10, kOrangeRisk), On(11, kRedRisk)});
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(seen, 2);
  risks_.set_today(30);
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());  // blind region, blind warning
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(seen, 4);
}

// Readers beside the judging thread: whatever they see is the whole of some position of the log.
TEST_F(DeskTest, ASnapshotWithTheEventsAfterItIsTheNextSnapshot) {
  std::vector<std::vector<RiskDay>> reports;
  for (int day = 0; day < 300; ++day) {
    reports.push_back({On(day, day % 70 == 5 ? kRedRisk : kCalm)});
    if (day % 50 == 49) reports.push_back({On(day - 44, kCalm)});  // late: a retraction
  }
  std::atomic<bool> done{false};
  std::jthread reader([&] {
    std::map<std::string, int64_t> folded;  // generations of what is in force
    int64_t at = 0;
    while (!done || at < desk_->last_seq()) {
      int64_t seq = 0;
      std::map<std::string, int64_t> snapshot;
      for (const Warning& w : desk_->Snapshot({}, &seq)) snapshot[w.id] = w.generation;
      const auto events = desk_->ReadAfter(at, 1000);
      ASSERT_THAT(events, IsOk());
      for (const WarningEvent& event : *events) {
        if (event.seq > seq) break;
        ASSERT_EQ(event.seq, ++at);
        if (event.warning.state == State::kInForce) {
          folded[event.warning.id] = event.warning.generation;
        } else {
          folded.erase(event.warning.id);
        }
      }
      ASSERT_EQ(at, seq);
      ASSERT_EQ(folded, snapshot) << seq;
    }
  });
  for (const auto& days : reports) Report(kGarlic, days);
  done = true;
  reader.join();
  EXPECT_GT(desk_->last_seq(), 10);
}

TEST_F(DeskTest, AGroupThatFallsSilentIsStaleAndNeverClears) {
  Report(kGarlic, Join(Every(0, 9, 1, kCalm), {On(10, kOrangeRisk)}));
  Report(kCabbage, Every(0, 16, 1, kCalm));
  risks_.set_today(15);
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());
  EXPECT_THAT(Log(1), IsEmpty());
  risks_.set_today(16);
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());  // once
  EXPECT_THAT(Log(1), ElementsAre("stale orange 532930-garlic-19700111 #2"));
  EXPECT_THAT(InForce(), ElementsAre("orange 532930-garlic-19700111"));
  Report(kGarlic, {On(17, kOrangeRisk)});
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());
  EXPECT_THAT(Log(2), ElementsAre("fresh orange 532930-garlic-19700111 #3"));
}

TEST_F(DeskTest, AMonthlySeriesIsStaleAfterFiveOfItsOwnTradingDays) {
  Report(kGarlic, Join(Every(0, 270, 30, kCalm), {On(300, kOrangeRisk)}));
  Report(kCabbage, Every(0, 451, 1, kCalm));
  risks_.set_today(450);
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());
  EXPECT_THAT(Log(1), IsEmpty());
  risks_.set_today(451);
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());
  EXPECT_THAT(Log(1), ElementsAre("stale orange 532930-garlic-19701028 #2"));
}

TEST_F(DeskTest, ARegionThatFallsSilentIsBlind) {
  Report(kGarlic, Join(Every(0, 9, 1, kCalm), {On(10, kOrangeRisk)}));
  Report(kCabbage, Every(0, 10, 1, kCalm));
  Report(kGarlicInBeijing, Every(0, 16, 1, kCalm));
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());
  EXPECT_THAT(Log(1), ElementsAre("opened blue 532930-blind-19700117 #1",
                                  "blind orange 532930-garlic-19700111 #2"));
  const auto blind = desk_->Find("532930-blind-19700117");
  EXPECT_EQ(blind->kind, Kind::kBlind);
  EXPECT_EQ(blind->group.product, "");
  Reopen();
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());
  EXPECT_EQ(desk_->last_seq(), 3);  // still the same silence

  Report(kCabbage, {On(17, kCalm)});
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());
  EXPECT_THAT(Log(3), ElementsAre("resolved blue 532930-blind-19700117 #2",
                                  "stale orange 532930-garlic-19700111 #3"));
  EXPECT_EQ(desk_->Find("532930-blind-19700117")->state, State::kCleared);
}

TEST_F(DeskTest, ARefusedWriteLeavesEverythingAsItWas) {
  Report(kGarlic, Every(0, 9, 1, kCalm));
  Record(kGarlic, {On(10, kOrangeRisk)});
  database_->RefuseAfter(0);
  EXPECT_THAT(Judge(kGarlic, Day{10}),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("DISK_FULL")));
  EXPECT_THAT(InForce(), IsEmpty());
  EXPECT_EQ(desk_->judged_through_us(), 1);
  database_->RefuseAfter(-1);
  GLUTWATCH_ASSERT_OK(Judge(kGarlic, Day{10}));
  EXPECT_THAT(Log(), ElementsAre("opened orange 532930-garlic-19700111 #1"));
  EXPECT_EQ(desk_->last_seq(), 1);
}

TEST_F(DeskTest, ARefusedCheckOfFreshnessIsToldLaterAndOnce) {
  Report(kGarlic, {On(10, kOrangeRisk)});
  risks_.set_today(30);
  database_->RefuseAfter(0);
  EXPECT_THAT(desk_->CheckFreshness(),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("DISK_FULL")));
  EXPECT_EQ(desk_->last_seq(), 1);
  EXPECT_EQ(desk_->Find("532930-garlic-19700111")->freshness, Freshness::kFresh);
  EXPECT_EQ(desk_->Find("532930-blind-19700131"), std::nullopt);
  database_->RefuseAfter(-1);
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());
  EXPECT_THAT(Log(1), ElementsAre("opened blue 532930-blind-19700131 #1",
                                  "blind orange 532930-garlic-19700111 #2"));
}

TEST_F(DeskTest, BlindAgainOnOneDayGetsANumberOfItsOwn) {
  Report(kGarlic, {On(10, kCalm)});
  risks_.set_today(30);
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());
  Report(kGarlic, {On(29, kCalm)});
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());
  risks_.Withdraw(kGarlic, ++vintage_us_, 29);
  GLUTWATCH_ASSERT_OK(Judge(kGarlic, Day{29}));
  risks_.set_today(30);
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());
  EXPECT_THAT(InForce(), ElementsAre("blue 532930-blind-19700131-2"));
  GLUTWATCH_ASSERT_OK(desk_->CheckFreshness());
  EXPECT_EQ(desk_->last_seq(), 3);
}

TEST_F(DeskTest, AGroupThatCannotBeReadFailsTheRoundAndTheNextOneTellsItOnce) {
  Record(kGarlic, {On(10, kOrangeRisk)});
  Record(kGarlicInBeijing, {On(10, kRedRisk)});
  risks_.set_failing(true);
  const std::vector<WarningDesk::Change> changes = {{kGarlic, Day{10}},
                                                    {kGarlicInBeijing, Day{10}}};
  EXPECT_THAT(desk_->Judge(changes, vintage_us_),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no disk")));
  EXPECT_THAT(Log(), IsEmpty());
  risks_.set_failing(false);
  GLUTWATCH_ASSERT_OK(desk_->Judge(changes, vintage_us_));
  EXPECT_THAT(Log(), ElementsAre("opened orange 532930-garlic-19700111 #1",
                                 "opened red 110106-garlic-19700111 #1"));
  EXPECT_EQ(desk_->last_seq(), 2);
}

TEST_F(DeskTest, APieceOfARoundLeavesThePosition) {
  Record(kGarlic, {On(10, kOrangeRisk)});
  const std::vector<WarningDesk::Change> changes = {{kGarlic, Day{10}}};
  GLUTWATCH_ASSERT_OK(desk_->Judge(changes, vintage_us_, false));
  EXPECT_EQ(desk_->judged_through_us(), 0);
  EXPECT_EQ(desk_->last_seq(), 1);
  Reopen();
  GLUTWATCH_ASSERT_OK(desk_->Judge(changes, vintage_us_, true));
  EXPECT_EQ(desk_->judged_through_us(), vintage_us_);
  EXPECT_EQ(desk_->last_seq(), 1);
}

TEST_F(DeskTest, GroupsWithoutAnyIndicatorCostNoWrite) {
  std::vector<WarningDesk::Change> changes;
  ++vintage_us_;
  for (int i = 0; i < 20'000; ++i) {
    const catalog::Group group{absl::StrCat("p", i), "532930"};
    risks_.Write(group, vintage_us_, On(10, {}));
    changes.push_back({group, Day{10}});
  }
  const int64_t bytes = database_->bytes();
  const int64_t fsyncs = database_->fsynced_writes();
  GLUTWATCH_ASSERT_OK(desk_->Judge(changes, vintage_us_));
  EXPECT_LT(database_->bytes() - bytes, 100);  // the position
  EXPECT_EQ(database_->fsynced_writes(), fsyncs);
}

TEST_F(DeskTest, AProvinceThatCollapsesInOneDayIsWrittenInPiecesAndOnce) {
  std::vector<WarningDesk::Change> changes;
  ++vintage_us_;
  for (int i = 0; i < 20'000; ++i) {
    const catalog::Group group{absl::StrCat("p", i), "532930"};
    risks_.Write(group, vintage_us_, On(10, kRedRisk));
    changes.push_back({group, Day{10}});
  }
  risks_.set_today(10);
  database_->RefuseAfter(2);  // dies in the middle
  EXPECT_FALSE(desk_->Judge(changes, vintage_us_).ok());
  EXPECT_EQ(desk_->judged_through_us(), 0);
  Reopen();
  EXPECT_GT(desk_->last_seq(), 0);
  GLUTWATCH_ASSERT_OK(desk_->Judge(changes, vintage_us_));
  EXPECT_EQ(desk_->last_seq(), 20'000);
  EXPECT_EQ(desk_->judged_through_us(), vintage_us_);
  int64_t seq = 0;
  EXPECT_EQ(desk_->Snapshot({}, &seq).size(), 20'000u);
}

TEST_F(DeskTest, DamageOnDiskIsNamed) {
  using storage::Table;
  Report(kGarlic, {On(10, kOrangeRisk)});
  const std::string position = "warn/judged_through_us";
  for (const auto& [table, key] :
       std::vector<std::pair<Table, std::string>>{{Table::kWarnings, "g/532930/garlic"},
                                                  {Table::kWarnings, "g/532930"},
                                                  {Table::kWarnings, "w/532930-garlic-19700111"},
                                                  {Table::kWarnings, "w/another"},
                                                  {Table::kWarnings, "x"},
                                                  {Table::kMeta, position}}) {
    const auto before = database_->Get(table, key);
    // Rubbish; what is there, cut short; or a whole record under a key that is not its own.
    std::vector<std::string> damaged = {"\x01rubbish"};
    if (before.ok()) damaged.push_back(before->substr(0, before->size() - 1));
    if (key == "w/another") {
      damaged.push_back(*database_->Get(table, "w/532930-garlic-19700111"));
    }
    for (const std::string& bytes : damaged) {
      storage::WriteSet set;
      set.Put(table, key, bytes);
      GLUTWATCH_ASSERT_OK(database_->Write(set, storage::Durability::kBuffered));
      EXPECT_THAT(WarningDesk::Open(database_.get(), catalog_.get(), &risks_, &clock_, pack_),
                  StatusIs(absl::StatusCode::kDataLoss, HasSubstr("key " + key + " is damaged")));
    }
    storage::WriteSet mend;
    if (before.ok()) mend.Put(table, key, *before);
    if (!before.ok()) mend.Delete(table, key);
    GLUTWATCH_ASSERT_OK(database_->Write(mend, storage::Durability::kBuffered));
  }
  EXPECT_THAT(WarningDesk::Open(database_.get(), catalog_.get(), &risks_, &clock_, pack_), IsOk());
}

TEST_F(DeskTest, ABadPackIsRefused) {
  pack_.rules.clear();
  EXPECT_THAT(WarningDesk::Open(database_.get(), catalog_.get(), &risks_, &clock_, pack_),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("rules: has 0")));
}

}  // namespace
}  // namespace glutwatch::warn

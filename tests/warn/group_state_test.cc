#include "server/warn/group_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/warn/risk_days.h"

namespace glutwatch::warn {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Risk kCalm{.to_norm = 1.0, .ifpa = 0.0, .to_cost = 1.2};
constexpr Risk kOrangeRisk{.to_norm = 1.0, .ifpa = 0.0, .to_cost = 0.8};
constexpr Risk kRedRisk{.to_norm = 1.0, .ifpa = 0.0, .to_cost = 0.5};

// "opened orange @100 of #0", with "late" where it is.
std::vector<std::string> Lines(const std::vector<Told>& told) {
  std::vector<std::string> lines;
  for (const Told& one : told) {
    lines.push_back(absl::StrCat(NameOf(one.transition), " ", NameOf(one.level), " @",
                                 DayNumber(one.risk.day), " of #", one.episode,
                                 one.late ? " late" : ""));
  }
  return lines;
}

std::vector<std::string> RejudgeAll(const std::vector<RiskDay>& days, GroupState* state) {
  return Lines(Rejudge(TestPack(), {}, days, state));
}

std::vector<RiskDay> Replaced(std::vector<RiskDay> days, int day, const Risk& risk) {
  for (RiskDay& one : days) {
    if (one.day == Day{day}) one = On(day, risk);
  }
  return days;
}

const std::vector<RiskDay> kEpisode =
    Join(Join(Every(0, 9, 1, kCalm), Every(10, 14, 1, kOrangeRisk)), Every(15, 100, 1, kCalm));

TEST(GroupStateTest, ContinuingPieceByPieceEqualsOnePass) {
  GroupState whole;
  GroupState pieces;
  const auto told = Lines(Continue(TestPack(), kEpisode, &whole));
  std::vector<std::string> piecewise;
  for (const RiskDay& day : kEpisode) {
    for (auto& line : Lines(Continue(TestPack(), {day}, &pieces))) piecewise.push_back(line);
  }
  EXPECT_EQ(told, piecewise);
  EXPECT_THAT(told, ElementsAre("opened orange @10 of #0", "de-escalated yellow @35 of #0",
                                "de-escalated blue @55 of #0", "resolved blue @75 of #0"));
  EXPECT_EQ(whole.Encode(), pieces.Encode());
}

TEST(GroupStateTest, TheSameDataAgainTellsNothing) {
  GroupState state;
  Continue(TestPack(), kEpisode, &state);
  const std::string before = state.Encode();
  EXPECT_THAT(RejudgeAll(kEpisode, &state), IsEmpty());
  EXPECT_EQ(state.Encode(), before);
}

TEST(GroupStateTest, LateDataThatChangesNoStepTellsNothing) {
  GroupState state;
  Continue(TestPack(), kEpisode, &state);
  EXPECT_THAT(RejudgeAll(Replaced(kEpisode, 60, {.to_norm = 1.1, .to_cost = 1.3}), &state),
              IsEmpty());
}

TEST(GroupStateTest, AWarningWhoseReasonWasCorrectedAwayIsRetracted) {
  GroupState state;
  const auto days = Join(Every(0, 9, 1, kCalm), {On(10, kOrangeRisk), On(11, kCalm)});
  Continue(TestPack(), days, &state);
  EXPECT_THAT(RejudgeAll(Replaced(days, 10, kCalm), &state),
              ElementsAre("retracted orange @11 of #0 late"));
  EXPECT_EQ(state.cycle.level(), Level::kNone);
  // Once; and the number is not used again.
  EXPECT_THAT(RejudgeAll(Replaced(days, 10, kCalm), &state), IsEmpty());
  EXPECT_THAT(RejudgeAll(days, &state), ElementsAre("opened orange @10 of #1 late"));
}

TEST(GroupStateTest, AnEarlierBeginningIsRevised) {
  GroupState state;
  Continue(TestPack(), kEpisode, &state);
  EXPECT_THAT(RejudgeAll(Replaced(kEpisode, 7, kOrangeRisk), &state),
              ElementsAre("revised blue @100 of #0 late"));
  EXPECT_EQ(state.episodes[0].raised(), Day{7});
  EXPECT_EQ(state.episodes[0].ended(), Day{75});
}

TEST(GroupStateTest, AnEpisodeThatNobodySawIsToldLate) {
  GroupState state;
  const auto calm = Every(0, 100, 1, kCalm);
  Continue(TestPack(), calm, &state);
  EXPECT_THAT(RejudgeAll(kEpisode, &state),
              ElementsAre("opened orange @10 of #0 late", "de-escalated yellow @35 of #0 late",
                          "de-escalated blue @55 of #0 late", "resolved blue @75 of #0 late"));
}

TEST(GroupStateTest, AnEpisodeBeforeALoggedOneIsTakenForItsOwn) {
  GroupState state;
  std::vector<RiskDay> days = Join(Every(0, 200, 1, kCalm), {On(201, kOrangeRisk)});
  Continue(TestPack(), days, &state);
  days = Replaced(days, 10, kOrangeRisk);
  EXPECT_THAT(RejudgeAll(days, &state),
              ElementsAre("opened orange @10 of #1 late", "de-escalated yellow @31 of #1 late",
                          "de-escalated blue @51 of #1 late", "resolved blue @71 of #1 late"));
  // The open one is still number 0.
  EXPECT_THAT(Lines(Continue(TestPack(), {On(202, kRedRisk)}, &state)),
              ElementsAre("escalated red @202 of #0"));
}

TEST(GroupStateTest, AnEndThatWasTooEarlyIsRevisedAndTheWarningIsBackInForce) {
  GroupState state;
  Continue(TestPack(), kEpisode, &state);
  EXPECT_THAT(RejudgeAll(Replaced(kEpisode, 70, kOrangeRisk), &state),
              ElementsAre("revised yellow @100 of #0 late"));
  EXPECT_EQ(state.episodes[0].ended(), std::nullopt);
  EXPECT_EQ(state.cycle.level(), Level::kYellow);
}

TEST(GroupStateTest, WhatGoesOnFromWhatWasToldIsToldAsUsual) {
  GroupState state;
  const auto days = Join(Every(0, 9, 1, kCalm), {On(10, kOrangeRisk), On(11, kOrangeRisk)});
  Continue(TestPack(), days, &state);
  EXPECT_THAT(RejudgeAll(Replaced(days, 11, kRedRisk), &state),
              ElementsAre("escalated red @11 of #0 late"));
}

TEST(GroupStateTest, NothingLeftRetractsOnTheLastDayThatWasJudged) {
  GroupState state;
  Continue(TestPack(), {On(10, kOrangeRisk)}, &state);
  EXPECT_THAT(RejudgeAll({}, &state), ElementsAre("retracted orange @10 of #0 late"));
  EXPECT_EQ(state.newest_day(), std::nullopt);
}

// A second market reports the day that was judged already: the short way must equal the long one.
TEST(GroupStateTest, TheNewestDayAgainEqualsTheWholeHistoryAgain) {
  const Risk risks[] = {kCalm, kOrangeRisk, kRedRisk, {.to_norm = 0.7, .ifpa = -2}};
  for (const Risk& first : risks) {
    for (const Risk& second : risks) {
      for (const int last : {3, 12, 40, 75, 90}) {
        std::vector<RiskDay> days(kEpisode.begin(), kEpisode.begin() + last);
        days.push_back(On(last, first));
        GroupState whole;
        Continue(TestPack(), days, &whole);
        GroupState short_way = whole;
        days.back() = On(last, second);
        const auto base = BeforeNewestDay(short_way);
        ASSERT_TRUE(base.has_value());
        const auto want = Lines(Rejudge(TestPack(), {}, days, &whole));
        const auto got = Lines(Rejudge(TestPack(), *base, {days.back()}, &short_way));
        EXPECT_EQ(got, want) << last;
        EXPECT_EQ(short_way.Encode(), whole.Encode()) << last;
      }
    }
  }
}

TEST(GroupStateTest, CadenceIsTheMedianGapOfTheNewestTwenty) {
  GroupState state;
  EXPECT_EQ(state.CadenceDays(), 1);
  Continue(TestPack(), Every(0, 300, 30, kCalm), &state);
  EXPECT_EQ(state.CadenceDays(), 30);
  Continue(TestPack(), Every(301, 340, 2, kCalm), &state);
  EXPECT_EQ(state.CadenceDays(), 2);
}

TEST(GroupStateTest, CountsTheMissingDaysOfTheLast28) {
  GroupState state;
  EXPECT_EQ(state.MissingDays(Day{5}), 28);
  Continue(TestPack(), Every(0, 100, 7, kCalm), &state);
  EXPECT_EQ(state.MissingDays(Day{98}), 24);
  Continue(TestPack(), Every(99, 200, 1, kCalm), &state);
  EXPECT_EQ(state.MissingDays(Day{200}), 0);
}

TEST(GroupStateTest, RemembersWhetherThereWasEverARisk) {
  GroupState state;
  Continue(TestPack(), Every(0, 5, 1, {}), &state);
  EXPECT_FALSE(state.has_risk);
  Continue(TestPack(), {On(6, kCalm), On(7, {})}, &state);
  EXPECT_TRUE(state.has_risk);
}

TEST(GroupStateTest, DamagedBytesAreNoState) {
  GroupState state;
  Continue(TestPack(), kEpisode, &state);
  state.episodes[0].warning_id = "x-1";
  const std::string bytes = state.Encode();
  const auto decoded = GroupState::Decode(bytes);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->Encode(), bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(GroupState::Decode(bytes.substr(0, size)).has_value()) << size;
  }
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto other = GroupState::Decode(flipped);
    if (!other.has_value()) continue;
    EXPECT_EQ(GroupState::Decode(other->Encode())->Encode(), other->Encode());
  }
}

}  // namespace
}  // namespace glutwatch::warn

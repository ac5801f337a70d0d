// Property: whatever the order in which days arrive, a group ends in the state of the same data in
// order, and whoever reads the log alone knows that state.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "server/warn/group_state.h"
#include "tests/warn/risk_days.h"

namespace glutwatch::warn {
namespace {

// What a reader of the log knows of a group.
class LogReader {
 public:
  void Read(const std::vector<Told>& told, const GroupState& state) {
    for (const Told& one : told) {
      const bool known = in_force_.contains(one.episode) || over_.contains(one.episode);
      EXPECT_EQ(one.transition == Transition::kOpened, !known) << "#" << one.episode;
      const bool over = one.transition == Transition::kResolved ||
                        one.transition == Transition::kRetracted ||
                        (one.transition == Transition::kRevised &&
                         state.episodes[one.episode].ended().has_value());
      in_force_.erase(one.episode);
      over_.erase(one.episode);
      if (over) {
        over_.insert(one.episode);
      } else {
        in_force_[one.episode] = one.level;
      }
    }
  }
  // The log alone must say what the state is: at most one warning, of the cycle's level.
  void ExpectAgrees(const GroupState& state) const {
    ASSERT_LE(in_force_.size(), 1u);
    const Level level = in_force_.empty() ? Level::kNone : in_force_.begin()->second;
    ASSERT_EQ(level, state.cycle.level());
    for (size_t i = 0; i < state.episodes.size(); ++i) {
      const Episode& episode = state.episodes[i];
      ASSERT_EQ(in_force_.contains(i), !episode.retracted && !episode.ended()) << "#" << i;
    }
  }

 private:
  std::map<size_t, Level> in_force_;
  std::set<size_t> over_;
};

// Days with gaps, and a price that wanders over all thresholds.
std::vector<RiskDay> WanderingDays(std::mt19937* random) {
  const auto number = [&](int n) {
    return static_cast<int>((*random)() % static_cast<unsigned>(n));
  };
  std::vector<RiskDay> days;
  double ratio = 1;
  for (int day = 0; day < 200; day += number(6) == 0 ? 1 + number(5) : 1) {
    ratio = std::clamp(ratio + (number(21) - 10) * 0.03, 0.4, 1.5);
    Risk risk{.to_norm = ratio, .ifpa = (ratio - 1) * 6, .to_cost = ratio};
    if (number(10) == 0) risk.to_cost.reset();
    days.push_back(On(day, risk));
  }
  return days;
}

// The live episodes as spans, however they came to be known.
std::multiset<std::vector<int>> StepsOf(const GroupState& state) {
  std::multiset<std::vector<int>> episodes;
  for (const Episode& episode : state.episodes) {
    if (episode.retracted) continue;
    std::vector<int> steps;
    for (const EpisodeStep& step : episode.steps) {
      steps.push_back(DayNumber(step.day));
      steps.push_back(static_cast<int>(step.level));
    }
    episodes.insert(std::move(steps));
  }
  return episodes;
}

class ConfluenceTest : public ::testing::TestWithParam<uint32_t> {};

TEST_P(ConfluenceTest, AnyOrderOfArrivalEndsInTheSameStateAndTheLogSaysSo) {
  std::mt19937 random(GetParam());
  const auto number = [&](size_t n) { return static_cast<size_t>(random() % n); };
  const std::vector<RiskDay> truth = WanderingDays(&random);
  GroupState in_order;
  Continue(TestPack(), truth, &in_order);

  std::vector<RiskDay> arrivals = truth;
  const size_t reach = GetParam() % 2 == 0 ? 5 : truth.size();  // as feeds do; or a backfill
  for (size_t i = 0; i < arrivals.size(); ++i) {
    std::swap(arrivals[i], arrivals[std::min(arrivals.size() - 1, i + number(reach))]);
  }
  GroupState state;
  LogReader log;
  std::map<Day, RiskDay> known;
  for (size_t i = 0; i < arrivals.size();) {
    const std::optional<Day> judged = state.cycle.judged_through();
    Day first = arrivals[i].day;
    for (size_t n = 1 + number(4); n > 0 && i < arrivals.size(); --n, ++i) {
      known[arrivals[i].day] = arrivals[i];
      first = std::min(first, arrivals[i].day);
    }
    std::vector<RiskDay> days;
    const bool late = judged.has_value() && first <= *judged;
    const auto base = late && first == *judged ? BeforeNewestDay(state) : std::nullopt;
    for (const auto& [day, risk] : known) {
      if (late && !base.has_value() ? true : day >= first) days.push_back(risk);
    }
    log.Read(late ? Rejudge(TestPack(), base.value_or(GroupState{}), days, &state)
                  : Continue(TestPack(), days, &state),
             state);
    ASSERT_NO_FATAL_FAILURE(log.ExpectAgrees(state));
    state = *GroupState::Decode(state.Encode());
  }
  EXPECT_EQ(StepsOf(state), StepsOf(in_order));
  EXPECT_EQ(state.cycle.Encode(), in_order.cycle.Encode());
  EXPECT_EQ(state.recent_days, in_order.recent_days);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ConfluenceTest, ::testing::Range(1u, 41u));

}  // namespace
}  // namespace glutwatch::warn

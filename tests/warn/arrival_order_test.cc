// Property: whatever the order in which days and corrections arrive, the warnings in force at the
// end are those of the same data in order, and every event can be explained.
#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/warn/desk_fixture.h"

namespace glutwatch::warn {
namespace {

constexpr int kDays = 160;

// A price that wanders, with gluts.
std::vector<RiskDay> Truth(uint32_t seed) {
  std::mt19937 random(seed);
  const auto number = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::vector<RiskDay> days;
  double ratio = 1;
  for (int day = 0; day < kDays; day += 1 + (number(8) == 0 ? number(4) : 0)) {
    ratio = std::clamp(ratio + (number(21) - 10) * 0.03, 0.4, 1.5);
    const bool known = number(10) != 0;
    days.push_back(On(day, {.to_norm = ratio,
                            .ifpa = known ? std::optional((ratio - 1) * 6) : std::nullopt,
                            .to_cost = known ? std::optional(ratio) : std::nullopt}));
  }
  return days;
}

class ArrivalOrderTest : public DeskTest, public ::testing::WithParamInterface<int> {
 protected:
  // "orange since 1970-02-03", for what is in force.
  std::set<std::string> InForceSince() {
    std::set<std::string> lines;
    int64_t seq = 0;
    for (const Warning& warning : desk_->Snapshot({}, &seq)) {
      lines.insert(absl::StrCat(NameOf(warning.level), " since ", FormatDay(warning.raised_day)));
    }
    return lines;
  }
  // Spans that were or are in force, of warnings that were not retracted.
  std::set<std::string> Episodes() {
    std::set<std::string> lines;
    for (const Warning& warning : desk_->List({}, "", 1000)) {
      if (warning.state == State::kRetracted) continue;
      lines.insert(absl::StrCat(FormatDay(warning.raised_day), " to ",
                                warning.ended_day ? FormatDay(*warning.ended_day) : "now"));
    }
    return lines;
  }
};

TEST_P(ArrivalOrderTest, EndsWhereTheSameDataInOrderEnds) {
  const auto seed = static_cast<uint32_t>(GetParam());
  const std::vector<RiskDay> truth = Truth(seed);
  for (const RiskDay& day : truth) Report(kGarlic, {day});
  const auto want_state = InForceSince();
  const auto want_episodes = Episodes();

  StartOver();
  std::mt19937 random(seed * 7919);
  const auto number = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::vector<RiskDay> arrivals = truth;
  // Locally shuffled, as feeds do, or completely, as a backfill may.
  const int reach = seed % 2 == 0 ? 6 : kDays;
  for (size_t i = 0; i < arrivals.size(); ++i) {
    const size_t j = std::min(arrivals.size() - 1, i + static_cast<size_t>(number(reach)));
    std::swap(arrivals[i], arrivals[j]);
  }
  for (size_t i = 0; i < arrivals.size();) {
    std::vector<RiskDay> batch;
    for (int n = 1 + number(4); n > 0 && i < arrivals.size(); --n) batch.push_back(arrivals[i++]);
    const bool wrong_at_first = number(4) == 0;
    std::sort(batch.begin(), batch.end(),
              [](const RiskDay& a, const RiskDay& b) { return a.day < b.day; });
    if (wrong_at_first) {
      Report(kGarlic, {On(DayNumber(batch[0].day), {.to_norm = 0.5, .ifpa = -3, .to_cost = 0.4})});
    }
    Report(kGarlic, batch);
    if (number(10) == 0) Reopen();
  }
  EXPECT_EQ(InForceSince(), want_state);
  EXPECT_EQ(Episodes(), want_episodes);

  const auto events = desk_->ReadAfter(0, 1000);
  int64_t seq = 0;
  for (const WarningEvent& event : *events) {
    EXPECT_EQ(event.seq, ++seq);
    const auto explained = desk_->Explain(event.warning.id, event.warning.generation);
    GLUTWATCH_ASSERT_OK(explained);
    EXPECT_TRUE(explained->reproduced)
        << event.warning.id << " #" << event.warning.generation << ": " << explained->difference;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ArrivalOrderTest, ::testing::Range(1, 25));

}  // namespace
}  // namespace glutwatch::warn

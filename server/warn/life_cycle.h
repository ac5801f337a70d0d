#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/day.h"
#include "forecast/risk/indicators.h"
#include "server/warn/rule_pack.h"

namespace glutwatch::warn {

// A group on one market day, as the rules see it.
struct RiskDay {
  Day day{};
  forecast::risk::DayIndicators indicators;
  bool has_cost = false;
};

// What happened to a warning. On disk and on the wire; never renumber.
enum class Transition : uint8_t {
  kOpened = 1,
  kEscalated = 2,
  kDeescalated = 3,
  kStale = 4,
  kNoData = 5,
  kFresh = 6,
  kResolved = 7,
  kRevised = 8,
  kRetracted = 9,
};

// A rule that holds, and since when.
struct RuleOutcome {
  std::string rule;
  Level level = Level::kNone;
  Day held_since{};
  std::string detail;  // "price_to_norm 0.71 <= 0.8; ifpa -1.32 <= -1"
  bool operator==(const RuleOutcome&) const = default;
};

// One step in a warning's life, in market days.
struct LifeEvent {
  Transition transition = Transition::kOpened;
  Day day{};
  Level level = Level::kNone;      // after it; for kResolved the level that was left
  std::vector<RuleOutcome> rules;  // those that have persisted, strongest first
};

// The state machine of one group: rules with persistence, hysteresis, minimum life and refractory
// period, counted in the market's days. Deterministic; a value; knows no clock.
//
// Levels go up at once, to the highest rule that has held for its persistence; they go down one
// at a time, when for clear_days no rule that brought the warning has kept its level or a higher
// one even with its clear margin, and not before min_life_days. A day on which a rule of the
// warning cannot be judged lowers nothing and begins no count; nor does a cost that went missing.
class LifeCycle {
 public:
  // Judges `day`, which must be later than every day before it. Returns what happened, in order.
  std::vector<LifeEvent> Step(const RulePack& pack, const RiskDay& day);

  Level level() const { return level_; }
  std::optional<Day> judged_through() const { return judged_through_; }
  // The rules that have persisted as of the last Step.
  const std::vector<RuleOutcome>& outcomes() const { return outcomes_; }

  // docs/format/warning.md. Decode: nullopt on damage.
  std::string Encode() const;
  static std::optional<LifeCycle> Decode(absl::string_view bytes);

 private:
  struct Progress {
    std::string rule;
    std::optional<Day> held_since;
    bool in_episode = false;  // has fired since the warning was raised
  };
  // Brings progress_ into the order of the pack's rules; a rule that is new starts afresh.
  void Reconcile(const RulePack& pack);
  // Moves the level, given the highest that fired, the highest that is not let go of, and the
  // highest of the rules of the warning that cannot be judged today.
  std::vector<LifeEvent> Move(const RulePack& pack, Day day, Level fired, Level kept,
                              Level unclear);
  void EndEpisode();

  std::vector<Progress> progress_;
  Level level_ = Level::kNone;
  std::optional<Day> judged_through_;
  std::optional<Day> raised_;
  std::optional<Day> clear_since_;
  std::optional<Day> refractory_until_;
  Level refractory_level_ = Level::kNone;
  std::vector<RuleOutcome> outcomes_;
};

}  // namespace glutwatch::warn

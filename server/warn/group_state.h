#pragma once
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/day.h"
#include "server/catalog/group.h"
#include "server/warn/life_cycle.h"

namespace glutwatch::warn {

// One step of an episode, without its evidence.
struct EpisodeStep {
  Transition transition = Transition::kOpened;  // opened, escalated, de-escalated or resolved
  Day day{};
  Level level = Level::kNone;
  bool operator==(const EpisodeStep&) const = default;
};

// A group's price from a warning's beginning to its end, as told in the log.
struct Episode {
  std::string warning_id;          // "" until it is in the log
  std::vector<EpisodeStep> steps;  // the first is kOpened
  bool retracted = false;

  Day raised() const { return steps.front().day; }
  // The day it ended; nullopt while it lasts.
  std::optional<Day> ended() const;
};

// What the desk remembers of a group between judgements. A value.
struct GroupState {
  // Market days with data that are kept, for cadence and missing days.
  static constexpr int kRecentDays = 28;
  // Of those, the ones that the cadence is taken from.
  static constexpr int kCadenceDays = 20;

  LifeCycle cycle;
  // The cycle before the newest day was judged: markets of a group report a day one after the
  // other, and the day is judged again without the rest of the history. Unset: not known.
  std::optional<LifeCycle> before;
  std::vector<Episode> episodes;
  std::vector<Day> recent_days;  // the newest kRecentDays judged, ascending
  bool has_risk = false;         // an indicator was ever available: worth keeping on disk

  std::optional<Day> newest_day() const;
  // The median gap between the newest kCadenceDays market days, at least 1.
  int CadenceDays() const;
  // Days of the 28 up to `day` without data.
  int MissingDays(Day day) const;

  // docs/format/warning.md. Decode: nullopt on damage.
  std::string Encode() const;
  static std::optional<GroupState> Decode(absl::string_view bytes);
};

// Something to be told: a step of an episode, with the day's risk that led to it.
struct Told {
  Transition transition = Transition::kOpened;
  size_t episode = 0;  // index into GroupState::episodes
  Level level = Level::kNone;
  RiskDay risk;                    // of the day that caused it
  std::vector<RuleOutcome> rules;  // as of that day
  int missing_days = 0;
  bool late = false;  // because of data for a day that had been judged before
};

// Judges further days, each later than those before: continues the life cycle. Updates `state`;
// new episodes have no id yet.
std::vector<Told> Continue(const RulePack& pack, absl::Span<const RiskDay> days, GroupState* state);

// What `state` was before its newest day was judged; nullopt if that is not known.
std::optional<GroupState> BeforeNewestDay(const GroupState& state);

// Judges again, after data came for a day that was judged already: `days` follow `base`, a new
// GroupState with the whole history, or BeforeNewestDay with that day and later ones, of which
// there must be one. What the log said stays where it is still right, and steps that go on from it
// are told as usual, late or not; otherwise the episode is REVISED to what it is now, or RETRACTED.
std::vector<Told> Rejudge(const RulePack& pack, const GroupState& base,
                          absl::Span<const RiskDay> days, GroupState* state);

}  // namespace glutwatch::warn

#include "server/warn/group_state.h"

#include <algorithm>

#include "base/bytes.h"
#include "server/warn/day_bytes.h"

namespace glutwatch::warn {
namespace {

constexpr uint8_t kFormatVersion = 1;
constexpr uint64_t kMostElements = 1'000'000;
constexpr int kMissingWindowDays = 28;

bool HasRisk(const RiskDay& day) {
  const auto& i = day.indicators;
  return i.price_to_norm || i.ifpa || i.alps || i.price_to_total_cost || i.price_to_cash_cost ||
         i.year_on_year;
}

void Remember(const RiskDay& day, GroupState* state) {
  state->has_risk |= HasRisk(day);
  if (state->recent_days.size() == GroupState::kRecentDays) {
    state->recent_days.erase(state->recent_days.begin());
  }
  state->recent_days.push_back(day.day);
}

// The episode that lasts; there is one while the life cycle has a level. It need not be the last:
// late data adds older ones behind it.
size_t OpenEpisode(const std::vector<Episode>& episodes) {
  size_t open = episodes.size() - 1;
  for (size_t i = 0; i < episodes.size(); ++i) {
    if (!episodes[i].retracted && !episodes[i].ended().has_value()) open = i;
  }
  return open;
}

}  // namespace

std::optional<Day> Episode::ended() const {
  if (steps.back().transition != Transition::kResolved) return std::nullopt;
  return steps.back().day;
}

std::optional<Day> GroupState::newest_day() const {
  if (recent_days.empty()) return std::nullopt;
  return recent_days.back();
}

int GroupState::CadenceDays() const {
  std::vector<int> gaps;
  const size_t count = recent_days.size();
  const size_t first = count > kCadenceDays ? count - kCadenceDays : 0;
  for (size_t i = first + 1; i < count; ++i) gaps.push_back(recent_days[i] - recent_days[i - 1]);
  if (gaps.empty()) return 1;
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return std::max(1, *middle);
}

int GroupState::MissingDays(Day day) const {
  const auto in_window = [&](Day seen) { return seen <= day && day - seen < kMissingWindowDays; };
  return kMissingWindowDays -
         static_cast<int>(std::count_if(recent_days.begin(), recent_days.end(), in_window));
}

std::vector<Told> Continue(const RulePack& pack, absl::Span<const RiskDay> days,
                           GroupState* state) {
  std::vector<Told> told;
  for (const RiskDay& day : days) {
    Remember(day, state);
    if (&day == &days.back()) state->before = state->cycle;
    for (LifeEvent& event : state->cycle.Step(pack, day)) {
      if (event.transition == Transition::kOpened) state->episodes.emplace_back();
      const size_t open = event.transition == Transition::kOpened ? state->episodes.size() - 1
                                                                  : OpenEpisode(state->episodes);
      state->episodes[open].steps.push_back({event.transition, event.day, event.level});
      told.push_back({event.transition, open, event.level, day, std::move(event.rules),
                      state->MissingDays(day.day), false});
    }
  }
  return told;
}

namespace {

// The logged episode that `fresh` is a new telling of: one that shares days with it.
std::optional<size_t> FindMatch(const Episode& fresh, const std::vector<Episode>& logged,
                                const std::vector<bool>& taken) {
  for (size_t i = 0; i < logged.size(); ++i) {
    if (taken[i] || logged[i].retracted) continue;
    const bool begins_in_time = !fresh.ended() || logged[i].raised() <= *fresh.ended();
    const bool ends_in_time = !logged[i].ended() || fresh.raised() <= *logged[i].ended();
    if (begins_in_time && ends_in_time) return i;
  }
  return std::nullopt;
}

// Whether everything that was told of `logged` is still true; `fresh` may go on from there.
bool GoesOn(const Episode& logged, const Episode& fresh) {
  return logged.steps.size() <= fresh.steps.size() &&
         std::equal(logged.steps.begin(), logged.steps.end(), fresh.steps.begin());
}

// The day that late data is judged by: the newest one, or if nothing is left the newest before.
RiskDay NewestOf(absl::Span<const RiskDay> days, std::optional<Day> judged) {
  if (!days.empty()) return days.back();
  RiskDay none;
  none.day = judged.value_or(Day{});
  none.indicators.day = none.day;
  return none;
}

}  // namespace

std::optional<GroupState> BeforeNewestDay(const GroupState& state) {
  if (!state.before.has_value() || state.recent_days.empty()) return std::nullopt;
  const Day newest = state.recent_days.back();
  GroupState base;
  base.cycle = *state.before;
  base.has_risk = state.has_risk;
  base.recent_days.assign(state.recent_days.begin(), state.recent_days.end() - 1);
  for (const Episode& episode : state.episodes) {
    if (episode.retracted || episode.raised() >= newest) continue;
    base.episodes.push_back(episode);
    auto& steps = base.episodes.back().steps;
    while (steps.back().day >= newest) steps.pop_back();
  }
  return base;
}

std::vector<Told> Rejudge(const RulePack& pack, const GroupState& base,
                          absl::Span<const RiskDay> days, GroupState* state) {
  const std::optional<Day> judged = state->cycle.judged_through();
  GroupState fresh = base;
  std::vector<Told> fresh_told = Continue(pack, days, &fresh);
  const RiskDay newest = NewestOf(days, judged);
  const auto newest_rules = fresh.cycle.outcomes();

  std::vector<Episode> merged = state->episodes;
  std::vector<bool> taken(merged.size(), false);
  std::vector<Told> told;
  for (size_t f = 0; f < fresh.episodes.size(); ++f) {
    const Episode& episode = fresh.episodes[f];
    const auto match = FindMatch(episode, state->episodes, taken);
    const size_t index = match.value_or(merged.size());
    size_t already_told = 0;
    if (!match.has_value()) {
      merged.push_back(episode);
    } else {
      taken[*match] = true;
      const bool goes_on = GoesOn(merged[index], episode);
      already_told = goes_on ? merged[index].steps.size() : episode.steps.size();
      merged[index].steps = episode.steps;
      if (!goes_on) {
        told.push_back({Transition::kRevised, index, episode.steps.back().level, newest,
                        newest_rules, fresh.MissingDays(newest.day), true});
      }
    }
    size_t step = f < base.episodes.size() ? base.episodes[f].steps.size() : 0;
    for (Told& one : fresh_told) {
      if (one.episode != f || step++ < already_told) continue;
      told.push_back(std::move(one));
      told.back().episode = index;
      told.back().late = judged.has_value() && told.back().risk.day <= *judged;
    }
  }
  for (size_t i = 0; i < state->episodes.size(); ++i) {
    if (taken[i] || merged[i].retracted) continue;
    merged[i].retracted = true;
    told.push_back({Transition::kRetracted, i, merged[i].steps.back().level, newest, newest_rules,
                    fresh.MissingDays(newest.day), true});
  }
  fresh.episodes = std::move(merged);
  fresh.has_risk |= state->has_risk;
  *state = std::move(fresh);
  return told;
}

std::string GroupState::Encode() const {
  ByteWriter out;
  out.U8(kFormatVersion);
  out.String(cycle.Encode());
  out.U8(before.has_value() ? 1 : 0);
  if (before.has_value()) out.String(before->Encode());
  out.U8(has_risk ? 1 : 0);
  out.Varint(recent_days.size());
  for (const Day day : recent_days) PutDay(day, &out);
  out.Varint(episodes.size());
  for (const Episode& episode : episodes) {
    out.String(episode.warning_id);
    out.U8(episode.retracted ? 1 : 0);
    out.Varint(episode.steps.size());
    for (const EpisodeStep& step : episode.steps) {
      out.U8(static_cast<uint8_t>(step.transition));
      PutDay(step.day, &out);
      out.U8(static_cast<uint8_t>(step.level));
    }
  }
  return out.Take();
}

std::optional<GroupState> GroupState::Decode(absl::string_view bytes) {
  ByteReader in(bytes);
  if (in.U8() != kFormatVersion) return std::nullopt;
  GroupState state;
  auto cycle = LifeCycle::Decode(in.String());
  if (!cycle.has_value()) return std::nullopt;
  state.cycle = *std::move(cycle);
  if (in.U8() != 0) {
    state.before = LifeCycle::Decode(in.String());
    if (!state.before.has_value()) return std::nullopt;
  }
  state.has_risk = in.U8() != 0;
  const uint64_t days = in.Varint();
  for (uint64_t i = 0; i < days && days <= kRecentDays && in.ok(); ++i) {
    state.recent_days.push_back(TakeDay(&in));
  }
  const uint64_t episodes = in.Varint();
  for (uint64_t e = 0; e < episodes && episodes < kMostElements && in.ok(); ++e) {
    Episode episode;
    episode.warning_id = in.String();
    episode.retracted = in.U8() != 0;
    const uint64_t steps = in.Varint();
    for (uint64_t s = 0; s < steps && steps < kMostElements && in.ok(); ++s) {
      EpisodeStep step;
      step.transition = static_cast<Transition>(in.U8());
      step.day = TakeDay(&in);
      step.level = static_cast<Level>(in.U8());
      episode.steps.push_back(step);
    }
    if (episode.steps.empty()) return std::nullopt;
    state.episodes.push_back(std::move(episode));
  }
  if (!in.done()) return std::nullopt;
  return state;
}

}  // namespace glutwatch::warn

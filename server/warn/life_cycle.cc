#include "server/warn/life_cycle.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "forecast/risk/cost_ratio.h"
#include "server/warn/day_bytes.h"

namespace glutwatch::warn {
namespace {

constexpr uint8_t kFormatVersion = 1;
constexpr uint64_t kMostRules = 1000;

// Whether something holds today; kUnknown where the data cannot tell.
enum class Truth { kNo, kUnknown, kYes };

// The threshold, moved by the clear margin: relative for ratios, absolute for scores.
double Threshold(const Condition& condition, double margin) {
  return IsRatio(condition.indicator) ? condition.at_most * (1 + margin)
                                      : condition.at_most + margin;
}

// Ratios are held against a line as the decimals that they were made from: a price exactly on it is
// not below it, however the division was rounded.
bool Meets(const Condition& condition, double value, double threshold) {
  if (IsRatio(condition.indicator)) {
    return condition.strict ? forecast::risk::IsBelow(value, threshold)
                            : forecast::risk::IsAtMost(value, threshold);
  }
  return condition.strict ? value < threshold : value <= threshold;
}

Truth Holds(const Rule& rule, const RiskDay& day, double margin) {
  Truth truth = Truth::kYes;
  for (const Condition& condition : rule.all_of) {
    const auto value = ValueOf(day.indicators, condition.indicator);
    if (!value.has_value()) {
      truth = Truth::kUnknown;
      continue;
    }
    if (!Meets(condition, *value, Threshold(condition, margin))) return Truth::kNo;
  }
  return truth;
}

std::string Detail(const Rule& rule, const RiskDay& day) {
  std::string text;
  for (const Condition& condition : rule.all_of) {
    const auto value = ValueOf(day.indicators, condition.indicator);
    absl::StrAppend(&text, text.empty() ? "" : "; ", IndicatorName(condition.indicator), " ",
                    std::round(value.value_or(0) * 1000) / 1000,
                    condition.strict ? " < " : " <= ", condition.at_most_text);
  }
  return text;
}

Level LevelBelow(Level level) { return static_cast<Level>(static_cast<int>(level) - 1); }

}  // namespace

std::vector<LifeEvent> LifeCycle::Step(const RulePack& pack, const RiskDay& day) {
  Reconcile(pack);
  Level fired = Level::kNone;
  Level kept = Level::kNone;
  Level unclear = Level::kNone;
  outcomes_.clear();
  const Level cap = day.has_cost ? Level::kRed : pack.max_level_without_cost;
  for (size_t i = 0; i < pack.rules.size(); ++i) {
    const Rule& rule = pack.rules[i];
    Progress& progress = progress_[i];
    const Truth truth = Holds(rule, day, 0);
    if (truth == Truth::kNo) progress.held_since.reset();
    if (truth == Truth::kYes && !progress.held_since.has_value()) progress.held_since = day.day;
    if (truth == Truth::kYes && day.day - *progress.held_since >= rule.persistence_days) {
      const Level level = std::min(rule.level, cap);
      fired = std::max(fired, level);
      progress.in_episode = true;
      outcomes_.push_back({rule.id, level, *progress.held_since, Detail(rule, day)});
    }
    if (!progress.in_episode) continue;
    // Not capped: a cost that went missing lowers nothing.
    const Truth relaxed = Holds(rule, day, rule.clear_margin);
    if (relaxed == Truth::kYes) kept = std::max(kept, rule.level);
    if (relaxed == Truth::kUnknown) unclear = std::max(unclear, rule.level);
  }
  std::stable_sort(outcomes_.begin(), outcomes_.end(),
                   [](const RuleOutcome& a, const RuleOutcome& b) { return a.level > b.level; });
  judged_through_ = day.day;
  return Move(pack, day.day, fired, kept, unclear);
}

void LifeCycle::Reconcile(const RulePack& pack) {
  const auto same = [](const Progress& progress, const Rule& rule) {
    return progress.rule == rule.id;
  };
  if (std::equal(progress_.begin(), progress_.end(), pack.rules.begin(), pack.rules.end(), same)) {
    return;
  }
  std::vector<Progress> fresh;
  for (const Rule& rule : pack.rules) {
    const auto known = std::find_if(progress_.begin(), progress_.end(),
                                    [&](const Progress& p) { return p.rule == rule.id; });
    fresh.push_back(known == progress_.end() ? Progress{rule.id, std::nullopt, false} : *known);
  }
  progress_ = std::move(fresh);
}

std::vector<LifeEvent> LifeCycle::Move(const RulePack& pack, Day day, Level fired, Level kept,
                                       Level unclear) {
  std::vector<LifeEvent> events;
  if (level_ == Level::kNone) {
    const bool refractory =
        refractory_until_.has_value() && day <= *refractory_until_ && fired <= refractory_level_;
    if (fired == Level::kNone || refractory) {
      EndEpisode();
      return events;
    }
    level_ = fired;
    raised_ = day;
    clear_since_.reset();
    events.push_back({Transition::kOpened, day, level_, outcomes_});
    return events;
  }
  if (fired > level_) {
    level_ = fired;
    clear_since_.reset();
    events.push_back({Transition::kEscalated, day, level_, outcomes_});
    return events;
  }
  if (std::max(fired, kept) >= level_) {
    clear_since_.reset();
    return events;
  }
  if (unclear >= level_) return events;  // silence is not calm
  if (!clear_since_.has_value()) clear_since_ = day;
  if (day - *clear_since_ < pack.clear_days || day - *raised_ < pack.min_life_days) return events;
  clear_since_.reset();
  const Level left = level_;
  level_ = LevelBelow(level_);
  if (level_ != Level::kNone) {
    clear_since_ = day;
    events.push_back({Transition::kDeescalated, day, level_, outcomes_});
    return events;
  }
  clear_since_.reset();
  raised_.reset();
  refractory_until_ = day + pack.refractory_days;
  refractory_level_ = left;
  EndEpisode();
  events.push_back({Transition::kResolved, day, left, outcomes_});
  return events;
}

void LifeCycle::EndEpisode() {
  for (Progress& progress : progress_) progress.in_episode = false;
}

std::string LifeCycle::Encode() const {
  ByteWriter out;
  out.U8(kFormatVersion);
  out.U8(static_cast<uint8_t>(level_));
  out.U8(static_cast<uint8_t>(refractory_level_));
  for (const auto& day : {judged_through_, raised_, clear_since_, refractory_until_}) {
    PutOptionalDay(day, &out);
  }
  out.Varint(progress_.size());
  for (const Progress& progress : progress_) {
    out.String(progress.rule);
    PutOptionalDay(progress.held_since, &out);
    out.U8(progress.in_episode ? 1 : 0);
  }
  return out.Take();
}

std::optional<LifeCycle> LifeCycle::Decode(absl::string_view bytes) {
  ByteReader in(bytes);
  if (in.U8() != kFormatVersion) return std::nullopt;
  LifeCycle cycle;
  const uint8_t level = in.U8();
  const uint8_t refractory_level = in.U8();
  if (level > 4 || refractory_level > 4) return std::nullopt;
  cycle.level_ = static_cast<Level>(level);
  cycle.refractory_level_ = static_cast<Level>(refractory_level);
  for (auto* day :
       {&cycle.judged_through_, &cycle.raised_, &cycle.clear_since_, &cycle.refractory_until_}) {
    *day = TakeOptionalDay(&in);
  }
  const uint64_t rules = in.Varint();
  if (rules > kMostRules) return std::nullopt;
  for (uint64_t i = 0; i < rules && in.ok(); ++i) {
    Progress progress;
    progress.rule = in.String();
    progress.held_since = TakeOptionalDay(&in);
    progress.in_episode = in.U8() != 0;
    cycle.progress_.push_back(std::move(progress));
  }
  const bool episode_is_whole = (cycle.level_ == Level::kNone) == !cycle.raised_.has_value();
  if (!in.done() || !episode_is_whole) return std::nullopt;
  return cycle;
}

}  // namespace glutwatch::warn

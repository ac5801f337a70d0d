#include "server/warn/warning_desk.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "server/warn/explain.h"
#include "server/warn/group_state.h"
#include "server/warn/warning_book.h"

namespace glutwatch::warn {

using catalog::Group;

namespace {

constexpr size_t kMaxWriteBytes = size_t{4} << 20;

class Desk final : public WarningDesk {
 public:
  Desk(const storage::Database* database, const catalog::Catalog* catalog, const RiskSource* risks,
       const Clock* clock, RulePack pack, std::unique_ptr<WarningBook> book)
      : database_(database),
        catalog_(catalog),
        risks_(risks),
        clock_(clock),
        pack_(std::move(pack)),
        book_(std::move(book)) {}

  absl::Status Judge(absl::Span<const Change> changes, int64_t vintage_us, bool last) override;
  int64_t judged_through_us() const override { return book_->judged_through_us(); }
  absl::Status CheckFreshness() override;

  std::optional<Warning> Find(absl::string_view id) const override { return book_->Find(id); }
  std::vector<Warning> List(const WarningFilter& filter, absl::string_view after,
                            int limit) const override {
    const auto matches = [&](const Warning& warning) { return filter.Matches(warning, *catalog_); };
    return book_->List(matches, after, limit);
  }
  absl::StatusOr<std::vector<WarningEvent>> History(absl::string_view id) const override {
    return book_->History(id);
  }
  std::vector<Warning> Snapshot(const WarningFilter& filter, int64_t* seq) const override {
    const auto matches = [&](const Warning& warning) { return filter.Matches(warning, *catalog_); };
    return book_->Snapshot(matches, seq);
  }
  absl::StatusOr<Explanation> Explain(absl::string_view id, int64_t generation) const override;

  absl::StatusOr<std::vector<WarningEvent>> ReadAfter(int64_t after, int limit) const override {
    return book_->ReadAfter(after, limit);
  }
  int64_t last_seq() const override { return book_->last_seq(); }
  absl::string_view log_id() const override { return book_->log_id(); }
  uint64_t epoch() const override { return database_->epoch(); }
  int64_t AddListener(std::function<void()> listener) override {
    return book_->AddListener(std::move(listener));
  }
  void RemoveListener(int64_t handle) override { book_->RemoveListener(handle); }

  const RulePack& pack() const override { return pack_; }
  std::optional<Day> judged_day() const override { return book_->judged_day(); }

 private:
  using Draft = WarningBook::Draft;

  Freshness FreshnessOf(const Group& group, const GroupState& state) const;
  bool IsRegionBlind(const std::string& region) const;
  Freshness Worsened(Freshness own, const std::string& region) const;

  absl::Status JudgeGroup(const Change& change, int64_t vintage_us, Draft* draft);
  absl::Status Tell(const Group& group, const Told& told, int64_t vintage_us, GroupState* state,
                    Draft* draft);
  // Appends an event that makes `record` what it says.
  void Log(Transition transition, Day market_day, std::string cause, WarningRecord record,
           Draft* draft);
  void StageFreshness(const std::string& id, Freshness now, Draft* draft);
  void StageBlindRegion(const std::string& region, bool blind, Draft* draft);

  const storage::Database* const database_;
  const catalog::Catalog* const catalog_;
  const RiskSource* const risks_;
  const Clock* const clock_;
  const RulePack pack_;

  Mutex judge_mu_;  // Judge and CheckFreshness: they are the book's writer, one at a time
  const std::unique_ptr<WarningBook> book_;
};

Freshness Desk::FreshnessOf(const Group& group, const GroupState& state) const {
  const auto newest = state.newest_day();
  if (!newest.has_value()) return Freshness::kStale;
  const int age = risks_->Today(group) - *newest;
  return age > pack_.stale_trading_days * state.CadenceDays() ? Freshness::kStale
                                                              : Freshness::kFresh;
}

bool Desk::IsRegionBlind(const std::string& region) const {
  bool any = false;
  for (auto it = book_->groups().lower_bound(Group{"", region});
       it != book_->groups().end() && it->first.region == region; ++it) {
    // A group that a merge emptied is not silent: its markets are elsewhere.
    if (!it->second.has_risk || !it->second.newest_day().has_value()) continue;
    any = true;
    if (FreshnessOf(it->first, it->second) == Freshness::kFresh) return false;
  }
  return any;
}

Freshness Desk::Worsened(Freshness own, const std::string& region) const {
  return own == Freshness::kStale && IsRegionBlind(region) ? Freshness::kBlind : own;
}

absl::Status Desk::Judge(absl::Span<const Change> changes, int64_t vintage_us, bool last) {
  MutexLock judging(&judge_mu_);
  Draft draft(book_.get());
  for (const Change& change : changes) {
    GLUTWATCH_RETURN_IF_ERROR(JudgeGroup(change, vintage_us, &draft));
    if (draft.bytes() > kMaxWriteBytes) GLUTWATCH_RETURN_IF_ERROR(draft.Commit(std::nullopt));
  }
  return draft.Commit(last ? std::optional<int64_t>(vintage_us) : std::nullopt);
}

absl::Status Desk::JudgeGroup(const Change& change, int64_t vintage_us, Draft* draft) {
  const GroupState* known = draft->FindGroup(change.group);
  GroupState state = known == nullptr ? GroupState{} : *known;
  const std::optional<Day> judged = state.cycle.judged_through();
  const bool late = judged.has_value() && change.first_day <= *judged;
  std::optional<GroupState> base;
  if (late && change.first_day == *judged) base = BeforeNewestDay(state);
  const Day from = base.has_value() ? *judged : late || !judged.has_value() ? kMinDay : *judged + 1;
  GLUTWATCH_ASSIGN_OR_RETURN(std::vector<RiskDay> days,
                             risks_->Days(change.group, from, kMaxDay, vintage_us));
  if (base.has_value() && days.empty()) {  // the newest day was withdrawn
    base.reset();
    GLUTWATCH_ASSIGN_OR_RETURN(days, risks_->Days(change.group, kMinDay, kMaxDay, vintage_us));
  }
  if (days.empty() && !late) return absl::OkStatus();
  const std::vector<Told> told = late ? Rejudge(pack_, base.value_or(GroupState{}), days, &state)
                                      : Continue(pack_, days, &state);
  for (const Told& one : told) {
    GLUTWATCH_RETURN_IF_ERROR(Tell(change.group, one, vintage_us, &state, draft));
  }
  draft->PutGroup(change.group, std::move(state));
  return absl::OkStatus();
}

absl::Status Desk::Tell(const Group& group, const Told& told, int64_t vintage_us, GroupState* state,
                        Draft* draft) {
  Episode& episode = state->episodes[told.episode];
  WarningRecord record;
  if (episode.warning_id.empty()) {
    episode.warning_id = draft->NewId(group, episode.raised());
    record.warning.id = episode.warning_id;
    record.warning.group = group;
    record.warning.simulated = risks_->IsSimulated(group);
  } else {
    record = *draft->FindWarning(episode.warning_id);
  }
  Warning& warning = record.warning;
  warning.raised_day = episode.raised();
  warning.level = told.level;
  warning.market_day = told.risk.day;
  const bool ended = told.transition == Transition::kRevised
                         ? episode.ended().has_value()
                         : told.transition == Transition::kResolved;
  warning.state = told.transition == Transition::kRetracted ? State::kRetracted
                  : ended                                   ? State::kCleared
                                                            : State::kInForce;
  warning.ended_day.reset();
  if (warning.state == State::kCleared) warning.ended_day = *episode.ended();
  if (warning.state == State::kRetracted) warning.ended_day = told.risk.day;
  warning.freshness = Worsened(FreshnessOf(group, *state), group.region);
  Evidence& evidence = warning.evidence;
  evidence.rules = told.rules;
  evidence.group = told.risk.indicators;
  GLUTWATCH_ASSIGN_OR_RETURN(evidence.series, risks_->Series(group, told.risk.day, vintage_us));
  evidence.vintage_us = vintage_us;
  evidence.rule_pack = PackName(pack_);
  evidence.model_version = kModelVersion;
  evidence.missing_days = told.missing_days;
  std::string cause = told.rules.empty() ? std::string("no rule holds")
                                         : absl::StrCat("rule ", told.rules.front().rule);
  if (told.late) absl::StrAppend(&cause, "; late data");
  Log(told.transition, told.risk.day, std::move(cause), std::move(record), draft);
  return absl::OkStatus();
}

void Desk::Log(Transition transition, Day market_day, std::string cause, WarningRecord record,
               Draft* draft) {
  draft->Log(transition, market_day, std::move(cause), absl::ToUnixMicros(clock_->Now()),
             std::move(record));
}

absl::Status Desk::CheckFreshness() {
  MutexLock judging(&judge_mu_);
  Draft draft(book_.get());
  std::set<std::string> regions;
  for (const auto& [group, state] : book_->groups()) {
    if (state.has_risk) regions.insert(group.region);
  }
  std::set<std::string> blind;
  for (const std::string& region : regions) {
    if (IsRegionBlind(region)) blind.insert(region);
    StageBlindRegion(region, blind.contains(region), &draft);
  }
  for (const std::string& id : book_->in_force()) {
    const Warning& warning = book_->warning(id);
    if (warning.kind != Kind::kGlut) continue;
    const auto group = book_->groups().find(warning.group);
    if (group == book_->groups().end()) continue;
    Freshness now = FreshnessOf(warning.group, group->second);
    if (now == Freshness::kStale && blind.contains(warning.group.region)) now = Freshness::kBlind;
    StageFreshness(id, now, &draft);
  }
  return draft.Commit(std::nullopt);
}

void Desk::StageFreshness(const std::string& id, Freshness now, Draft* draft) {
  WarningRecord record = *draft->FindWarning(id);
  if (record.warning.freshness == now) return;
  record.warning.freshness = now;
  const Transition transition = now == Freshness::kFresh   ? Transition::kFresh
                                : now == Freshness::kStale ? Transition::kStale
                                                           : Transition::kNoData;
  const Day newest = *book_->groups().at(record.warning.group).newest_day();
  Log(transition, risks_->Today(record.warning.group),
      absl::StrCat("newest market day is ", FormatDay(newest)), std::move(record), draft);
}

void Desk::StageBlindRegion(const std::string& region, bool blind, Draft* draft) {
  const Group whole{"", region};
  const std::string prefix = region + "-blind-";
  std::string open;
  for (auto it = book_->in_force().lower_bound(prefix);
       it != book_->in_force().end() && absl::StartsWith(*it, prefix); ++it) {
    if (book_->warning(*it).group == whole) open = *it;
  }
  if (blind == !open.empty()) return;
  const Day today = risks_->Today(whole);
  if (!blind) {
    WarningRecord record = *draft->FindWarning(open);
    record.warning.state = State::kCleared;
    record.warning.freshness = Freshness::kFresh;
    record.warning.market_day = today;
    record.warning.ended_day = today;
    Log(Transition::kResolved, today, "prices came back", std::move(record), draft);
    return;
  }
  WarningRecord record;
  Warning& warning = record.warning;
  warning.id = draft->NewId(whole, today);
  warning.kind = Kind::kBlind;
  warning.group = whole;
  warning.level = Level::kBlue;
  warning.freshness = Freshness::kBlind;
  warning.raised_day = today;
  warning.market_day = today;
  warning.evidence.rule_pack = PackName(pack_);
  warning.evidence.model_version = kModelVersion;
  Log(Transition::kOpened, today,
      absl::StrCat("no market of the region has reported for more than ", pack_.stale_trading_days,
                   " trading days"),
      std::move(record), draft);
}

absl::StatusOr<WarningDesk::Explanation> Desk::Explain(absl::string_view id,
                                                       int64_t generation) const {
  GLUTWATCH_ASSIGN_OR_RETURN(std::vector<WarningEvent> events, History(id));
  const auto wanted = std::find_if(events.begin(), events.end(), [&](const WarningEvent& event) {
    return event.warning.generation == generation;
  });
  if (generation != 0 && wanted == events.end()) {
    return absl::NotFoundError(absl::StrCat("warning \"", id, "\" has ", events.size(),
                                            " events, none of generation ", generation));
  }
  Explanation result;
  result.event = generation == 0 ? events.back() : *wanted;
  const Warning& warning = result.event.warning;
  if (warning.kind == Kind::kBlind) {  // rests on the clock and on silence, not on prices
    result.recomputed = warning.evidence;
    result.reproduced = true;
    return result;
  }
  const int64_t vintage_us = warning.evidence.vintage_us;
  GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<RiskDay> days,
                             risks_->Days(warning.group, kMinDay, warning.market_day, vintage_us));
  GLUTWATCH_ASSIGN_OR_RETURN(std::vector<SeriesEvidence> series,
                             risks_->Series(warning.group, warning.market_day, vintage_us));
  auto judgement = JudgeThrough(pack_, days, warning.market_day, std::move(series), vintage_us);
  if (!judgement.has_value()) {
    result.difference = absl::StrCat("no price on ", FormatDay(warning.market_day),
                                     " as of the vintage of the warning");
    return result;
  }
  result.recomputed = std::move(judgement->evidence);
  result.difference = FirstDifference(warning.evidence, result.recomputed);
  // Late data may be about an episode that was over; then today's level is another's.
  const bool about_the_past = result.event.transition == Transition::kRevised ||
                              result.event.transition == Transition::kRetracted;
  const Level logged = warning.state == State::kInForce ? warning.level : Level::kNone;
  if (result.difference.empty() && logged != judgement->level && !about_the_past) {
    result.difference = absl::StrCat("level: ", static_cast<int>(logged), " logged, ",
                                     static_cast<int>(judgement->level), " now");
  }
  result.reproduced = result.difference.empty();
  return result;
}

}  // namespace

WarningDesk::~WarningDesk() = default;

bool WarningFilter::Matches(const Warning& warning, const catalog::Catalog& catalog) const {
  if (warning.level < min_level) return false;
  if (!region.empty() && !catalog.IsWithin(warning.group.region, region)) return false;
  if (!products.empty() &&
      std::find(products.begin(), products.end(), warning.group.product) == products.end()) {
    return false;
  }
  return states.empty() || std::find(states.begin(), states.end(), warning.state) != states.end();
}

absl::StatusOr<std::unique_ptr<WarningDesk>> WarningDesk::Open(storage::Database* database,
                                                               const catalog::Catalog* catalog,
                                                               const RiskSource* risks,
                                                               const Clock* clock, RulePack pack) {
  GLUTWATCH_RETURN_IF_ERROR(Validate(pack));
  GLUTWATCH_ASSIGN_OR_RETURN(auto book, WarningBook::Open(database));
  return std::make_unique<Desk>(database, catalog, risks, clock, std::move(pack), std::move(book));
}

}  // namespace glutwatch::warn

#include "server/warn/warning_desk.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "server/warn/explain.h"
#include "server/warn/group_state.h"

namespace glutwatch::warn {

using catalog::Group;
using storage::Durability;
using storage::Table;
using storage::WriteSet;

namespace {

constexpr char kLogId[] = "warnings";
constexpr char kPositionKey[] = "warn/judged_through_us";
// Keys of the kWarnings table: "g/{region}/{product}" and "w/{warning id}".
constexpr char kGroupPrefix[] = "g/";
constexpr char kWarningPrefix[] = "w/";
constexpr size_t kMaxWriteBytes = size_t{4} << 20;
constexpr int kReadBlock = 1000;

std::string GroupKey(const Group& group) {
  return absl::StrCat(kGroupPrefix, group.region, "/", group.product);
}
std::string WarningKey(absl::string_view id) { return absl::StrCat(kWarningPrefix, id); }

// A warning's newest state and where its events stand in the log.
struct WarningRecord {
  Warning warning;
  std::vector<int64_t> seqs;

  std::string Encode(const WarningEvent& newest) const {
    ByteWriter out;
    out.String(EncodeEvent(newest));
    out.Varint(seqs.size());
    for (const int64_t seq : seqs) out.Signed(seq);
    return out.Take();
  }
  static absl::StatusOr<WarningRecord> Decode(absl::string_view key, absl::string_view bytes) {
    ByteReader in(bytes);
    WarningRecord record;
    GLUTWATCH_ASSIGN_OR_RETURN(WarningEvent event, DecodeEvent(in.String(), 0));
    record.warning = std::move(event.warning);
    const uint64_t count = in.Varint();
    for (uint64_t i = 0; i < count && in.ok(); ++i) record.seqs.push_back(in.Signed());
    if (!in.done()) return absl::DataLossError(absl::StrCat("warnings: key ", key, " is damaged"));
    return record;
  }
};

std::string Compact(Day day) {
  const absl::CivilDay civil = ToCivil(day);
  return absl::StrCat(civil.year() * 10000 + civil.month() * 100 + civil.day());
}

class Desk final : public WarningDesk {
 public:
  Desk(storage::Database* database, const catalog::Catalog* catalog, const RiskSource* risks,
       const Clock* clock, RulePack pack, storage::EventLog log)
      : database_(database),
        catalog_(catalog),
        risks_(risks),
        clock_(clock),
        pack_(std::move(pack)),
        log_(std::move(log)) {}

  absl::Status Load();

  absl::Status Judge(absl::Span<const Change> changes, int64_t vintage_us, bool last) override;
  int64_t judged_through_us() const override {
    ReaderMutexLock lock(&mu_);
    return judged_through_us_;
  }
  absl::Status CheckFreshness() override;

  std::optional<Warning> Find(absl::string_view id) const override {
    ReaderMutexLock lock(&mu_);
    const auto it = warnings_.find(std::string(id));
    if (it == warnings_.end()) return std::nullopt;
    return it->second.warning;
  }
  std::vector<Warning> List(const WarningFilter& filter, absl::string_view after,
                            int limit) const override;
  absl::StatusOr<std::vector<WarningEvent>> History(absl::string_view id) const override;
  std::vector<Warning> Snapshot(const WarningFilter& filter, int64_t* seq) const override;
  absl::StatusOr<Explanation> Explain(absl::string_view id, int64_t generation) const override;

  absl::StatusOr<std::vector<WarningEvent>> ReadAfter(int64_t after, int limit) const override;
  int64_t last_seq() const override { return log_.last_seq(); }
  absl::string_view log_id() const override { return log_.log_id(); }
  uint64_t epoch() const override { return database_->epoch(); }
  int64_t AddListener(std::function<void()> listener) override;
  void RemoveListener(int64_t handle) override;

  const RulePack& pack() const override { return pack_; }
  std::optional<Day> judged_day() const override {
    ReaderMutexLock lock(&mu_);
    return judged_day_;
  }

 private:
  // Changes that are written together and only then become visible.
  struct Staged {
    WriteSet set;
    std::map<Group, GroupState> groups;
    std::map<std::string, WarningRecord> warnings;
    int64_t events = 0;
  };

  const GroupState* StateOf(const Staged& staged, const Group& group) const;
  const WarningRecord* RecordOf(const Staged& staged, const std::string& id) const;
  std::string NewId(const Staged& staged, const Group& group, Day raised) const;
  Freshness FreshnessOf(const Group& group, const GroupState& state) const;
  bool IsRegionBlind(const std::string& region) const;
  Freshness Worsened(Freshness own, const std::string& region) const;

  absl::Status JudgeGroup(const Change& change, int64_t vintage_us, Staged* staged);
  absl::Status Tell(const Group& group, const Told& told, int64_t vintage_us, GroupState* state,
                    Staged* staged);
  // Appends an event that makes `record` what it says.
  void Log(Transition transition, Day market_day, std::string cause, WarningRecord record,
           Staged* staged);
  void StageFreshness(const std::string& id, Freshness now, Staged* staged);
  void StageBlindRegion(const std::string& region, bool blind, Staged* staged);
  absl::Status Commit(Staged* staged, std::optional<int64_t> position);
  void Notify();
  absl::StatusOr<WarningEvent> EventAt(int64_t seq) const;

  storage::Database* const database_;
  const catalog::Catalog* const catalog_;
  const RiskSource* const risks_;
  const Clock* const clock_;
  const RulePack pack_;

  // Judge and CheckFreshness, one at a time. They alone write what mu_ guards, so they may read
  // it without mu_.
  Mutex judge_mu_;
  mutable SharedMutex mu_;
  storage::EventLog log_;
  std::map<Group, GroupState> groups_;  // ordered by region
  std::map<std::string, WarningRecord> warnings_;
  std::set<std::string> in_force_;
  int64_t judged_through_us_ = 0;
  std::optional<Day> judged_day_;

  Mutex listeners_mu_;
  int64_t next_listener_ ABSL_GUARDED_BY(listeners_mu_) = 1;
  std::map<int64_t, std::function<void()>> listeners_ ABSL_GUARDED_BY(listeners_mu_);
};

absl::Status Desk::Load() {
  absl::Status status;
  const auto take = [&](absl::string_view key, absl::string_view value) {
    if (key.substr(0, 2) == kWarningPrefix) {
      auto record = WarningRecord::Decode(key, value);
      if (!record.ok()) {
        status = record.status();
        return false;
      }
      if (record->warning.state == State::kInForce) in_force_.insert(record->warning.id);
      warnings_[record->warning.id] = *std::move(record);
      return true;
    }
    auto state = GroupState::Decode(value);
    const absl::string_view name = key.substr(2);
    const size_t slash = name.find('/');
    if (!state.has_value() || slash == absl::string_view::npos) {
      status = absl::DataLossError(absl::StrCat("warnings: key ", key, " is damaged"));
      return false;
    }
    const Group group{std::string(name.substr(slash + 1)), std::string(name.substr(0, slash))};
    judged_day_ = std::max(judged_day_, state->newest_day());
    groups_[group] = *std::move(state);
    return true;
  };
  GLUTWATCH_RETURN_IF_ERROR(database_->Scan(Table::kWarnings, "", "", take));
  GLUTWATCH_RETURN_IF_ERROR(status);
  const auto position = database_->Get(Table::kMeta, kPositionKey);
  if (absl::IsNotFound(position.status())) return absl::OkStatus();
  GLUTWATCH_RETURN_IF_ERROR(position.status());
  ByteReader in(*position);
  judged_through_us_ = in.Signed();
  if (!in.done())
    return absl::DataLossError(absl::StrCat("meta: key ", kPositionKey, " is damaged"));
  return absl::OkStatus();
}

const GroupState* Desk::StateOf(const Staged& staged, const Group& group) const {
  if (const auto it = staged.groups.find(group); it != staged.groups.end()) return &it->second;
  const auto it = groups_.find(group);
  return it == groups_.end() ? nullptr : &it->second;
}

const WarningRecord* Desk::RecordOf(const Staged& staged, const std::string& id) const {
  if (const auto it = staged.warnings.find(id); it != staged.warnings.end()) return &it->second;
  const auto it = warnings_.find(id);
  return it == warnings_.end() ? nullptr : &it->second;
}

std::string Desk::NewId(const Staged& staged, const Group& group, Day raised) const {
  const std::string product = group.product.empty() ? "blind" : group.product;
  const std::string base = absl::StrCat(group.region, "-", product, "-", Compact(raised));
  std::string id = base;
  for (int n = 2; RecordOf(staged, id) != nullptr; ++n) id = absl::StrCat(base, "-", n);
  return id;
}

Freshness Desk::FreshnessOf(const Group& group, const GroupState& state) const {
  const auto newest = state.newest_day();
  if (!newest.has_value()) return Freshness::kStale;
  const int age = risks_->Today(group) - *newest;
  return age > pack_.stale_trading_days * state.CadenceDays() ? Freshness::kStale
                                                              : Freshness::kFresh;
}

bool Desk::IsRegionBlind(const std::string& region) const {
  bool any = false;
  for (auto it = groups_.lower_bound(Group{"", region});
       it != groups_.end() && it->first.region == region; ++it) {
    if (!it->second.has_risk) continue;
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
  Staged staged;
  for (const Change& change : changes) {
    if (absl::Status status = JudgeGroup(change, vintage_us, &staged); !status.ok()) {
      log_.Aborted();
      return status;
    }
    if (staged.set.bytes() > kMaxWriteBytes) {
      GLUTWATCH_RETURN_IF_ERROR(Commit(&staged, std::nullopt));
    }
  }
  return Commit(&staged, last ? std::optional<int64_t>(vintage_us) : std::nullopt);
}

absl::Status Desk::JudgeGroup(const Change& change, int64_t vintage_us, Staged* staged) {
  const GroupState* known = StateOf(*staged, change.group);
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
    GLUTWATCH_RETURN_IF_ERROR(Tell(change.group, one, vintage_us, &state, staged));
  }
  if (state.has_risk) {
    staged->set.Put(Table::kWarnings, GroupKey(change.group), state.Encode());
  }
  staged->groups[change.group] = std::move(state);
  return absl::OkStatus();
}

absl::Status Desk::Tell(const Group& group, const Told& told, int64_t vintage_us, GroupState* state,
                        Staged* staged) {
  Episode& episode = state->episodes[told.episode];
  WarningRecord record;
  if (episode.warning_id.empty()) {
    episode.warning_id = NewId(*staged, group, episode.raised());
    record.warning.id = episode.warning_id;
    record.warning.group = group;
    record.warning.simulated = risks_->IsSimulated(group);
  } else {
    record = *RecordOf(*staged, episode.warning_id);
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
  Log(told.transition, told.risk.day, std::move(cause), std::move(record), staged);
  return absl::OkStatus();
}

void Desk::Log(Transition transition, Day market_day, std::string cause, WarningRecord record,
               Staged* staged) {
  ++record.warning.generation;
  WarningEvent event;
  event.transition = transition;
  event.warning = record.warning;
  event.commit_us = absl::ToUnixMicros(clock_->Now());
  event.market_day = market_day;
  event.cause = std::move(cause);
  record.seqs.push_back(log_.Append(EncodeEvent(event), &staged->set));
  staged->set.Put(Table::kWarnings, WarningKey(record.warning.id), record.Encode(event));
  const std::string id = record.warning.id;
  staged->warnings[id] = std::move(record);
  ++staged->events;
}

absl::Status Desk::Commit(Staged* staged, std::optional<int64_t> position) {
  const bool moves = position.has_value() && *position > judged_through_us_;
  if (moves) {
    ByteWriter out;
    out.Signed(*position);
    staged->set.Put(Table::kMeta, kPositionKey, out.bytes());
  }
  if (!staged->set.empty()) {
    // A position alone may be lost with the machine: what follows it is judged again, to no effect.
    const bool told = staged->events > 0;
    const absl::Status status =
        database_->Write(staged->set, told ? Durability::kFsynced : Durability::kBuffered);
    if (!status.ok()) {
      log_.Aborted();
      return status;
    }
  }
  {
    WriterMutexLock lock(&mu_);
    for (auto& [group, state] : staged->groups) {
      judged_day_ = std::max(judged_day_, state.newest_day());
      groups_[group] = std::move(state);
    }
    for (auto& [id, record] : staged->warnings) {
      if (record.warning.state == State::kInForce) {
        in_force_.insert(id);
      } else {
        in_force_.erase(id);
      }
      warnings_[id] = std::move(record);
    }
    if (moves) judged_through_us_ = *position;
    log_.Committed();
  }
  const bool told = staged->events > 0;
  *staged = Staged{};
  if (told) Notify();
  return absl::OkStatus();
}

absl::Status Desk::CheckFreshness() {
  MutexLock judging(&judge_mu_);
  Staged staged;
  std::set<std::string> regions;
  for (const auto& [group, state] : groups_) {
    if (state.has_risk) regions.insert(group.region);
  }
  std::set<std::string> blind;
  for (const std::string& region : regions) {
    if (IsRegionBlind(region)) blind.insert(region);
    StageBlindRegion(region, blind.contains(region), &staged);
  }
  const std::set<std::string> in_force = in_force_;
  for (const std::string& id : in_force) {
    const Warning& warning = warnings_.at(id).warning;
    if (warning.kind != Kind::kGlut) continue;
    const auto group = groups_.find(warning.group);
    if (group == groups_.end()) continue;
    Freshness now = FreshnessOf(warning.group, group->second);
    if (now == Freshness::kStale && blind.contains(warning.group.region)) now = Freshness::kBlind;
    StageFreshness(id, now, &staged);
  }
  return Commit(&staged, std::nullopt);
}

void Desk::StageFreshness(const std::string& id, Freshness now, Staged* staged) {
  WarningRecord record = warnings_.at(id);
  if (record.warning.freshness == now) return;
  record.warning.freshness = now;
  const Transition transition = now == Freshness::kFresh   ? Transition::kFresh
                                : now == Freshness::kStale ? Transition::kStale
                                                           : Transition::kNoData;
  const Day newest = *groups_.at(record.warning.group).newest_day();
  Log(transition, risks_->Today(record.warning.group),
      absl::StrCat("newest market day is ", FormatDay(newest)), std::move(record), staged);
}

void Desk::StageBlindRegion(const std::string& region, bool blind, Staged* staged) {
  const Group whole{"", region};
  const std::string prefix = region + "-blind-";
  std::string open;
  for (auto it = in_force_.lower_bound(prefix);
       it != in_force_.end() && absl::StartsWith(*it, prefix); ++it) {
    if (warnings_.at(*it).warning.group == whole) open = *it;
  }
  if (blind == !open.empty()) return;
  const Day today = risks_->Today(whole);
  if (!blind) {
    WarningRecord record = warnings_.at(open);
    record.warning.state = State::kCleared;
    record.warning.freshness = Freshness::kFresh;
    record.warning.market_day = today;
    record.warning.ended_day = today;
    Log(Transition::kResolved, today, "prices came back", std::move(record), staged);
    return;
  }
  WarningRecord record;
  Warning& warning = record.warning;
  warning.id = NewId(*staged, whole, today);
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
      std::move(record), staged);
}

std::vector<Warning> Desk::List(const WarningFilter& filter, absl::string_view after,
                                int limit) const {
  ReaderMutexLock lock(&mu_);
  const auto before = [](const Warning& a, const Warning& b) {
    return std::make_tuple(-DayNumber(a.market_day), absl::string_view(a.id)) <
           std::make_tuple(-DayNumber(b.market_day), absl::string_view(b.id));
  };
  std::vector<const Warning*> found;
  const auto from = warnings_.find(std::string(after));
  for (const auto& [id, record] : warnings_) {
    if (!filter.Matches(record.warning, *catalog_)) continue;
    if (from != warnings_.end() && !before(from->second.warning, record.warning)) continue;
    found.push_back(&record.warning);
  }
  const size_t count = std::min(found.size(), static_cast<size_t>(std::max(limit, 0)));
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end(),
                    [&](const Warning* a, const Warning* b) { return before(*a, *b); });
  std::vector<Warning> result;
  for (size_t i = 0; i < count; ++i) result.push_back(*found[i]);
  return result;
}

std::vector<Warning> Desk::Snapshot(const WarningFilter& filter, int64_t* seq) const {
  ReaderMutexLock lock(&mu_);
  *seq = log_.last_seq();
  std::vector<Warning> result;
  for (const std::string& id : in_force_) {
    const Warning& warning = warnings_.at(id).warning;
    if (filter.Matches(warning, *catalog_)) result.push_back(warning);
  }
  return result;
}

absl::StatusOr<WarningEvent> Desk::EventAt(int64_t seq) const {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto entries, log_.ReadAfter(seq - 1, 1));
  if (entries.empty() || entries.front().seq != seq) {
    return absl::DataLossError(absl::StrCat("warning log has no event ", seq));
  }
  return DecodeEvent(entries.front().payload, seq);
}

absl::StatusOr<std::vector<WarningEvent>> Desk::History(absl::string_view id) const {
  std::vector<int64_t> seqs;
  {
    ReaderMutexLock lock(&mu_);
    const auto it = warnings_.find(std::string(id));
    if (it == warnings_.end()) return absl::NotFoundError(absl::StrCat("no warning \"", id, "\""));
    seqs = it->second.seqs;
  }
  std::vector<WarningEvent> events;
  for (const int64_t seq : seqs) {
    GLUTWATCH_ASSIGN_OR_RETURN(WarningEvent event, EventAt(seq));
    events.push_back(std::move(event));
  }
  return events;
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

absl::StatusOr<std::vector<WarningEvent>> Desk::ReadAfter(int64_t after, int limit) const {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto entries,
                             log_.ReadAfter(after, std::min(limit, kReadBlock)));
  std::vector<WarningEvent> events;
  for (const auto& entry : entries) {
    GLUTWATCH_ASSIGN_OR_RETURN(WarningEvent event, DecodeEvent(entry.payload, entry.seq));
    events.push_back(std::move(event));
  }
  return events;
}

int64_t Desk::AddListener(std::function<void()> listener) {
  MutexLock lock(&listeners_mu_);
  listeners_[next_listener_] = std::move(listener);
  return next_listener_++;
}

void Desk::RemoveListener(int64_t handle) {
  MutexLock lock(&listeners_mu_);
  listeners_.erase(handle);
}

void Desk::Notify() {
  MutexLock lock(&listeners_mu_);
  for (const auto& [handle, listener] : listeners_) listener();
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
  GLUTWATCH_ASSIGN_OR_RETURN(storage::EventLog log, storage::EventLog::Open(database, kLogId));
  auto desk =
      std::make_unique<Desk>(database, catalog, risks, clock, std::move(pack), std::move(log));
  GLUTWATCH_RETURN_IF_ERROR(desk->Load());
  return desk;
}

}  // namespace glutwatch::warn

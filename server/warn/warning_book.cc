#include "server/warn/warning_book.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/bytes.h"
#include "base/status_macros.h"

namespace glutwatch::warn {

using catalog::Group;
using storage::Durability;
using storage::Table;

namespace {

constexpr char kLogId[] = "warnings";
constexpr char kPositionKey[] = "warn/judged_through_us";
// Keys of the kWarnings table: "g/{region}/{product}" and "w/{warning id}".
constexpr char kGroupPrefix[] = "g/";
constexpr char kWarningPrefix[] = "w/";
constexpr int kReadBlock = 1000;

std::string GroupKey(const Group& group) {
  return absl::StrCat(kGroupPrefix, group.region, "/", group.product);
}
std::string WarningKey(absl::string_view id) { return absl::StrCat(kWarningPrefix, id); }

absl::Status Damaged(absl::string_view key, absl::string_view why) {
  return absl::DataLossError(absl::StrCat("warnings: key ", key, " is damaged: ", why));
}

std::string EncodeRecord(const WarningEvent& newest, const std::vector<int64_t>& seqs) {
  ByteWriter out;
  out.String(EncodeEvent(newest));
  out.Varint(seqs.size());
  for (const int64_t seq : seqs) out.Signed(seq);
  return out.Take();
}

absl::StatusOr<WarningRecord> DecodeRecord(absl::string_view key, absl::string_view bytes) {
  ByteReader in(bytes);
  const std::string newest = in.String();
  WarningRecord record;
  const uint64_t count = in.Varint();
  for (uint64_t i = 0; i < count && in.ok(); ++i) record.seqs.push_back(in.Signed());
  if (!in.done() || record.seqs.empty()) return Damaged(key, "not an event and its numbers");
  auto event = DecodeEvent(newest, record.seqs.back());
  if (!event.ok()) return Damaged(key, event.status().message());
  record.warning = std::move(event->warning);
  if (WarningKey(record.warning.id) != key) return Damaged(key, "is another warning's");
  return record;
}

std::string Compact(Day day) {
  const absl::CivilDay civil = ToCivil(day);
  return absl::StrCat(civil.year() * 10000 + civil.month() * 100 + civil.day());
}

}  // namespace

WarningBook::WarningBook(storage::Database* database, storage::EventLog log)
    : database_(database), log_(std::move(log)) {}

absl::StatusOr<std::unique_ptr<WarningBook>> WarningBook::Open(storage::Database* database) {
  GLUTWATCH_ASSIGN_OR_RETURN(storage::EventLog log, storage::EventLog::Open(database, kLogId));
  std::unique_ptr<WarningBook> book(new WarningBook(database, std::move(log)));
  GLUTWATCH_RETURN_IF_ERROR(book->Load());
  return book;
}

absl::Status WarningBook::Load() {
  absl::Status status;
  GLUTWATCH_RETURN_IF_ERROR(
      database_->Scan(Table::kWarnings, "", "", [&](absl::string_view key, absl::string_view v) {
        status = LoadKey(key, v);
        return status.ok();
      }));
  GLUTWATCH_RETURN_IF_ERROR(status);
  const auto position = database_->Get(Table::kMeta, kPositionKey);
  if (absl::IsNotFound(position.status())) return absl::OkStatus();
  GLUTWATCH_RETURN_IF_ERROR(position.status());
  ByteReader in(*position);
  judged_through_us_ = in.Signed();
  if (in.done()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("meta: key ", kPositionKey, " is damaged"));
}

absl::Status WarningBook::LoadKey(absl::string_view key, absl::string_view value) {
  if (absl::StartsWith(key, kWarningPrefix)) {
    GLUTWATCH_ASSIGN_OR_RETURN(WarningRecord record, DecodeRecord(key, value));
    if (record.warning.state == State::kInForce) in_force_.insert(record.warning.id);
    warnings_[record.warning.id] = std::move(record);
    return absl::OkStatus();
  }
  absl::string_view name = key;
  if (!absl::ConsumePrefix(&name, kGroupPrefix)) return Damaged(key, "neither group nor warning");
  const size_t slash = name.find('/');
  if (slash == absl::string_view::npos) return Damaged(key, "expected g/{region}/{product}");
  auto state = GroupState::Decode(value);
  if (!state.has_value()) return Damaged(key, "not a group's state");
  const Group group{std::string(name.substr(slash + 1)), std::string(name.substr(0, slash))};
  judged_day_ = std::max(judged_day_, state->newest_day());
  groups_[group] = *std::move(state);
  return absl::OkStatus();
}

std::optional<Warning> WarningBook::Find(absl::string_view id) const {
  ReaderMutexLock lock(&mu_);
  const auto it = warnings_.find(std::string(id));
  if (it == warnings_.end()) return std::nullopt;
  return it->second.warning;
}

std::vector<Warning> WarningBook::List(absl::FunctionRef<bool(const Warning&)> matches,
                                       absl::string_view after, int limit) const {
  ReaderMutexLock lock(&mu_);
  const auto before = [](const Warning& a, const Warning& b) {
    return std::make_tuple(-DayNumber(a.market_day), absl::string_view(a.id)) <
           std::make_tuple(-DayNumber(b.market_day), absl::string_view(b.id));
  };
  std::vector<const Warning*> found;
  const auto from = warnings_.find(std::string(after));
  for (const auto& [id, record] : warnings_) {
    if (!matches(record.warning)) continue;
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

std::vector<Warning> WarningBook::Snapshot(absl::FunctionRef<bool(const Warning&)> matches,
                                           int64_t* seq) const {
  ReaderMutexLock lock(&mu_);
  *seq = log_.last_seq();
  std::vector<Warning> result;
  for (const std::string& id : in_force_) {
    const Warning& warning = warnings_.at(id).warning;
    if (matches(warning)) result.push_back(warning);
  }
  return result;
}

absl::StatusOr<std::vector<WarningEvent>> WarningBook::History(absl::string_view id) const {
  std::vector<int64_t> seqs;
  {
    ReaderMutexLock lock(&mu_);
    const auto it = warnings_.find(std::string(id));
    if (it == warnings_.end()) return absl::NotFoundError(absl::StrCat("no warning \"", id, "\""));
    seqs = it->second.seqs;
  }
  std::vector<WarningEvent> events;
  for (const int64_t seq : seqs) {
    GLUTWATCH_ASSIGN_OR_RETURN(std::vector<WarningEvent> event, ReadAfter(seq - 1, 1));
    if (event.empty() || event.front().seq != seq) {
      return absl::DataLossError(absl::StrCat("warning log has no event ", seq));
    }
    events.push_back(std::move(event.front()));
  }
  return events;
}

absl::StatusOr<std::vector<WarningEvent>> WarningBook::ReadAfter(int64_t after, int limit) const {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto entries,
                             log_.ReadAfter(after, std::min(limit, kReadBlock)));
  std::vector<WarningEvent> events;
  for (const auto& entry : entries) {
    GLUTWATCH_ASSIGN_OR_RETURN(WarningEvent event, DecodeEvent(entry.payload, entry.seq));
    events.push_back(std::move(event));
  }
  return events;
}

int64_t WarningBook::judged_through_us() const {
  ReaderMutexLock lock(&mu_);
  return judged_through_us_;
}

std::optional<Day> WarningBook::judged_day() const {
  ReaderMutexLock lock(&mu_);
  return judged_day_;
}

int64_t WarningBook::AddListener(std::function<void()> listener) {
  MutexLock lock(&listeners_mu_);
  listeners_[next_listener_] = std::move(listener);
  return next_listener_++;
}

void WarningBook::RemoveListener(int64_t handle) {
  MutexLock lock(&listeners_mu_);
  listeners_.erase(handle);
}

void WarningBook::Notify() {
  MutexLock lock(&listeners_mu_);
  for (const auto& [handle, listener] : listeners_) listener();
}

WarningBook::Draft::~Draft() {
  if (events_ > 0) book_->log_.Aborted();
}

const GroupState* WarningBook::Draft::FindGroup(const Group& group) const {
  if (const auto it = groups_.find(group); it != groups_.end()) return &it->second;
  const auto it = book_->groups_.find(group);
  return it == book_->groups_.end() ? nullptr : &it->second;
}

const WarningRecord* WarningBook::Draft::FindWarning(const std::string& id) const {
  if (const auto it = warnings_.find(id); it != warnings_.end()) return &it->second;
  const auto it = book_->warnings_.find(id);
  return it == book_->warnings_.end() ? nullptr : &it->second;
}

std::string WarningBook::Draft::NewId(const Group& group, Day raised) const {
  const std::string product = group.product.empty() ? "blind" : group.product;
  const std::string base = absl::StrCat(group.region, "-", product, "-", Compact(raised));
  std::string id = base;
  for (int n = 2; FindWarning(id) != nullptr; ++n) id = absl::StrCat(base, "-", n);
  return id;
}

void WarningBook::Draft::PutGroup(const Group& group, GroupState state) {
  if (state.has_risk) set_.Put(Table::kWarnings, GroupKey(group), state.Encode());
  groups_[group] = std::move(state);
}

void WarningBook::Draft::Log(Transition transition, Day market_day, std::string cause,
                             int64_t commit_us, WarningRecord record) {
  ++record.warning.generation;
  WarningEvent event;
  event.transition = transition;
  event.warning = record.warning;
  event.commit_us = commit_us;
  event.market_day = market_day;
  event.cause = std::move(cause);
  record.seqs.push_back(book_->log_.Append(EncodeEvent(event), &set_));
  const std::string id = record.warning.id;
  set_.Put(Table::kWarnings, WarningKey(id), EncodeRecord(event, record.seqs));
  warnings_[id] = std::move(record);
  ++events_;
}

absl::Status WarningBook::Draft::Commit(std::optional<int64_t> position) {
  if (position.has_value() && *position <= book_->judged_through_us_) position.reset();
  if (position.has_value()) {
    ByteWriter out;
    out.Signed(*position);
    set_.Put(Table::kMeta, kPositionKey, out.bytes());
  }
  const bool told = events_ > 0;
  if (!set_.empty()) {
    // A position alone may be lost with the machine: what follows it is judged again, to no effect.
    GLUTWATCH_RETURN_IF_ERROR(
        book_->database_->Write(set_, told ? Durability::kFsynced : Durability::kBuffered));
  }
  Publish(position);
  set_ = {};
  groups_.clear();
  warnings_.clear();
  events_ = 0;
  if (told) book_->Notify();
  return absl::OkStatus();
}

void WarningBook::Draft::Publish(std::optional<int64_t> position) {
  WriterMutexLock lock(&book_->mu_);
  for (auto& [group, state] : groups_) {
    book_->judged_day_ = std::max(book_->judged_day_, state.newest_day());
    book_->groups_[group] = std::move(state);
  }
  for (auto& [id, record] : warnings_) {
    if (record.warning.state == State::kInForce) {
      book_->in_force_.insert(id);
    } else {
      book_->in_force_.erase(id);
    }
    book_->warnings_[id] = std::move(record);
  }
  if (position.has_value()) book_->judged_through_us_ = *position;
  book_->log_.Committed();
}

}  // namespace glutwatch::warn

#include "server/storage/price_store_impl.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "base/thread_name.h"
#include "server/storage/batch_check.h"
#include "server/storage/bytes.h"

namespace glutwatch::storage {
namespace {

// One group shares one fsync; bounded so that nobody waits long behind a crowd.
constexpr size_t kMaxGroupBatches = 64;
constexpr size_t kMaxGroupRows = 200'000;
constexpr char kProbeKey[] = "price/probe";

// The series of `rows`, each once, with its earliest day.
std::vector<PriceStore::Change> ToChanges(absl::Span<const BatchRow> rows) {
  std::vector<PriceStore::Change> changes;
  changes.reserve(rows.size());
  for (const BatchRow& row : rows) {
    if (!changes.empty() && changes.back().series == row.series) {
      changes.back().first_day = std::min(changes.back().first_day, row.observation.day);
    } else {
      changes.push_back({row.series, row.observation.day});
    }
  }
  auto before = [](const PriceStore::Change& a, const PriceStore::Change& b) {
    return a.series != b.series ? a.series < b.series : a.first_day < b.first_day;
  };
  if (!std::is_sorted(changes.begin(), changes.end(), before)) {
    std::sort(changes.begin(), changes.end(), before);
  }
  auto same = [](const PriceStore::Change& a, const PriceStore::Change& b) {
    return a.series == b.series;
  };
  changes.erase(std::unique(changes.begin(), changes.end(), same), changes.end());
  return changes;
}

// `batch` without its duplicates.
CommitRecord RecordOf(const Batch& batch, const Receipt& receipt) {
  CommitRecord record;
  record.recorded_us = receipt.recorded_us;
  record.kind = batch.reviewed_us == 0 ? CommitKind::kObservations : CommitKind::kReview;
  record.batch_id = batch.batch_id;
  record.source = batch.source;
  record.author = batch.author;
  record.remark = batch.remark;
  record.added = receipt.added;
  record.corrected = receipt.corrected;
  record.duplicate = static_cast<int64_t>(receipt.duplicates.size()) + batch.repeated;
  record.refused = batch.refused;
  for (const BatchRow& row : batch.rows) {
    record.suspicious += (row.observation.flags & kSuspicious) != 0 ? 1 : 0;
  }
  return record;
}

void RemoveDuplicates(const std::vector<uint32_t>& duplicates, std::vector<BatchRow>* rows) {
  if (duplicates.empty()) return;
  size_t kept = 0;
  size_t next = 0;
  for (size_t i = 0; i < rows->size(); ++i) {
    if (next < duplicates.size() && duplicates[next] == i) {
      ++next;
    } else {
      (*rows)[kept++] = (*rows)[i];
    }
  }
  rows->resize(kept);
}

}  // namespace

PriceStoreImpl::PriceStoreImpl(Database* database, const Clock* clock,
                               const PriceStoreOptions& options)
    : database_(database),
      clock_(clock),
      options_(options),
      journal_(database),
      reader_(database, &head_, &tips_),
      folder_(database, &head_, &tips_, &journal_),
      classifier_(database, &head_, &tips_) {}

PriceStoreImpl::~PriceStoreImpl() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
    queue_changed_.SignalAll();
  }
  if (writer_.joinable()) writer_.join();
  folder_.Stop();
}

absl::Status PriceStoreImpl::Start() {
  GLUTWATCH_RETURN_IF_ERROR(journal_.Load());
  GLUTWATCH_RETURN_IF_ERROR(sources_.Load(*database_));
  GLUTWATCH_RETURN_IF_ERROR(LoadTips());
  GLUTWATCH_RETURN_IF_ERROR(ReplayJournal());
  folder_.Start();
  writer_ = std::thread([this] { RunWriter(); });
  return absl::OkStatus();
}

absl::Status PriceStoreImpl::LoadTips() {
  absl::Status status;
  GLUTWATCH_RETURN_IF_ERROR(
      database_->Scan(Table::kTips, "", "", [&](absl::string_view key, absl::string_view value) {
        if (key.size() != 4 || GetBe32(key.data()) > PagedArray<int>::kMaxIndex) {
          status = absl::DataLossError(
              absl::StrCat("table tips: key ", absl::CHexEscape(key), " is not a series"));
          return false;
        }
        const SeriesId series{GetBe32(key.data())};
        const absl::StatusOr<TipState> tip = DecodeTip(series, value);
        status = tip.status();
        if (tip.ok()) tips_.Restore(series, *tip);
        return status.ok();
      }));
  return status;
}

absl::Status PriceStoreImpl::ReplayJournal() {
  last_recorded_us_ = journal_.folded_us();
  head_.Publish(last_recorded_us_);
  return journal_.Replay(journal_.folded_us(), std::numeric_limits<int64_t>::max(),
                         [this](JournalEntry entry) { return ReplayEntry(std::move(entry)); });
}

absl::Status PriceStoreImpl::ReplayEntry(JournalEntry entry) {
  std::optional<uint16_t> source;
  for (const BatchRow& row : entry.rows) {
    if (static_cast<uint32_t>(row.series) > PagedArray<int>::kMaxIndex) {
      return absl::DataLossError(absl::StrCat("table journal, commit ", entry.recorded_us,
                                              ": series ", static_cast<uint32_t>(row.series)));
    }
    if (source != row.observation.source) {
      source = row.observation.source;
      head_.active()->BeginCommit(entry.recorded_us, *source);
    }
    head_.active()->Append(row.series, row.observation);
  }
  head_.active()->set_last_recorded_us(entry.recorded_us);
  last_recorded_us_ = entry.recorded_us;
  head_.Publish(entry.recorded_us);
  ApplyTips(entry.rows, entry.recorded_us);
  SealIfLarge();
  return absl::OkStatus();
}

void PriceStoreImpl::AppendAsync(Batch batch, Done done) {
  absl::Status refused = CheckBatch(batch);
  if (refused.ok()) {
    MutexLock lock(&mu_);
    if (stop_) {
      refused = absl::UnavailableError("the price store is closing");
    } else if (queue_.size() >= static_cast<size_t>(options_.max_queued_batches)) {
      refused = absl::ResourceExhaustedError(
          absl::StrCat("QUEUE_FULL: ", queue_.size(), " batches wait for the writer"));
    } else {
      queue_.push_back({std::move(batch), std::move(done)});
      queue_changed_.SignalAll();
      return;
    }
  }
  done(std::move(refused));
}

void PriceStoreImpl::RunWriter() {
  NameThisThread("price-writer");
  for (;;) {
    bool seal = false;
    {
      MutexLock lock(&mu_);
      while (queue_.empty() && !stop_ && seals_done_ == seals_asked_) queue_changed_.Wait(&mu_);
      if (queue_.empty() && stop_) {
        seals_done_ = seals_asked_;
        queue_changed_.SignalAll();
        return;
      }
      seal = seals_done_ != seals_asked_;
      if (seal) {
        newest_sealed_id_ = head_.Seal();
        seals_done_ = seals_asked_;
        queue_changed_.SignalAll();
      }
    }
    if (seal) folder_.Wake();
    std::vector<Pending> group = TakeGroup();
    if (!group.empty()) CommitGroup(std::move(group));
    SealIfLarge();
  }
}

std::vector<PriceStoreImpl::Pending> PriceStoreImpl::TakeGroup() {
  std::vector<Pending> group;
  size_t rows = 0;
  MutexLock lock(&mu_);
  while (!queue_.empty() && group.size() < kMaxGroupBatches && rows < kMaxGroupRows) {
    rows += queue_.front().batch.rows.size();
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

void PriceStoreImpl::CommitGroup(std::vector<Pending> group) {
  std::vector<Commit> commits(group.size());
  WriteSet set;
  absl::Status status = folder_.WaitForRoom(options_.head_bytes);
  if (status.ok()) status = Probe();
  for (size_t i = 0; i < group.size(); ++i) {
    commits[i].pending = std::move(group[i]);
    commits[i].error = status;
    if (status.ok()) Stage(&commits[i], &set);
  }
  if (status.ok() && !set.empty()) {
    status = database_->Write(set, Durability::kFsynced);
    write_failed_ = !status.ok();
    if (status.ok()) {
      Publish(commits);
    } else {
      RollBack(&commits, status);
    }
  }
  group_receipts_.clear();
  for (Commit& commit : commits) {
    if (!commit.error.ok()) {
      commit.pending.done(commit.error);
      continue;
    }
    if (commit.staged && listener_) {
      listener_(commit.stored.receipt.recorded_us, ToChanges(commit.pending.batch.rows));
    }
    commit.pending.done(std::move(commit.stored.receipt));
  }
}

// After a failed write: rows that are staged and unlinked again keep their room in the head, so
// nothing is staged until something small can be written.
absl::Status PriceStoreImpl::Probe() {
  if (!write_failed_) return absl::OkStatus();
  WriteSet set;
  set.Put(Table::kMeta, kProbeKey, "");
  GLUTWATCH_RETURN_IF_ERROR(database_->Write(set, Durability::kFsynced));
  write_failed_ = false;
  return absl::OkStatus();
}

absl::Status PriceStoreImpl::FindReceipt(const Batch& batch, Commit* commit) {
  std::optional<StoredReceipt> found;
  const auto in_group = group_receipts_.find(batch.batch_id);
  if (in_group != group_receipts_.end()) {
    found = in_group->second;
    commit->waits = true;
  } else {
    const absl::StatusOr<std::string> bytes = database_->Get(Table::kReceipts, batch.batch_id);
    if (absl::IsNotFound(bytes.status())) return bytes.status();
    GLUTWATCH_RETURN_IF_ERROR(bytes.status());
    GLUTWATCH_ASSIGN_OR_RETURN(found, DecodeReceipt(batch.batch_id, *bytes));
  }
  if (found->digest != batch.digest) {
    return absl::AlreadyExistsError(
        absl::StrCat("BATCH_ID_REUSED: batch \"", absl::CHexEscape(batch.batch_id),
                     "\" was applied before with other content (digest ",
                     absl::Hex(found->digest, absl::kZeroPad16), ", now ",
                     absl::Hex(batch.digest, absl::kZeroPad16), ")"));
  }
  commit->stored = *std::move(found);
  commit->stored.receipt.replayed = true;
  return absl::OkStatus();
}

void PriceStoreImpl::Stage(Commit* commit, WriteSet* set) {
  Batch& batch = commit->pending.batch;
  const absl::Status known = FindReceipt(batch, commit);
  if (!absl::IsNotFound(known)) {
    commit->error = known;
    return;
  }
  absl::StatusOr<Classifier::Verdicts> verdicts =
      batch.reviewed_us == 0 ? classifier_.Classify(batch.rows)
                             : classifier_.ClassifyReview(batch.rows[0], batch.reviewed_us);
  absl::StatusOr<uint16_t> source =
      verdicts.ok() ? sources_.Intern(batch.source, set) : verdicts.status();
  if (!source.ok()) {
    commit->error = source.status();
    return;
  }
  last_recorded_us_ = std::max(absl::ToUnixMicros(clock_->Now()), last_recorded_us_ + 1);
  Receipt& receipt = commit->stored.receipt;
  receipt.recorded_us = last_recorded_us_;
  receipt.added = verdicts->added;
  receipt.corrected = verdicts->corrected;
  receipt.duplicates = std::move(verdicts->duplicates);
  receipt.note = std::move(batch.note);
  commit->stored.digest = batch.digest;
  commit->staged = commit->waits = true;
  RemoveDuplicates(receipt.duplicates, &batch.rows);
  head_.active()->BeginCommit(last_recorded_us_, *source);
  for (BatchRow& row : batch.rows) {
    row.observation.source = *source;
    head_.active()->Append(row.series, row.observation);
    classifier_.Staged(row.series, row.observation.day);
  }
  const std::string value = EncodeJournal(last_recorded_us_, batch.batch_id, batch.rows);
  set->Put(Table::kJournal, EncodeJournalKey(last_recorded_us_), value);
  set->Put(Table::kReceipts, batch.batch_id, EncodeReceipt(commit->stored));
  set->Put(Table::kCommits, EncodeCommitKey(last_recorded_us_),
           EncodeCommit(RecordOf(batch, receipt)));
  journal_.Added(last_recorded_us_, value.size());
  group_receipts_[batch.batch_id] = commit->stored;
}

void PriceStoreImpl::RollBack(std::vector<Commit>* commits, const absl::Status& why) {
  for (const Commit& commit : *commits) {
    if (!commit.staged) continue;
    for (const BatchRow& row : commit.pending.batch.rows) head_.active()->Unlink(row.series);
  }
  classifier_.TakeBack();
  sources_.TakeBack();
  for (Commit& commit : *commits) {
    if (commit.staged) journal_.Dropped(commit.stored.receipt.recorded_us);
    if (commit.waits) commit.error = why;
  }
}

void PriceStoreImpl::Publish(const std::vector<Commit>& commits) {
  classifier_.Keep();
  sources_.Keep();
  head_.active()->set_last_recorded_us(last_recorded_us_);
  head_.Publish(last_recorded_us_);
  for (const Commit& commit : commits) {
    if (!commit.staged) continue;
    ApplyTips(commit.pending.batch.rows, commit.stored.receipt.recorded_us);
    commits_.fetch_add(1, std::memory_order_relaxed);
    rows_appended_.fetch_add(static_cast<int64_t>(commit.pending.batch.rows.size()),
                             std::memory_order_relaxed);
  }
}

void PriceStoreImpl::ApplyTips(absl::Span<const BatchRow> rows, int64_t recorded_us) {
  for (const BatchRow& row : rows) {
    if (!tips_.Apply(row.series, row.observation, recorded_us)) continue;
    const absl::StatusOr<std::optional<Observation>> price =
        reader_.NewestGoodPrice(row.series, row.observation.day, recorded_us);
    // A damaged chunk is reported to whoever reads it; the tip then knows no price.
    if (price.ok() && price->has_value()) {
      tips_.SetPrice(row.series, (*price)->day, (*price)->lot, (*price)->modal_e4);
    } else {
      tips_.SetPrice(row.series, kNoDay, 0, 0);
    }
  }
}

void PriceStoreImpl::SealIfLarge() {
  // Half, so that one epoch can fill while the other is folded.
  if (head_.active()->bytes() < options_.head_bytes / 2 && !head_.active()->full()) return;
  const int64_t sealed = head_.Seal();
  folder_.Wake();
  MutexLock lock(&mu_);
  newest_sealed_id_ = sealed;
}

absl::StatusOr<std::vector<Version>> PriceStoreImpl::Read(SeriesId series, Day from, Day to,
                                                          int64_t as_of_us) const {
  return reader_.Newest(series, from, to, as_of_us);
}

absl::StatusOr<std::vector<Version>> PriceStoreImpl::ReadVersions(SeriesId series, Day from,
                                                                  Day to) const {
  return reader_.Versions(series, from, to, kNow);
}

std::optional<SeriesTip> PriceStoreImpl::Tip(SeriesId series) const {
  if (static_cast<uint32_t>(series) > PagedArray<int>::kMaxIndex) return std::nullopt;
  const TipState state = tips_.Get(series);
  if (!state.exists()) return std::nullopt;
  SeriesTip tip;
  tip.newest_day = state.newest_day;
  tip.recorded_us = state.recorded_us;
  if (state.price_day != kNoDay) tip.newest_price_day = state.price_day;
  tip.modal_e4 = state.modal_e4;
  return tip;
}

void PriceStoreImpl::SetChangeListener(ChangeListener listener) { listener_ = std::move(listener); }

absl::Status PriceStoreImpl::ReplayChanges(int64_t after_us, const ChangeListener& visit) const {
  GLUTWATCH_RETURN_IF_ERROR(journal_.CheckReaches(after_us));
  GLUTWATCH_RETURN_IF_ERROR(
      journal_.Replay(after_us, head_.visible_us(), [&](const JournalEntry& entry) {
        visit(entry.recorded_us, ToChanges(entry.rows));
        return absl::OkStatus();
      }));
  return journal_.CheckReaches(after_us);
}

void PriceStoreImpl::KeepJournalAfter(int64_t recorded_us) {
  // In memory it holds in any case; only a restart before the next fold could forget it, and then
  // only if the disk was full or failed.
  if (options_.journal_keep > absl::ZeroDuration()) {
    recorded_us = std::min(recorded_us, absl::ToUnixMicros(clock_->Now() - options_.journal_keep));
  }
  journal_.KeepAfter(recorded_us).IgnoreError();
}

absl::Status PriceStoreImpl::Fold() {
  int64_t sealed = 0;
  {
    MutexLock lock(&mu_);
    const int64_t mine = ++seals_asked_;
    queue_changed_.SignalAll();
    while (seals_done_ < mine && !stop_) queue_changed_.Wait(&mu_);
    sealed = newest_sealed_id_;
  }
  return folder_.WaitUntilFolded(sealed);
}

PriceStore::Stats PriceStoreImpl::stats() const {
  Stats stats;
  stats.rows_in_head = head_.rows();
  stats.head_bytes = head_.bytes();
  stats.commits = commits_.load(std::memory_order_relaxed);
  stats.rows_appended = rows_appended_.load(std::memory_order_relaxed);
  stats.folds = folder_.folds();
  stats.journal_bytes = journal_.bytes();
  stats.series = tips_.series_count();
  MutexLock lock(&mu_);
  stats.queued_batches = static_cast<int>(queue_.size());
  return stats;
}

}  // namespace glutwatch::storage

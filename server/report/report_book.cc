#include "server/report/report_book.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/china_day.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "server/report/confirmation_run.h"
#include "server/report/history.h"
#include "server/report/kind_rules.h"
#include "server/report/receipt.h"
#include "server/report/report_codec.h"
#include "server/report/submission_run.h"
#include "server/report/version_table.h"

namespace glutwatch::report {
namespace {

using storage::Table;
using Entry = SubjectIndex::Entry;

// How many subjects List takes from the index at once: the lock is not held while it reads.
constexpr size_t kSubjectsAtOnce = 256;

// Asks the catalog once per run of equal regions: lists are in the order of regions.
class RegionFilter {
 public:
  RegionFilter(const catalog::Catalog& catalog, absl::string_view within)
      : catalog_(catalog), within_(within) {}
  bool Takes(const std::string& region) {
    if (within_.empty()) return true;
    if (last_ == nullptr || *last_ != region) {
      last_ = &region;
      takes_ = catalog_.IsWithin(region, within_);
    }
    return takes_;
  }

 private:
  const catalog::Catalog& catalog_;
  const absl::string_view within_;
  const std::string* last_ = nullptr;
  bool takes_ = false;
};

// Whether a product was merged by an instant; asks the catalog once per product.
class MergeFilter {
 public:
  MergeFilter(const catalog::Catalog& catalog, int64_t as_of_us)
      : catalog_(catalog), as_of_us_(as_of_us) {}
  bool Takes(const std::string& product) {
    const auto [known, added] = takes_.try_emplace(product, true);
    if (!added) return known->second;
    const auto found = catalog_.GetProduct(product);
    known->second =
        found == nullptr || !found->standing.is_merged() || found->standing.merged_us > as_of_us_;
    return known->second;
  }

 private:
  const catalog::Catalog& catalog_;
  const int64_t as_of_us_;
  absl::flat_hash_map<std::string, bool> takes_;
};

absl::Status CheckSize(const Submission& submission) {
  const size_t size = submission.reports.size();
  if (size >= 1 && size <= kMaxReportsPerRequest) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("reports has ", size, " elements, expected 1 to ", kMaxReportsPerRequest));
}

storage::WriteSet ReceiptWrite(absl::string_view request_id, const Receipt& receipt) {
  storage::WriteSet set;
  set.Put(Table::kReportReceipts, request_id, EncodeReceipt(receipt));
  return set;
}

// Adds to `history` the newest version of each day of `entry` as one of `product`, where that has
// no report of the day.
absl::Status MoveReports(const VersionTable& table, const Entry& entry, const std::string& product,
                         int64_t recorded_us, History* history) {
  absl::Status status;
  GLUTWATCH_RETURN_IF_ERROR(table.VisitForward(entry, kMinDay, kMaxDay, kNow, [&](Report report) {
    if (report.figures.withdrawn) return true;
    report.subject.product = product;
    report.recorded_us = recorded_us;
    const auto known = history->UpTo(report.subject, report.day, 1);
    status = known.status();
    if (!status.ok()) return false;
    if (known->empty() || known->front().day != report.day) history->Add(std::move(report));
    return true;
  }));
  return status;
}

// A replay says less, so that a receipt of 20,000 good reports is short.
Answer Replayed(Receipt receipt) {
  Answer answer = std::move(receipt.answer);
  answer.replayed = true;
  return answer;
}

class StoredReportBook final : public ReportBook {
 public:
  StoredReportBook(storage::Database* database, const catalog::Catalog* catalog,
                   const catalog::FactBook* facts, const Clock* clock, const BookOptions& options)
      : database_(database),
        catalog_(catalog),
        facts_(facts),
        clock_(clock),
        options_(options),
        table_(database) {}

  absl::Status Load();

  absl::StatusOr<Answer> Submit(const security::Principal& principal,
                                const Submission& submission) override;
  absl::StatusOr<Confirmed> Confirm(const security::Principal& principal,
                                    absl::string_view request_id,
                                    absl::Span<const Confirmation> confirmations,
                                    absl::string_view confirmer, absl::string_view note) override;
  absl::StatusOr<int64_t> FollowMerge(absl::string_view product) override;
  absl::Status List(const Selection& selection, int64_t as_of_us,
                    const std::optional<std::pair<Subject, Day>>& after,
                    const std::function<bool(const Report&)>& visit) const override;
  absl::StatusOr<std::vector<Report>> Versions(const Subject& subject, Day day) const override;
  absl::StatusOr<std::vector<Report>> Newest(Kind kind, absl::string_view product,
                                             absl::string_view region, Day day,
                                             int64_t as_of_us) const override;
  Stats stats() const override;

 private:
  // Strictly increasing, also over restarts and when the clock goes back.
  int64_t NextTime() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_) {
    return std::max(absl::ToUnixMicros(clock_->Now()), newest_us_ + 1);
  }
  absl::StatusOr<Answer> Judge(const security::Principal& principal, const Submission& submission,
                               int64_t recorded_us, History* history) const
      ABSL_SHARED_LOCKS_REQUIRED(index_mu_);
  // One fsynced write: `set`, and what `history` has added, if `keep`.
  absl::Status Commit(storage::WriteSet set, const History& history, int64_t recorded_us, bool keep)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_);
  void Count(const Answer& answer);
  // The next subjects of `selection` that are not before `from`, at most kSubjectsAtOnce.
  std::vector<Entry> Select(const Selection& selection, const Subject& from, RegionFilter* regions,
                            MergeFilter* merges) const;
  int64_t Visible(int64_t as_of_us) const {
    return std::min(as_of_us, visible_us_.load(std::memory_order_acquire));
  }

  storage::Database* const database_;
  const catalog::Catalog* const catalog_;
  const catalog::FactBook* const facts_;
  const Clock* const clock_;
  const BookOptions options_;
  const VersionTable table_;

  Mutex write_mu_;  // one writer at a time; taken before index_mu_
  int64_t newest_us_ ABSL_GUARDED_BY(write_mu_) = 0;
  mutable SharedMutex index_mu_;
  SubjectIndex index_ ABSL_GUARDED_BY(index_mu_);
  // What readers see: the newest recorded_us whose subjects are all in the index.
  std::atomic<int64_t> visible_us_{0};

  std::atomic<int64_t> accepted_{0};
  std::atomic<int64_t> flagged_{0};
  std::atomic<int64_t> duplicate_{0};
  std::atomic<int64_t> refused_{0};
};

absl::Status StoredReportBook::Load() {
  MutexLock write(&write_mu_);
  WriterMutexLock lock(&index_mu_);
  GLUTWATCH_RETURN_IF_ERROR(table_.Load(&index_, &newest_us_));
  visible_us_ = newest_us_;
  return absl::OkStatus();
}

absl::StatusOr<Answer> StoredReportBook::Judge(const security::Principal& principal,
                                               const Submission& submission, int64_t recorded_us,
                                               History* history) const {
  UnitReader units(catalog_);
  ReportCheck check(catalog_, &principal, ChinaDay(clock_->Now()), &units);
  const Evidence evidence{
      .history = history, .facts = facts_, .use_examples = options_.examples, .units = &units};
  return RunSubmission(submission, recorded_us, evidence, &check, history);
}

absl::StatusOr<Answer> StoredReportBook::Submit(const security::Principal& principal,
                                                const Submission& submission) {
  GLUTWATCH_RETURN_IF_ERROR(CheckSize(submission));
  Receipt receipt{.kind = RequestKind::kSubmission};
  if (!submission.validate_only) {
    GLUTWATCH_RETURN_IF_ERROR(CheckRequestId(submission.request_id));
    receipt.digest = DigestOf(submission);
  }
  MutexLock write(&write_mu_);
  if (!submission.validate_only) {
    absl::StatusOr<Receipt> old =
        FindReceipt(*database_, submission.request_id, receipt.kind, receipt.digest);
    if (old.ok()) return Replayed(*std::move(old));
    if (!absl::IsNotFound(old.status())) return old.status();
  }
  const int64_t recorded_us = NextTime();
  std::optional<History> history;
  {
    ReaderMutexLock lock(&index_mu_);
    history.emplace(&table_, &index_);
    GLUTWATCH_ASSIGN_OR_RETURN(receipt.answer,
                               Judge(principal, submission, recorded_us, &*history));
  }
  Answer& answer = receipt.answer;
  if (submission.validate_only) return answer;
  const bool keep =
      !history->added().empty() && !(submission.all_or_nothing && answer.refused_count > 0);
  if (keep) answer.recorded_us = recorded_us;
  if (!keep && answer.refused_count > 0) {
    Count(answer);
    return answer;
  }
  GLUTWATCH_RETURN_IF_ERROR(
      Commit(ReceiptWrite(submission.request_id, receipt), *history, recorded_us, keep));
  Count(answer);
  return answer;
}

absl::Status StoredReportBook::Commit(storage::WriteSet set, const History& history,
                                      int64_t recorded_us, bool keep) {
  if (keep) {
    set.Put(Table::kReports, NewestKey(), EncodeNewest(recorded_us));
    for (const auto& [id, subject] : history.new_subjects()) {
      set.Put(Table::kReports, SubjectKey(id), EncodeSubject(subject));
    }
    for (const auto& [place, report] : history.added()) {
      set.Put(Table::kReports, VersionKey(place.first, place.second, recorded_us),
              EncodeVersion(report));
    }
  }
  GLUTWATCH_RETURN_IF_ERROR(database_->Write(set, storage::Durability::kFsynced));
  if (!keep) return absl::OkStatus();
  newest_us_ = recorded_us;
  {
    WriterMutexLock lock(&index_mu_);
    for (const auto& [id, subject] : history.new_subjects()) index_.Add(id, subject);
  }
  visible_us_.store(recorded_us, std::memory_order_release);
  return absl::OkStatus();
}

void StoredReportBook::Count(const Answer& answer) {
  if (answer.recorded_us != 0) {
    accepted_ += answer.new_count + answer.corrected_count;
    flagged_ += answer.flagged_count;
  }
  duplicate_ += answer.duplicate_count;
  refused_ += answer.refused_count;
}

absl::StatusOr<Confirmed> StoredReportBook::Confirm(const security::Principal& principal,
                                                    absl::string_view request_id,
                                                    absl::Span<const Confirmation> confirmations,
                                                    absl::string_view confirmer,
                                                    absl::string_view note) {
  confirmer = absl::StripAsciiWhitespace(confirmer);  // as reporters are
  GLUTWATCH_RETURN_IF_ERROR(CheckRequestId(request_id));
  GLUTWATCH_RETURN_IF_ERROR(CheckConfirmations(confirmations, confirmer, note));
  for (const Confirmation& one : confirmations) {
    GLUTWATCH_RETURN_IF_ERROR(security::Authorize(principal, security::Action::kConfirmReports,
                                                  one.subject.region, *catalog_));
  }
  Receipt receipt{.kind = RequestKind::kConfirmation,
                  .digest = DigestOf(confirmations, confirmer, note)};
  MutexLock write(&write_mu_);
  absl::StatusOr<Receipt> old = FindReceipt(*database_, request_id, receipt.kind, receipt.digest);
  if (old.ok()) return Confirmed{std::move(old->confirmed), /*replayed=*/true};
  if (!absl::IsNotFound(old.status())) return old.status();
  const int64_t recorded_us = NextTime();
  std::optional<History> history;
  {
    ReaderMutexLock lock(&index_mu_);
    history.emplace(&table_, &index_);
    GLUTWATCH_ASSIGN_OR_RETURN(
        receipt.confirmed, RunConfirmations(confirmations, confirmer, note, options_.second_person,
                                            recorded_us, &*history));
  }
  GLUTWATCH_RETURN_IF_ERROR(
      Commit(ReceiptWrite(request_id, receipt), *history, recorded_us, /*keep=*/true));
  return Confirmed{std::move(receipt.confirmed)};
}

absl::StatusOr<int64_t> StoredReportBook::FollowMerge(absl::string_view product) {
  const auto survivor = catalog_->FindProduct(product);
  if (survivor == nullptr || survivor->id == product) return 0;
  MutexLock write(&write_mu_);
  const int64_t recorded_us = NextTime();
  std::optional<History> history;
  {
    ReaderMutexLock lock(&index_mu_);
    history.emplace(&table_, &index_);
    for (uint8_t kind = 1; FindKindRule(Kind{kind}) != nullptr; ++kind) {
      const std::vector<Entry>* entries = index_.Of(Kind{kind}, product);
      if (entries == nullptr) continue;
      for (const Entry& entry : *entries) {
        GLUTWATCH_RETURN_IF_ERROR(MoveReports(table_, entry, survivor->id, recorded_us, &*history));
      }
    }
  }
  const auto moved = static_cast<int64_t>(history->added().size());
  if (moved > 0) {
    GLUTWATCH_RETURN_IF_ERROR(Commit({}, *history, recorded_us, /*keep=*/true));
  }
  return moved;
}

std::vector<Entry> StoredReportBook::Select(const Selection& selection, const Subject& from,
                                            RegionFilter* regions, MergeFilter* merges) const {
  std::vector<Entry> entries;
  ReaderMutexLock lock(&index_mu_);
  index_.VisitFrom(from, [&](const Subject& subject, SubjectId id) {
    if (selection.kind && subject.kind != *selection.kind) return false;
    if (!selection.product.empty() && subject.product != selection.product) return true;
    if (selection.grade && subject.grade != *selection.grade) return true;
    if (!merges->Takes(subject.product)) return true;
    if (regions->Takes(subject.region)) entries.push_back({&subject, id});
    return entries.size() < kSubjectsAtOnce;
  });
  return entries;
}

absl::Status StoredReportBook::List(const Selection& selection, int64_t as_of_us,
                                    const std::optional<std::pair<Subject, Day>>& after,
                                    const std::function<bool(const Report&)>& visit) const {
  const int64_t as_of = Visible(as_of_us);
  const Day first = std::max(selection.first_day.value_or(kMinDay), kMinDay);
  const Day last = std::min(selection.last_day.value_or(kMaxDay), kMaxDay);
  RegionFilter regions(*catalog_, selection.region);
  MergeFilter merges(*catalog_, as_of_us);
  Subject from{.kind = selection.kind.value_or(Kind::kPlantingIntention)};
  if (after && from < after->first) from = after->first;
  bool go_on = true;
  const auto show = [&](const Report& report) {
    if (selection.unconfirmed_only && !report.unconfirmed) return true;
    return go_on = visit(report);
  };
  while (go_on) {
    const std::vector<Entry> entries = Select(selection, from, &regions, &merges);
    for (const Entry& entry : entries) {
      const bool resumed = after && *entry.subject == after->first;
      const Day begin = resumed ? std::max(first, after->second + 1) : first;
      if (begin <= last) {
        GLUTWATCH_RETURN_IF_ERROR(table_.VisitForward(entry, begin, last, as_of, show));
      }
      if (!go_on) return absl::OkStatus();
    }
    if (entries.size() < kSubjectsAtOnce) return absl::OkStatus();
    from = *entries.back().subject;
    from.site.push_back('\0');  // the least subject after it
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Report>> StoredReportBook::Versions(const Subject& subject,
                                                               Day day) const {
  std::optional<SubjectId> id;
  {
    ReaderMutexLock lock(&index_mu_);
    id = index_.Find(subject);
  }
  if (!id || day < kMinDay || day > kMaxDay) return std::vector<Report>();
  return table_.Versions({&subject, *id}, day, Visible(kNow));
}

absl::StatusOr<std::vector<Report>> StoredReportBook::Newest(Kind kind, absl::string_view product,
                                                             absl::string_view region, Day day,
                                                             int64_t as_of_us) const {
  const int64_t as_of = Visible(as_of_us);
  // No day that was further ahead was ever taken: what was reported since is not stepped over.
  const Day last = std::min(day, ChinaDay(absl::FromUnixMicros(as_of)) + 1);
  std::vector<Entry> entries;
  {
    RegionFilter regions(*catalog_, region);
    ReaderMutexLock lock(&index_mu_);
    if (const std::vector<Entry>* all = index_.Of(kind, product)) {
      std::copy_if(all->begin(), all->end(), std::back_inserter(entries),
                   [&](const Entry& entry) { return regions.Takes(entry.subject->region); });
    }
  }
  std::vector<Report> newest;
  for (const Entry& entry : entries) {
    if (last < kMinDay) break;
    GLUTWATCH_RETURN_IF_ERROR(table_.VisitBackward(entry, last, as_of, [&](Report report) {
      if (report.figures.withdrawn) return true;
      newest.push_back(std::move(report));
      return false;
    }));
  }
  return newest;
}

ReportBook::Stats StoredReportBook::stats() const {
  Stats stats{
      .accepted = accepted_, .flagged = flagged_, .duplicate = duplicate_, .refused = refused_};
  ReaderMutexLock lock(&index_mu_);
  stats.subjects = static_cast<int64_t>(index_.size());
  return stats;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ReportBook>> ReportBook::Open(storage::Database* database,
                                                             const catalog::Catalog* catalog,
                                                             const catalog::FactBook* facts,
                                                             const Clock* clock,
                                                             const BookOptions& options) {
  auto book = std::make_unique<StoredReportBook>(database, catalog, facts, clock, options);
  GLUTWATCH_RETURN_IF_ERROR(book->Load());
  return book;
}

}  // namespace glutwatch::report

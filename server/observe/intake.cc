#include "server/observe/intake.h"

#include <atomic>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/observe/answer_queue.h"
#include "server/observe/batch_check.h"
#include "server/observe/dictionary.h"
#include "server/observe/examine.h"
#include "server/observe/price_hub.h"
#include "server/observe/run_table.h"
#include "server/observe/verdict_note.h"

namespace glutwatch::observe {
namespace {

constexpr char kSimulatedPrefix[] = "simulated:";
constexpr size_t kMaxSourceBytes = 64;

struct Counters {
  std::atomic<int64_t> accepted{0};
  std::atomic<int64_t> suspicious{0};
  std::atomic<int64_t> duplicate{0};
  std::atomic<int64_t> refused{0};
  std::atomic<int64_t> batches{0};
  std::atomic<int64_t> failed_batches{0};

  void Add(const BatchVerdict& verdict) {
    ++batches;
    if (verdict.replayed) return;
    accepted += verdict.accepted;
    suspicious += verdict.suspicious;
    duplicate += verdict.duplicate;
    refused += verdict.refused;
  }
};

// What the answers of a session need; lives as long as one is due.
struct Shared {
  AnswerQueue answers;
  std::shared_ptr<Counters> counters;
  std::string source;
  std::string author;  // the principal
  PriceHub* hub = nullptr;
  std::atomic<int64_t> failures{0};  // batches that were not kept

  void Answer(uint64_t place, absl::StatusOr<BatchVerdict> verdict) {
    if (verdict.ok()) {
      counters->Add(*verdict);
    } else {
      ++counters->failed_batches;
      ++failures;
    }
    answers.Complete(place, std::move(verdict));
  }
};

// The rows that the store kept, for those who watch.
void Announce(const storage::Receipt& receipt, std::vector<storage::BatchRow> rows,
              const Shared& shared) {
  if (receipt.replayed) return;
  auto duplicate = receipt.duplicates.begin();
  size_t kept = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (duplicate != receipt.duplicates.end() && *duplicate == i) {
      ++duplicate;
      continue;
    }
    rows[kept++] = rows[i];
  }
  shared.hub->Publish(receipt.recorded_us, shared.source, absl::MakeSpan(rows).first(kept));
}

class Session final : public IntakeSession {
 public:
  Session(Dictionary dictionary, bool preview, std::shared_ptr<Shared> shared,
          std::shared_ptr<RunTable> runs, storage::PriceStore* store, const Clock* clock,
          const IntakeOptions& options, security::QuotaAccount* quota)
      : dictionary_(std::move(dictionary)),
        preview_(preview),
        shared_(std::move(shared)),
        runs_(std::move(runs)),
        store_(store),
        clock_(clock),
        options_(options),
        quota_(quota) {}
  ~Session() override {
    if (!preview_ && failures_ == shared_->failures) runs_->Take(dictionary_.series());
  }

  void AddMarkets(std::vector<MarketSpec> markets) override {
    dictionary_.AddMarkets(std::move(markets));
  }
  void AddGoods(std::vector<GoodsSpec> goods) override { dictionary_.AddGoods(std::move(goods)); }
  void AddSeries(absl::Span<const SeriesSpec> series) override { dictionary_.AddSeries(series); }

  absl::StatusOr<Examination> Examine(const BatchColumns& columns) override {
    if (!preview_) {
      return absl::FailedPreconditionError("the session is not a preview, expected one");
    }
    GLUTWATCH_RETURN_IF_ERROR(CheckShape(columns));
    GLUTWATCH_RETURN_IF_ERROR(dictionary_.Settle());
    dictionary_.SetNow(clock_->Now());
    return ExamineBatch(columns, *store_, options_, &dictionary_);
  }

  void Submit(const BatchColumns& columns,
              std::function<void(absl::StatusOr<BatchVerdict>)> done) override {
    if (preview_) return done(absl::FailedPreconditionError("the session is a preview"));
    const uint64_t place = shared_->answers.Add(std::move(done));
    absl::Status status = CheckShape(columns);
    if (status.ok() && quota_ != nullptr) {
      status =
          quota_->AdmitRows(static_cast<int64_t>(columns.series_indexes.size()), clock_->Now());
    }
    if (status.ok()) status = dictionary_.Settle();
    if (!status.ok()) return shared_->Answer(place, std::move(status));
    dictionary_.SetNow(clock_->Now());
    SettleRuns();
    CheckedBatch checked = Check(columns, *store_, options_, &dictionary_);
    storage::Batch batch;
    batch.batch_id = std::string(columns.batch_id);
    batch.digest = checked.digest;
    batch.source = shared_->source;
    batch.note = EncodeNote(checked.results, columns.series_indexes.size());
    batch.author = shared_->author;
    for (const RowResult& result : checked.results) {
      batch.refused += result.verdict == Verdict::kRefused ? 1 : 0;
      batch.repeated += result.verdict == Verdict::kDuplicate ? 1 : 0;
    }
    std::vector<storage::BatchRow> announced;
    if (shared_->hub != nullptr && shared_->hub->has_subscribers()) announced = checked.rows;
    batch.rows = std::move(checked.rows);
    store_->AppendAsync(std::move(batch), [shared = shared_, place, rows = std::move(announced)](
                                              absl::StatusOr<storage::Receipt> receipt) mutable {
      if (!receipt.ok()) return shared->Answer(place, receipt.status());
      if (!rows.empty()) Announce(*receipt, std::move(rows), *shared);
      shared->Answer(place, VerdictOf(*receipt));
    });
  }

 private:
  // Takes over the runs of quotes of new series, and forgets all after a failure: they have rows
  // that the store does not.
  void SettleRuns() {
    auto series = absl::MakeSpan(dictionary_.series());
    if (const int64_t failures = shared_->failures; failures != failures_) {
      failures_ = failures;
      for (SessionSeries& one : series) one.run = {};
    }
    if (lent_ == series.size()) return;
    runs_->Lend(series.subspan(lent_));
    lent_ = series.size();
  }

  Dictionary dictionary_;
  const bool preview_;
  const std::shared_ptr<Shared> shared_;
  const std::shared_ptr<RunTable> runs_;
  size_t lent_ = 0;       // series that have got what the table knows
  int64_t failures_ = 0;  // that the runs know of
  storage::PriceStore* const store_;
  const Clock* const clock_;
  const IntakeOptions options_;
  security::QuotaAccount* const quota_;  // of rows; nullptr: not asked
};

class IntakeImpl final : public Intake {
 public:
  IntakeImpl(catalog::Catalog* catalog, catalog::SeriesRegistry* registry,
             storage::PriceStore* store, const Clock* clock, const IntakeOptions& options,
             PriceHub* hub, security::Quotas* quotas)
      : catalog_(catalog),
        registry_(registry),
        store_(store),
        clock_(clock),
        options_(options),
        hub_(hub),
        quotas_(quotas) {}

  absl::StatusOr<std::unique_ptr<IntakeSession>> Open(const security::Principal& principal,
                                                      const SessionOptions& options) override {
    if (options.source.empty() || options.source.size() > kMaxSourceBytes ||
        absl::StrContains(options.source, ':')) {
      return absl::InvalidArgumentError(absl::StrCat("source is \"", options.source,
                                                     "\", expected 1..", kMaxSourceBytes,
                                                     " bytes without ':'"));
    }
    if (!security::HasRoleFor(principal, security::Action::kWritePrices)) {
      return absl::PermissionDeniedError(
          absl::StrCat("\"", principal.id, "\" may not write prices anywhere"));
    }
    security::QuotaAccount* const quota = quotas_ == nullptr ? nullptr : quotas_->Of(principal.id);
    const bool prepaid = options.prepaid_rows > 0;
    if (quota != nullptr && prepaid) {
      GLUTWATCH_RETURN_IF_ERROR(quota->AdmitRows(options.prepaid_rows, clock_->Now()));
    }
    auto shared = std::make_shared<Shared>();
    shared->counters = counters_;
    shared->source = absl::StrCat(options.simulated ? kSimulatedPrefix : "", options.source);
    shared->author = principal.id.substr(0, storage::kMaxAuthorBytes);
    shared->hub = hub_;
    return std::make_unique<Session>(
        Dictionary(catalog_, registry_, principal, options.create_missing, options.preview,
                   {quota, clock_}),
        options.preview, std::move(shared), runs_, store_, clock_, options_,
        prepaid ? nullptr : quota);
  }

  Stats stats() const override {
    Stats stats;
    stats.accepted = counters_->accepted;
    stats.suspicious = counters_->suspicious;
    stats.duplicate = counters_->duplicate;
    stats.refused = counters_->refused;
    stats.batches = counters_->batches;
    stats.failed_batches = counters_->failed_batches;
    return stats;
  }

 private:
  catalog::Catalog* const catalog_;
  catalog::SeriesRegistry* const registry_;
  storage::PriceStore* const store_;
  const Clock* const clock_;
  const IntakeOptions options_;
  PriceHub* const hub_;
  security::Quotas* const quotas_;
  const std::shared_ptr<Counters> counters_ = std::make_shared<Counters>();
  const std::shared_ptr<RunTable> runs_ = std::make_shared<RunTable>();
};

}  // namespace

bool IsSimulatedSource(absl::string_view source) {
  return absl::StartsWith(source, kSimulatedPrefix);
}

std::unique_ptr<Intake> Intake::Create(catalog::Catalog* catalog, catalog::SeriesRegistry* registry,
                                       storage::PriceStore* store, const Clock* clock,
                                       const IntakeOptions& options, PriceHub* hub,
                                       security::Quotas* quotas) {
  return std::make_unique<IntakeImpl>(catalog, registry, store, clock, options, hub, quotas);
}

}  // namespace glutwatch::observe

#include "server/observe/intake.h"

#include <atomic>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/observe/batch_check.h"
#include "server/observe/dictionary.h"

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

// Puts the store's duplicates between the results of the check, by row.
absl::StatusOr<BatchVerdict> VerdictOf(const storage::Receipt& receipt) {
  auto noted = DecodeResults(receipt.note);
  if (!noted.has_value()) return absl::DataLossError("receipts: the note of a batch is damaged");
  BatchVerdict verdict;
  verdict.recorded_us = receipt.recorded_us;
  verdict.replayed = receipt.replayed;
  verdict.corrected = receipt.corrected;
  // A row that is a duplicate is nothing else: what was suspicious of it was said the first time.
  auto next = noted->results.begin();
  const auto take_before = [&](int32_t row) {
    while (next != noted->results.end() && next->row < row) {
      verdict.rows.push_back(std::move(*next++));
    }
    if (next != noted->results.end() && next->row == row) ++next;
  };
  for (const uint32_t index : receipt.duplicates) {
    const int32_t row = noted->row_numbers[index];
    take_before(row);
    verdict.rows.push_back({row, Verdict::kDuplicate, "", ""});
  }
  take_before(static_cast<int32_t>(noted->row_count));
  for (const RowResult& result : verdict.rows) {
    verdict.suspicious += result.verdict == Verdict::kSuspicious;
    verdict.refused += result.verdict == Verdict::kRefused;
    verdict.duplicate += result.verdict == Verdict::kDuplicate;
  }
  verdict.accepted = noted->row_count - verdict.suspicious - verdict.refused - verdict.duplicate;
  return verdict;
}

class Session final : public IntakeSession {
 public:
  Session(Dictionary dictionary, std::string source, storage::PriceStore* store, const Clock* clock,
          const IntakeOptions& options, Counters* counters)
      : dictionary_(std::move(dictionary)),
        source_(std::move(source)),
        store_(store),
        clock_(clock),
        options_(options),
        counters_(counters) {}

  void AddMarkets(std::vector<MarketSpec> markets) override {
    dictionary_.AddMarkets(std::move(markets));
  }
  void AddSeries(std::vector<SeriesSpec> series) override {
    dictionary_.AddSeries(std::move(series));
  }

  void Submit(const BatchColumns& columns,
              std::function<void(absl::StatusOr<BatchVerdict>)> done) override {
    if (absl::Status status = CheckShape(columns); !status.ok()) {
      ++counters_->failed_batches;
      return done(std::move(status));
    }
    CheckedBatch checked = Check(columns, dictionary_.SeriesAt(clock_->Now()), *store_, options_);
    storage::Batch batch;
    batch.batch_id = std::string(columns.batch_id);
    batch.digest = checked.digest;
    batch.source = source_;
    batch.rows = std::move(checked.rows);
    batch.note = EncodeResults(checked.results, columns.series_indexes.size());
    store_->AppendAsync(std::move(batch), [counters = counters_, done = std::move(done)](
                                              absl::StatusOr<storage::Receipt> receipt) {
      absl::StatusOr<BatchVerdict> verdict =
          receipt.ok() ? VerdictOf(*receipt) : absl::StatusOr<BatchVerdict>(receipt.status());
      if (verdict.ok()) {
        counters->Add(*verdict);
      } else {
        ++counters->failed_batches;
      }
      done(std::move(verdict));
    });
  }

 private:
  Dictionary dictionary_;
  const std::string source_;
  storage::PriceStore* const store_;
  const Clock* const clock_;
  const IntakeOptions options_;
  Counters* const counters_;
};

class IntakeImpl final : public Intake {
 public:
  IntakeImpl(catalog::Catalog* catalog, catalog::SeriesRegistry* registry,
             storage::PriceStore* store, const Clock* clock, const IntakeOptions& options)
      : catalog_(catalog), registry_(registry), store_(store), clock_(clock), options_(options) {}

  absl::StatusOr<std::unique_ptr<IntakeSession>> Open(const security::Principal& principal,
                                                      const SessionOptions& options) override {
    if (options.source.empty() || options.source.size() > kMaxSourceBytes ||
        absl::StrContains(options.source, ':')) {
      return absl::InvalidArgumentError(absl::StrCat("source is \"", options.source,
                                                     "\", expected 1..", kMaxSourceBytes,
                                                     " bytes without ':'"));
    }
    GLUTWATCH_RETURN_IF_ERROR(security::Authorize(principal, security::Action::kWritePrices,
                                                  principal.region, *catalog_));
    return std::make_unique<Session>(
        Dictionary(catalog_, registry_, principal, options.create_missing),
        absl::StrCat(options.simulated ? kSimulatedPrefix : "", options.source), store_, clock_,
        options_, &counters_);
  }

  Stats stats() const override {
    Stats stats;
    stats.accepted = counters_.accepted;
    stats.suspicious = counters_.suspicious;
    stats.duplicate = counters_.duplicate;
    stats.refused = counters_.refused;
    stats.batches = counters_.batches;
    stats.failed_batches = counters_.failed_batches;
    return stats;
  }

 private:
  catalog::Catalog* const catalog_;
  catalog::SeriesRegistry* const registry_;
  storage::PriceStore* const store_;
  const Clock* const clock_;
  const IntakeOptions options_;
  Counters counters_;
};

}  // namespace

bool IsSimulatedSource(absl::string_view source) {
  return absl::StartsWith(source, kSimulatedPrefix);
}

std::unique_ptr<Intake> Intake::Create(catalog::Catalog* catalog, catalog::SeriesRegistry* registry,
                                       storage::PriceStore* store, const Clock* clock,
                                       const IntakeOptions& options) {
  return std::make_unique<IntakeImpl>(catalog, registry, store, clock, options);
}

}  // namespace glutwatch::observe

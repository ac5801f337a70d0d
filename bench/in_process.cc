#include "bench/in_process.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "server/storage/database.h"
#include "server/storage/price_store.h"

namespace glutwatch::bench {
namespace {

constexpr size_t kBatchRows = 10'000;
constexpr int kInFlight = 16;
constexpr int kReads = 2'000;
constexpr int kYear = 365;

storage::BatchRow ToStored(const FeedShape& shape, const FeedRow& row) {
  storage::BatchRow stored;
  stored.series = storage::SeriesId{shape.SeriesOf(row) + 1};
  storage::Observation& o = stored.observation;
  o.day = Day{row.day};
  o.presence = storage::kHasLow | storage::kHasModal | storage::kHasHigh | storage::kHasArrivals;
  o.low_e4 = int64_t{row.low_fen} * 100;
  o.modal_e4 = int64_t{row.average_fen} * 100;
  o.high_e4 = int64_t{row.high_fen} * 100;
  o.arrivals_e4 = int64_t{row.arrivals_tenths} * 1000;
  return stored;
}

std::vector<storage::Batch> MakeBatches(const FeedShape& shape, FeedOrder order) {
  std::vector<storage::Batch> batches;
  ForEachRow(shape, order, [&](const FeedRow& row) {
    if (batches.empty() || batches.back().rows.size() == kBatchRows) {
      batches.emplace_back();
      batches.back().batch_id = absl::StrCat("bench-", batches.size());
      batches.back().source = "bench";
      batches.back().rows.reserve(kBatchRows);
    }
    batches.back().rows.push_back(ToStored(shape, row));
  });
  return batches;
}

// kInFlight batches at a time; all are acknowledged when it returns.
absl::Status AppendAll(std::vector<storage::Batch> batches, storage::PriceStore* store) {
  Mutex mu;
  CondVar changed;
  int in_flight = 0;
  absl::Status failure;
  for (storage::Batch& batch : batches) {
    {
      MutexLock lock(&mu);
      while (in_flight >= kInFlight) changed.Wait(&mu);
      ++in_flight;
    }
    store->AppendAsync(std::move(batch), [&](const absl::StatusOr<storage::Receipt>& receipt) {
      MutexLock lock(&mu);
      if (failure.ok()) failure = receipt.status();
      --in_flight;
      changed.Signal();
    });
  }
  MutexLock lock(&mu);
  while (in_flight > 0) changed.Wait(&mu);
  return failure;
}

absl::Status ReadYears(const storage::PriceStore& store, const FeedShape& shape,
                       const std::string& work, Figures* figures) {
  std::mt19937 random(7);
  std::vector<double> ms;
  for (int i = 0; i < kReads; ++i) {
    const storage::SeriesId series{1 + static_cast<uint32_t>(random() % shape.series())};
    const absl::Time begin = absl::Now();
    GLUTWATCH_RETURN_IF_ERROR(
        store.Read(series, Day{kLastFeedDay - kYear + 1}, Day{kLastFeedDay}).status());
    ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
  }
  figures->Add(work, "year_p50_ms", Percentile(ms, 0.5));
  figures->Add(work, "year_p99_ms", Percentile(ms, 0.99));
  return absl::OkStatus();
}

}  // namespace

absl::Status RunInProcess(const std::string& folder, const FeedShape& shape, FeedOrder order,
                          const std::string& work, Figures* figures) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  const absl::Cleanup empty = [&folder, &error] { std::filesystem::remove_all(folder, error); };
  const SystemClock clock;
  GLUTWATCH_ASSIGN_OR_RETURN(auto database, storage::Database::Open({.path = folder}));
  GLUTWATCH_ASSIGN_OR_RETURN(auto store, storage::PriceStore::Open(database.get(), &clock, {}));
  auto batches = MakeBatches(shape, order);
  const absl::Time begin = absl::Now();
  GLUTWATCH_RETURN_IF_ERROR(AppendAll(std::move(batches), store.get()));
  const double rate =
      static_cast<double>(shape.rows()) / absl::ToDoubleSeconds(absl::Now() - begin);
  figures->Add(work, "rows_per_s", rate);
  std::fprintf(stderr, "%-24s %9lld rows  %6.3f M rows/s\n", work.c_str(),
               static_cast<long long>(shape.rows()), rate / 1e6);
  GLUTWATCH_RETURN_IF_ERROR(store->Fold());
  figures->Add(work, "disk_bytes_per_row",
               static_cast<double>(database->bytes_on_disk()) / static_cast<double>(shape.rows()));
  return ReadYears(*store, shape, work, figures);
}

}  // namespace glutwatch::bench

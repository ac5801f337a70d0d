// How fast the price store takes and gives back rows, in process: one writer, every batch
// acknowledged after its fsync. Prints one line per piece of work; the unit is rows per second.
//
// usage: store_bench [folder] [series] [days]
//   DAILY     `series` (500,000) series, one row each a day, `days` (4) days, batches of 10,000
//   BACKFILL  5,000 series x 1,000 days, in series order and in day order, batches of 10,000
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "server/storage/database.h"
#include "server/storage/price_store.h"

namespace glutwatch::storage {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr size_t kBatchRows = 10'000;
constexpr int kInFlight = 16;
constexpr int kFirstDay = 19'724;  // 2024-01-02
constexpr uint32_t kBackfillSeries = 5'000;
constexpr int kBackfillDays = 1'000;

double Since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

// A walk of prices in whole fen with arrivals in whole kg; the same for every run.
BatchRow MakeRow(uint32_t series, int day) {
  const uint64_t hash =
      (uint64_t{series} * 0x9e3779b97f4a7c15u) ^ (static_cast<uint64_t>(day) * 0xc2b2ae3d27d4eb4fu);
  BatchRow row;
  row.series = SeriesId{series};
  Observation& o = row.observation;
  o.day = Day{day};
  o.presence = kHasLow | kHasModal | kHasHigh | kHasArrivals;
  o.modal_e4 = 20'000 + static_cast<int64_t>(series % 400) * 100 +
               static_cast<int64_t>((hash >> 40) % 40) * 100;
  o.low_e4 = o.modal_e4 - static_cast<int64_t>((hash >> 20) % 20) * 100;
  o.high_e4 = o.modal_e4 + static_cast<int64_t>((hash >> 30) % 20) * 100;
  o.arrivals_e4 = static_cast<int64_t>(1000 + (hash >> 44) % 4000) * 10'000;
  return row;
}

class Bench {
 public:
  explicit Bench(std::string folder) : folder_(std::move(folder)) {
    std::filesystem::remove_all(folder_);
    Open();
  }
  ~Bench() {
    store_.reset();
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Open() {
    store_.reset();
    database_.reset();
    const auto start = SteadyClock::now();
    auto database = Database::Open({.path = folder_});
    if (!database.ok()) Die(database.status());
    database_ = *std::move(database);
    auto store = PriceStore::Open(database_.get(), &clock_, {});
    if (!store.ok()) Die(store.status());
    store_ = *std::move(store);
    std::printf("  open %.3f s\n", Since(start));
  }

  // Appends rows `row(i)` for i < count, kInFlight batches at a time; acknowledged when it returns.
  void Append(const char* name, size_t count, const std::function<BatchRow(size_t)>& row) {
    double make_s = 0;
    const auto start = SteadyClock::now();
    for (size_t begin = 0; begin < count; begin += kBatchRows) {
      const auto make_start = SteadyClock::now();
      Batch batch;
      batch.batch_id = absl::StrCat(name, "-", ++batches_);
      batch.source = "bench";
      batch.rows.reserve(kBatchRows);
      for (size_t i = begin; i < std::min(count, begin + kBatchRows); ++i) {
        batch.rows.push_back(row(i));
      }
      make_s += Since(make_start);
      {
        MutexLock lock(&mu_);
        while (in_flight_ >= kInFlight) changed_.Wait(&mu_);
        ++in_flight_;
      }
      store_->AppendAsync(std::move(batch), [this](const absl::StatusOr<Receipt>& receipt) {
        if (!receipt.ok()) Die(receipt.status());
        MutexLock lock(&mu_);
        --in_flight_;
        changed_.Signal();
      });
    }
    {
      MutexLock lock(&mu_);
      while (in_flight_ > 0) changed_.Wait(&mu_);
    }
    const double seconds = Since(start);
    std::printf("%-24s %9zu rows  %.3f s  %.2f M rows/s acknowledged (making rows took %.3f s)\n",
                name, count, seconds, static_cast<double>(count) / seconds / 1e6, make_s);
    rows_ += count;
  }
  void Fold() {
    const auto start = SteadyClock::now();
    const absl::Status status = store_->Fold();
    if (!status.ok()) Die(status);
    std::printf("  fold of the rest %.3f s; %.1f bytes on disk per row before compaction\n",
                Since(start),
                static_cast<double>(database_->bytes_on_disk()) / static_cast<double>(rows_));
  }
  void OneBatchLatency(int batches) {
    std::vector<double> ms;
    for (int b = 0; b < batches; ++b) {
      Batch batch;
      batch.batch_id = absl::StrCat("latency-", ++batches_);
      batch.source = "bench";
      for (uint32_t s = 1; s <= 1000; ++s) batch.rows.push_back(MakeRow(s, kFirstDay + 2000 + b));
      const auto start = SteadyClock::now();
      const auto receipt = store_->Append(std::move(batch));
      if (!receipt.ok()) Die(receipt.status());
      ms.push_back(Since(start) * 1e3);
    }
    Print("one batch of 1,000 rows", &ms);
  }
  void ReadLatency(uint32_t series, int days, int reads) {
    std::mt19937 random(7);
    std::vector<double> us;
    for (int i = 0; i < reads; ++i) {
      const SeriesId id{1 + static_cast<uint32_t>(random() % series)};
      const auto start = SteadyClock::now();
      const auto versions = store_->Read(id, Day{kFirstDay + days - 365}, Day{kFirstDay + days});
      if (!versions.ok()) Die(versions.status());
      us.push_back(Since(start) * 1e3);
    }
    Print("last year of one series", &us);
  }

 private:
  [[noreturn]] static void Die(const absl::Status& status) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    std::_Exit(1);
  }
  static void Print(const char* name, std::vector<double>* ms) {
    std::sort(ms->begin(), ms->end());
    std::printf("  %-24s p50 %.3f ms  p99 %.3f ms\n", name, (*ms)[ms->size() / 2],
                (*ms)[ms->size() * 99 / 100]);
  }

  const std::string folder_;
  const SystemClock clock_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<PriceStore> store_;
  size_t batches_ = 0;
  size_t rows_ = 0;
  Mutex mu_;
  CondVar changed_;
  int in_flight_ ABSL_GUARDED_BY(mu_) = 0;
};

void Daily(const std::string& folder, uint32_t series, int days) {
  Bench bench(folder);
  for (int day = 0; day < days; ++day) {
    bench.Append("DAILY", series, [day](size_t i) {
      return MakeRow(static_cast<uint32_t>(i) + 1, kFirstDay + day);
    });
  }
  bench.Open();
  bench.Fold();
  bench.OneBatchLatency(200);
}

void Backfill(const std::string& folder, bool series_order) {
  Bench bench(folder);
  bench.Append(series_order ? "BACKFILL by series" : "BACKFILL by day",
               size_t{kBackfillSeries} * kBackfillDays, [series_order](size_t i) {
                 const size_t series = series_order ? i / kBackfillDays : i % kBackfillSeries;
                 const size_t day = series_order ? i % kBackfillDays : i / kBackfillSeries;
                 return MakeRow(static_cast<uint32_t>(series) + 1,
                                kFirstDay + static_cast<int>(day));
               });
  bench.ReadLatency(kBackfillSeries, kBackfillDays, 2000);
  bench.Fold();
  bench.ReadLatency(kBackfillSeries, kBackfillDays, 2000);
  bench.Open();
  bench.OneBatchLatency(200);
}

}  // namespace
}  // namespace glutwatch::storage

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "/tmp/glutwatch-store-bench";
  const auto series = static_cast<uint32_t>(argc > 2 ? std::atoi(argv[2]) : 500'000);
  const int days = argc > 3 ? std::atoi(argv[3]) : 4;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  glutwatch::storage::Daily(folder, series, days);
  glutwatch::storage::Backfill(folder, true);
  glutwatch::storage::Backfill(folder, false);
  return 0;
}

// What reading prices costs inside the server: the chunk codec alone, and the store's columns over
// BACKFILL, folded and in the cache. One iteration of a query is one call, for a product or market
// that changes from call to call. What the wire adds, bench/store_bench measures.
//
// usage: read_bench [folder]
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "bench/feed.h"
#include "bench/figures.h"
#include "server/storage/chunk_codec.h"
#include "server/storage/column_rows.h"
#include "server/storage/database.h"
#include "server/storage/price_store.h"

namespace glutwatch::bench {
namespace {

using storage::ColumnSet;
using storage::PriceColumns;
using storage::PriceStore;
using storage::SeriesId;
using storage::Version;

constexpr size_t kBatchRows = 10'000;
constexpr uint32_t kCodecSeries = 2'000;
constexpr int64_t kFirstCommitUs = 1'767'200'000'000'000;
constexpr int kQueries = 400;
constexpr int kWarmUp = 20;

[[noreturn]] void Die(const absl::Status& status) {
  std::fprintf(stderr, "read_bench: %s\n", status.ToString().c_str());
  std::exit(1);
}

storage::Observation ToObservation(const FeedRow& row) {
  storage::Observation o;
  o.day = Day{row.day};
  o.presence = storage::kHasLow | storage::kHasModal | storage::kHasHigh | storage::kHasArrivals;
  o.low_e4 = int64_t{row.low_fen} * 100;
  o.modal_e4 = int64_t{row.average_fen} * 100;
  o.high_e4 = int64_t{row.high_fen} * 100;
  o.arrivals_e4 = int64_t{row.arrivals_tenths} * 1000;
  return o;
}

struct Chunk {
  storage::ChunkKey key;
  std::vector<Version> versions;
  std::string bytes;
};

// The chunks of the first series of a shape, whose days were recorded one after the other.
std::vector<Chunk> MakeChunks(FeedShape shape) {
  std::vector<int64_t> commit_us(shape.days, kFirstCommitUs);
  for (uint32_t day = 1; day < shape.days; ++day) {
    commit_us[day] = commit_us[day - 1] + 100'000 + (day * 7919u) % 20'000;
  }
  std::vector<Chunk> chunks;
  for (uint32_t s = 0; s < std::min(shape.series(), kCodecSeries); ++s) {
    FeedSeries series(shape, s);
    for (uint32_t day = 0; day < shape.days; ++day) {
      const FeedRow row = series.Next(FirstDay(shape) + static_cast<int32_t>(day));
      const storage::ChunkKey key{SeriesId{s + 1}, storage::YearOf(Day{row.day})};
      if (chunks.empty() || chunks.back().key != key) chunks.push_back({key, {}, {}});
      chunks.back().versions.push_back({ToObservation(row), commit_us[day]});
    }
  }
  return chunks;
}

double ThreadCpuNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Runs `work` over all chunks, several times; the least nanoseconds per row of a time.
double NanosecondsPerRow(std::vector<Chunk>* chunks, const std::function<void(Chunk*)>& work) {
  size_t rows = 0;
  for (const Chunk& chunk : *chunks) rows += chunk.versions.size();
  double least = INFINITY;
  for (int i = 0; i < 5; ++i) {
    const double begin = ThreadCpuNanoseconds();
    for (Chunk& chunk : *chunks) work(&chunk);
    least = std::min(least, ThreadCpuNanoseconds() - begin);
  }
  return least / static_cast<double>(rows);
}

void MeasureCodec(const char* name, const FeedShape& shape) {
  std::vector<Chunk> chunks = MakeChunks(shape);
  const double encode = NanosecondsPerRow(&chunks, [](Chunk* chunk) {
    chunk->bytes = storage::EncodeChunk(chunk->key, chunk->versions);
  });
  const double decode = NanosecondsPerRow(&chunks, [](Chunk* chunk) {
    const auto versions = storage::DecodeChunk(chunk->key, chunk->bytes);
    if (!versions.ok()) Die(versions.status());
  });
  PriceColumns columns;
  const auto read = [&](ColumnSet wanted) {
    return NanosecondsPerRow(&chunks, [&](Chunk* chunk) {
      storage::ClearRows(&columns);
      const absl::Status status =
          storage::AppendNewest(chunk->key, chunk->bytes, wanted, PriceStore::kNow, &columns);
      if (!status.ok()) Die(status);
    });
  };
  size_t bytes = 0;
  size_t rows = 0;
  for (const Chunk& chunk : chunks) {
    bytes += chunk.bytes.size() + storage::kChunkKeyBytes;
    rows += chunk.versions.size();
  }
  std::printf(
      "%-9s %.2f bytes a row, keys included; ns a row: encode %.1f, decode rows %.1f, "
      "days and modal %.2f, all columns %.2f\n",
      name, static_cast<double>(bytes) / static_cast<double>(rows), encode, decode,
      read(storage::kModalColumn), read(storage::kAllColumns));
}

void Load(const FeedShape& shape, PriceStore* store) {
  storage::Batch batch;
  int batches = 0;
  const auto append = [&] {
    batch.batch_id = absl::StrCat("b", ++batches);
    batch.source = "bench";
    const auto receipt = store->Append(std::move(batch));
    if (!receipt.ok()) Die(receipt.status());
    batch = {};
  };
  ForEachRow(shape, FeedOrder::kByDay, [&](const FeedRow& row) {
    batch.rows.push_back({SeriesId{shape.SeriesOf(row) + 1}, ToObservation(row)});
    if (batch.rows.size() == kBatchRows) append();
  });
  if (!batch.rows.empty()) append();
  const absl::Status folded = store->Fold();
  if (!folded.ok()) Die(folded);
}

std::vector<SeriesId> SeriesOfProduct(const FeedShape& shape, uint32_t product) {
  std::vector<SeriesId> series;
  for (uint32_t s = product; s < shape.series(); s += shape.products) {
    series.push_back(SeriesId{s + 1});
  }
  return series;
}

void TimeQuery(const char* name, const std::function<size_t(uint32_t)>& ask, size_t want_rows) {
  std::vector<double> us;
  std::vector<double> cpu_us;
  for (int i = -kWarmUp; i < kQueries; ++i) {
    const absl::Time begin = absl::Now();
    const double cpu_begin = ThreadCpuNanoseconds();
    const size_t rows = ask(static_cast<uint32_t>(i + kWarmUp));
    const double cpu_took = (ThreadCpuNanoseconds() - cpu_begin) / 1e3;
    const double took = absl::ToDoubleMicroseconds(absl::Now() - begin);
    if (rows != want_rows) Die(absl::InternalError(absl::StrCat(name, ": ", rows, " rows")));
    if (i < 0) continue;
    us.push_back(took);
    cpu_us.push_back(cpu_took);
  }
  std::printf("%-40s %7zu rows  p50 %8.1f us  p99 %8.1f us  processor p50 %8.1f us\n", name,
              want_rows, Percentile(us, 0.5), Percentile(us, 0.99), Percentile(cpu_us, 0.5));
}

void MeasureStore(const FeedShape& shape, const PriceStore& store) {
  PriceColumns columns;
  const auto read = [&](absl::Span<const SeriesId> series, Day from, ColumnSet wanted) {
    size_t rows = 0;
    const absl::Status status =
        store.ReadManyColumns(series, from, kMaxDay, PriceStore::kNow, wanted, &columns,
                              [&](size_t, const PriceColumns& got) {
                                rows += got.rows();
                                return true;
                              });
    if (!status.ok()) Die(status);
    return rows;
  };
  const auto product = [&](uint32_t i) { return SeriesOfProduct(shape, i % shape.products); };
  TimeQuery(
      "(a) last year of one series, all columns",
      [&](uint32_t i) {
        const SeriesId series{1 + i * 37 % shape.series()};
        return read({&series, 1}, Day{kLastFeedDay - 364}, storage::kAllColumns);
      },
      365);
  const size_t all_rows = size_t{shape.markets} * shape.days;
  TimeQuery(
      "(b) a product in all markets, all columns",
      [&](uint32_t i) { return read(product(i), kMinDay, storage::kAllColumns); }, all_rows);
  constexpr ColumnSet kForMeans = storage::kModalColumn | storage::kStatusColumn |
                                  storage::kPresenceColumn | storage::kFlagsColumn;
  TimeQuery(
      "(d) the same, what a mean needs",
      [&](uint32_t i) { return read(product(i), kMinDay, kForMeans); }, all_rows);
  TimeQuery(
      "(c) newest price of a product's series",
      [&](uint32_t i) {
        size_t known = 0;
        for (const SeriesId series : product(i)) known += store.Tip(series).has_value() ? 1 : 0;
        return known;
      },
      shape.markets);
}

void Run(const std::string& folder) {
  MeasureCodec("BACKFILL", kBackfillShape);
  MeasureCodec("DAILY", kDailyShape);
  std::filesystem::remove_all(folder);
  const SystemClock clock;
  auto database = storage::Database::Open({.path = folder});
  if (!database.ok()) Die(database.status());
  {
    auto store = PriceStore::Open(database->get(), &clock, {});
    if (!store.ok()) Die(store.status());
    Load(kBackfillShape, store->get());
    MeasureStore(kBackfillShape, **store);
  }
  database->reset();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace glutwatch::bench

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  glutwatch::bench::Run(argc > 1 ? argv[1] : "/tmp/glutwatch-read-bench");
  return 0;
}

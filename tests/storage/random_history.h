#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/storage/price_store.h"

namespace glutwatch::storage {

// A row and who reports it.
struct Arrival {
  BatchRow row;
  int source = 0;
};

// What is reported of many series, without an order among them: only the versions of one
// (series, day, lot) come in theirs, since the last one counts. Has corrections, corrections back
// to an earlier quote, duplicates by the same source and by others, second lots, gaps of years.
class RandomHistory {
 public:
  static constexpr int kSources = 3;
  static constexpr int kFirstDay = 19'650;  // 2023-10-20: the days cross New Years

  RandomHistory(uint32_t cases, uint32_t series_per_case, std::mt19937* random) : random_(*random) {
    for (uint32_t c = 0; c < cases; ++c) AddCase(1 + c * series_per_case, series_per_case);
  }

  enum class Order { kRandom, kSeriesOrder, kDayOrder, kNewestDayFirst };
  static constexpr int kOrders = 4;

  // All arrivals once, in batches, in about the given order: the result depends on `random`.
  std::vector<Batch> InBatches(Order order, std::mt19937* random) const {
    std::vector<Queue> queues;
    for (const auto& [key, arrivals] : arrivals_) {
      queues.push_back({Rank(key, order, (*random)()), 0, &arrivals});
    }
    std::sort(queues.begin(), queues.end(),
              [](const Queue& a, const Queue& b) { return a.rank < b.rank; });
    std::vector<Batch> batches;
    for (size_t left = queues.size(); left > 0;) {
      Batch batch = TakeBatch(&queues, random);
      batch.batch_id = absl::StrCat("batch", batches.size());
      batch.digest = batches.size() + 1;
      if (!batch.rows.empty()) batches.push_back(std::move(batch));
      queues.erase(std::remove_if(queues.begin(), queues.end(),
                                  [](const Queue& q) { return q.next == q.arrivals->size(); }),
                   queues.end());
      left = queues.size();
    }
    return batches;
  }

  uint32_t series_count() const { return series_count_; }
  int64_t rows() const { return rows_; }

 private:
  using Key = std::tuple<uint32_t, int, uint16_t>;  // series, day, lot
  using RankOf = std::tuple<int64_t, uint32_t>;
  struct Queue {
    RankOf rank;
    size_t next;
    const std::vector<Arrival>* arrivals;
  };

  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(random_()) % n; }

  void AddCase(uint32_t first_series, uint32_t series) {
    series_count_ = std::max(series_count_, first_series + series - 1);
    const uint32_t span = Below(3) == 0 ? 900 : 25;  // sparse over years, or dense
    const uint32_t keys = 1 + Below(24);
    for (uint32_t k = 0; k < keys; ++k) {
      const Key key{first_series + Below(series), kFirstDay + static_cast<int>(Below(span)),
                    static_cast<uint16_t>(Below(6) == 0 ? 1 : 0)};
      std::vector<Arrival>& versions = arrivals_[key];
      for (uint32_t v = 1 + (Below(3) == 0 ? Below(4) : 0); v > 0; --v) {
        versions.push_back(RandomArrival(key, versions));
        ++rows_;
      }
    }
  }
  Arrival RandomArrival(const Key& key, const std::vector<Arrival>& before) {
    Arrival arrival;
    arrival.source = static_cast<int>(Below(kSources));
    if (!before.empty() && Below(3) == 0) {  // a duplicate, or a way back
      arrival.row = before[Below(static_cast<uint32_t>(before.size()))].row;
      return arrival;
    }
    arrival.row.series = SeriesId{std::get<0>(key)};
    Observation& o = arrival.row.observation;
    o.day = Day{std::get<1>(key)};
    o.lot = std::get<2>(key);
    if (o.lot > 0) o.flags = kSecondLot;
    if (Below(8) == 0) {
      o.status = static_cast<DayStatus>(2 + Below(4));
      return arrival;
    }
    o.presence = static_cast<uint8_t>(1 + Below(15));
    if (Below(4) == 0) o.flags = static_cast<uint16_t>(o.flags | (1U << Below(4)));
    const auto price = static_cast<int64_t>(100 * (1 + Below(5)));
    if ((o.presence & kHasLow) != 0) o.low_e4 = price - 1;
    if ((o.presence & kHasModal) != 0) o.modal_e4 = price;
    if ((o.presence & kHasHigh) != 0) o.high_e4 = price + static_cast<int64_t>(Below(3));
    if ((o.presence & kHasArrivals) != 0) o.arrivals_e4 = static_cast<int64_t>(Below(3)) * kBig;
    return arrival;
  }

  static RankOf Rank(const Key& key, Order order, uint64_t random) {
    const auto tie = static_cast<uint32_t>(random);
    switch (order) {
      case Order::kRandom:
        return {0, tie};
      case Order::kSeriesOrder:
        return {int64_t{std::get<0>(key)} * 100'000 + std::get<1>(key), tie};
      case Order::kDayOrder:
        return {std::get<1>(key), tie};
      case Order::kNewestDayFirst:
        return {-std::get<1>(key), tie};
    }
    return {0, tie};
  }
  // Some of the first rows that one source has, of each key at most one.
  static Batch TakeBatch(std::vector<Queue>* queues, std::mt19937* random) {
    const int source = static_cast<int>((*random)() % kSources);
    const size_t size = 1 + (*random)() % ((*random)() % 4 == 0 ? 400 : 40);
    Batch batch;
    batch.source = absl::StrCat("source", source);
    for (Queue& queue : *queues) {
      const Arrival& arrival = (*queue.arrivals)[queue.next];
      if (arrival.source != source || (*random)() % 8 == 0) continue;
      ++queue.next;
      batch.rows.push_back(arrival.row);
      if (batch.rows.size() == size) break;
    }
    return batch;
  }

  static constexpr int64_t kBig = 1'234'567'890'123;
  std::mt19937& random_;
  std::map<Key, std::vector<Arrival>> arrivals_;
  uint32_t series_count_ = 0;
  int64_t rows_ = 0;
};

}  // namespace glutwatch::storage

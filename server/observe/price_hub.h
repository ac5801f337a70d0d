#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "base/mutex.h"
#include "server/storage/price_store.h"

namespace glutwatch::observe {

// An observation that was just kept. Its `source` number is not set; the name is here.
struct FreshPrice {
  storage::SeriesId series{};
  storage::Version version;
  std::shared_ptr<const std::string> source;
};

// What one reader has not taken yet, bounded: who is slow learns how much was skipped.
class PriceSubscription {
 public:
  struct Options {
    // Whether a series is wanted. Asked once for each series, on the store's writer thread: quick,
    // no blocking.
    std::function<bool(storage::SeriesId)> wanted;
    // Called when there is something to take and was not before, on the store's writer thread. May
    // call Take; must not block and must not destroy the subscription.
    std::function<void()> on_ready;
    size_t capacity_rows = 10'000;
  };

  struct Frame {
    std::vector<FreshPrice> rows;
    int64_t skipped_rows = 0;  // before these rows: the oldest are dropped first
  };
  // Up to `limit` rows in the order of commits; an empty frame if there is nothing. Thread-safe.
  Frame Take(size_t limit);

 private:
  friend class PriceHub;
  explicit PriceSubscription(Options options) : options_(std::move(options)) {}
  void Offer(int64_t recorded_us, const std::shared_ptr<const std::string>& source,
             absl::Span<const storage::BatchRow> rows);
  // Appends, dropping the oldest beyond the capacity; whether there was nothing before.
  bool Push(int64_t recorded_us, const std::shared_ptr<const std::string>& source,
            absl::Span<const storage::BatchRow* const> rows);

  const Options options_;
  absl::flat_hash_map<storage::SeriesId, bool> wanted_;  // only on the publishing thread
  Mutex mu_;
  // A ring: at most capacity_rows, the oldest at first_.
  std::vector<FreshPrice> ring_ ABSL_GUARDED_BY(mu_);
  size_t first_ ABSL_GUARDED_BY(mu_) = 0;
  size_t count_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t skipped_ ABSL_GUARDED_BY(mu_) = 0;
};

// Hands fresh observations to whoever watches prices. Thread-safe.
class PriceHub {
 public:
  // The subscription begins now and ends when the pointer goes; after that neither of its functions
  // is called. `wanted` is required, `capacity_rows` at least 1. The hub outlives it.
  using Handle = std::unique_ptr<PriceSubscription, std::function<void(PriceSubscription*)>>;
  Handle Subscribe(PriceSubscription::Options options);

  // Without a subscription nothing has to be published.
  bool has_subscribers() const { return subscribers_.load(std::memory_order_relaxed) > 0; }

  // Rows of one commit that are new or corrections. One caller at a time.
  void Publish(int64_t recorded_us, const std::string& source,
               absl::Span<const storage::BatchRow> rows);

 private:
  Mutex mu_;  // held while publishing: a subscription that ends waits for it
  std::vector<PriceSubscription*> list_ ABSL_GUARDED_BY(mu_);
  std::atomic<int> subscribers_ = 0;
};

}  // namespace glutwatch::observe

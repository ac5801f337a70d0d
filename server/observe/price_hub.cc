#include "server/observe/price_hub.h"

#include <algorithm>
#include <utility>

namespace glutwatch::observe {

PriceSubscription::Frame PriceSubscription::Take(size_t limit) {
  Frame frame;
  MutexLock lock(&mu_);
  frame.skipped_rows = std::exchange(skipped_, 0);
  const size_t rows = std::min(limit, count_);
  frame.rows.reserve(rows);
  for (size_t i = 0; i < rows; ++i) {
    frame.rows.push_back(std::move(ring_[first_]));
    first_ = (first_ + 1) % options_.capacity_rows;
  }
  count_ -= rows;
  return frame;
}

void PriceSubscription::Offer(int64_t recorded_us, const std::shared_ptr<const std::string>& source,
                              absl::Span<const storage::BatchRow> rows) {
  std::vector<const storage::BatchRow*> wanted;
  for (const storage::BatchRow& row : rows) {
    const auto [known, added] = wanted_.try_emplace(row.series, false);
    if (added) known->second = options_.wanted(row.series);
    if (known->second) wanted.push_back(&row);
  }
  if (wanted.empty()) return;
  const bool wake = Push(recorded_us, source, wanted);
  if (wake && options_.on_ready) options_.on_ready();
}

bool PriceSubscription::Push(int64_t recorded_us, const std::shared_ptr<const std::string>& source,
                             absl::Span<const storage::BatchRow* const> rows) {
  const size_t capacity = options_.capacity_rows;
  MutexLock lock(&mu_);
  const bool was_empty = count_ == 0;
  for (const storage::BatchRow* row : rows) {
    const size_t place = (first_ + count_) % capacity;
    if (ring_.size() <= place) ring_.resize(place + 1);
    ring_[place] = {row->series, {row->observation, recorded_us}, source};
    if (count_ < capacity) {
      ++count_;
    } else {
      first_ = (first_ + 1) % capacity;
      ++skipped_;
    }
  }
  return was_empty;
}

PriceHub::Handle PriceHub::Subscribe(PriceSubscription::Options options) {
  auto* subscription = new PriceSubscription(std::move(options));
  {
    MutexLock lock(&mu_);
    list_.push_back(subscription);
    ++subscribers_;
  }
  return Handle(subscription, [this](PriceSubscription* ended) {
    {
      MutexLock lock(&mu_);
      list_.erase(std::find(list_.begin(), list_.end(), ended));
      --subscribers_;
    }
    delete ended;
  });
}

void PriceHub::Publish(int64_t recorded_us, const std::string& source,
                       absl::Span<const storage::BatchRow> rows) {
  if (!has_subscribers()) return;
  const auto name = std::make_shared<const std::string>(source);
  MutexLock lock(&mu_);
  for (PriceSubscription* subscription : list_) subscription->Offer(recorded_us, name, rows);
}

}  // namespace glutwatch::observe

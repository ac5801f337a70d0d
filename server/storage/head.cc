#include "server/storage/head.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace glutwatch::storage {

HeadEpoch::HeadEpoch(int64_t id)
    : id_(id), blocks_(std::make_unique<std::atomic<PackedRow*>[]>(kBlocks)) {}

HeadEpoch::~HeadEpoch() {
  for (uint32_t i = 0; i < kBlocks; ++i) delete[] blocks_[i].load();
}

void HeadEpoch::BeginCommit(int64_t recorded_us, uint16_t source) {
  *commits_.Grow(next_commit_++) = {recorded_us, source};
}

PackedRow* HeadEpoch::NewRow() {
  assert(next_ < kMaxRows);
  std::atomic<PackedRow*>& slot = blocks_[next_ / kBlockRows];
  PackedRow* block = slot.load(std::memory_order_relaxed);
  if (block == nullptr) {
    block = new PackedRow[kBlockRows];
    slot.store(block, std::memory_order_release);
    blocks_bytes_.fetch_add(int64_t{kBlockRows} * int64_t{sizeof(PackedRow)},
                            std::memory_order_relaxed);
  }
  return &block[next_ % kBlockRows];
}

void HeadEpoch::Append(SeriesId series, const Observation& observation) {
  assert(next_commit_ > 0);
  PackedRow* row = NewRow();
  if (!PackRow(observation, row)) {
    *wide_.Grow(next_wide_) = observation;
    MarkWide(next_wide_++, row);
  }
  Chain* chain = chains_.Grow(static_cast<uint32_t>(series));
  chain->oldest_day = std::min(chain->oldest_day, observation.day);
  chain->newest_day = std::max(chain->newest_day, observation.day);
  row->set_ahead(chain->newest_day - observation.day);
  row->previous = chain->last.load(std::memory_order_relaxed);
  row->commit = next_commit_ - 1;
  chain->last.store(next_++, std::memory_order_release);
  rows_.store(rows_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void HeadEpoch::Unlink(SeriesId series) {
  std::atomic<uint32_t>& last = chains_.Find(static_cast<uint32_t>(series))->last;
  assert(last.load() != 0);
  last.store(Row(last.load(std::memory_order_relaxed)).previous, std::memory_order_release);
  rows_.fetch_sub(1, std::memory_order_relaxed);
}

Head::Head() : active_(std::make_shared<HeadEpoch>(1)), epochs_({active_}) {}

Head::View Head::Snapshot() const {
  View view;
  // In this order: an epoch is on the list before a commit in it becomes visible.
  view.visible_us = visible_us();
  MutexLock lock(&mu_);
  view.generation = generation_;
  view.epochs = epochs_;
  return view;
}

int64_t Head::bytes() const {
  MutexLock lock(&mu_);
  int64_t total = 0;
  for (const auto& epoch : epochs_) total += epoch->bytes();
  return total;
}

int64_t Head::rows() const {
  MutexLock lock(&mu_);
  int64_t total = 0;
  for (const auto& epoch : epochs_) total += epoch->rows();
  return total;
}

int64_t Head::Seal() {
  if (active_->last_recorded_us() != 0) {
    active_ = std::make_shared<HeadEpoch>(active_->id() + 1);
    MutexLock lock(&mu_);
    epochs_.insert(epochs_.begin(), active_);
  }
  return active_->id() - 1;
}

std::shared_ptr<const HeadEpoch> Head::OldestSealed() const {
  MutexLock lock(&mu_);
  return epochs_.size() > 1 ? epochs_.back() : nullptr;
}

void Head::Remove(int64_t epoch_id) {
  std::shared_ptr<const HeadEpoch> freed;  // outside the lock
  MutexLock lock(&mu_);
  assert(epochs_.size() > 1 && epochs_.back()->id() == epoch_id);
  if (epochs_.back()->id() != epoch_id) return;
  freed = std::move(epochs_.back());
  epochs_.pop_back();
  ++generation_;
}

}  // namespace glutwatch::storage

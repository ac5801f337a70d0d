#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "server/storage/head_row.h"
#include "server/storage/observation.h"
#include "server/storage/paged_array.h"

namespace glutwatch::storage {

// What a reader of the head sees: a row and the commit that recorded it.
using HeadRow = Version;

// A stretch of the newest rows, in order of arrival, each linked to its series' row before it.
//
// One writer; any number of readers, without locks. A reader must leave out rows whose
// recorded_us is beyond what it knows to be visible: the writer links rows before they are
// durable, and unlinks them again if they do not become so. 32 bytes a row and 12 a series.
class HeadEpoch {
 public:
  explicit HeadEpoch(int64_t id);
  ~HeadEpoch();
  HeadEpoch(const HeadEpoch&) = delete;
  HeadEpoch& operator=(const HeadEpoch&) = delete;

  // Writer only: the rows that follow are of this commit and this source.
  void BeginCommit(int64_t recorded_us, uint16_t source);
  // Writer only, after BeginCommit. The observation's own source is ignored.
  void Append(SeriesId series, const Observation& observation);
  // Writer only: unlinks the newest row of `series`. Its room is not used again, because a reader
  // may still be on it.
  void Unlink(SeriesId series);

  // Calls `visit(const HeadRow&)` for the series' rows, newest arrival first; at least for those of
  // `from` or a later day. Rows that arrive about in the order of their days cost nothing beyond
  // `from`.
  template <typename Visitor>
  void ForEach(SeriesId series, Day from, const Visitor& visit) const {
    const Chain* chain = chains_.Find(static_cast<uint32_t>(series));
    if (chain == nullptr) return;
    for (uint32_t at = chain->last.load(std::memory_order_acquire); at != 0;) {
      const PackedRow& row = Row(at);
      const HeadRow unpacked = Unpack(row);
      if (row.ahead() < PackedRow::kFarAhead && unpacked.observation.day + row.ahead() < from) {
        return;
      }
      visit(unpacked);
      at = row.previous;
    }
  }
  template <typename Visitor>
  void ForEach(SeriesId series, const Visitor& visit) const {
    ForEach(series, kMinDay, visit);
  }
  // Writer only, or once writing has ended: whether a row of a day in [from, to] may be there.
  bool MayHave(SeriesId series, Day from, Day to) const {
    const Chain* chain = chains_.Find(static_cast<uint32_t>(series));
    return chain != nullptr && chain->oldest_day <= to && chain->newest_day >= from;
  }
  // Calls `visit(series)` for every series with a row, ascending. Once writing has ended.
  template <typename Visitor>
  void ForEachSeries(const Visitor& visit) const {
    for (uint32_t page = 0; page < chains_.end(); page += PagedArray<Chain>::kPageSize) {
      const Chain* first = chains_.Find(page);
      if (first == nullptr) continue;
      for (uint32_t i = 0; i < PagedArray<Chain>::kPageSize; ++i) {
        if (first[i].last.load(std::memory_order_acquire) != 0) visit(SeriesId{page + i});
      }
    }
  }

  int64_t id() const { return id_; }
  bool full() const { return next_ + kReservedRows > kMaxRows; }
  int64_t rows() const { return rows_.load(std::memory_order_relaxed); }
  int64_t bytes() const {
    return blocks_bytes_.load(std::memory_order_relaxed) +
           static_cast<int64_t>(chains_.bytes() + commits_.bytes() + wide_.bytes());
  }
  // The newest commit in the epoch; writer only, or once writing has ended.
  int64_t last_recorded_us() const { return last_recorded_us_; }
  void set_last_recorded_us(int64_t us) { last_recorded_us_ = us; }

 private:
  // A series' rows. The days are the writer's: bounds, which unlinking does not narrow.
  struct Chain {
    std::atomic<uint32_t> last{0};
    Day oldest_day = kMaxDay;
    Day newest_day = kMinDay;
  };
  struct Commit {
    int64_t recorded_us = 0;
    uint16_t source = 0;
  };
  static constexpr uint32_t kBlockRows = 4096;
  static constexpr uint32_t kBlocks = 16384;
  static constexpr uint32_t kMaxRows = kBlockRows * kBlocks;
  static constexpr uint32_t kReservedRows = 1 << 20;  // more than a group of batches holds

  const PackedRow& Row(uint32_t at) const {
    return blocks_[at / kBlockRows].load(std::memory_order_acquire)[at % kBlockRows];
  }
  HeadRow Unpack(const PackedRow& row) const {
    const Commit& commit = *commits_.Find(row.commit);
    HeadRow result{row.is_wide() ? *wide_.Find(row.wide_index()) : UnpackRow(row),
                   commit.recorded_us};
    result.observation.source = commit.source;
    return result;
  }
  PackedRow* NewRow();

  const int64_t id_;
  PagedArray<Chain> chains_;  // by series
  PagedArray<Commit> commits_;
  PagedArray<Observation> wide_;
  std::unique_ptr<std::atomic<PackedRow*>[]> blocks_;
  uint32_t next_ = 1;
  uint32_t next_commit_ = 0;
  uint32_t next_wide_ = 0;
  std::atomic<int64_t> rows_{0};
  std::atomic<int64_t> blocks_bytes_{0};
  int64_t last_recorded_us_ = 0;
};

// The epochs that are not folded yet: the active one and the sealed ones behind it.
//
// Thread-safe; "writer" and "folder" below are the one thread each that may call.
class Head {
 public:
  // What a reader works on: everything recorded up to visible_us is in `epochs` or in a chunk
  // that is read afterwards.
  struct View {
    int64_t visible_us = 0;
    uint64_t generation = 0;  // changes when an epoch goes: chunks have changed
    std::vector<std::shared_ptr<const HeadEpoch>> epochs;  // newest first
  };

  Head();
  View Snapshot() const;
  int64_t visible_us() const { return visible_us_.load(std::memory_order_acquire); }
  int64_t bytes() const;
  int64_t rows() const;

  HeadEpoch* active() { return active_.get(); }  // writer
  // Writer: makes every commit up to `recorded_us` visible.
  void Publish(int64_t recorded_us) { visible_us_.store(recorded_us, std::memory_order_release); }
  // Writer: closes the active epoch, unless nothing was committed to it, and begins another.
  // Returns the id of the newest sealed epoch, folded or not; 0 if there never was one.
  int64_t Seal();

  // Folder.
  std::shared_ptr<const HeadEpoch> OldestSealed() const;
  void Remove(int64_t epoch_id);

 private:
  std::atomic<int64_t> visible_us_{0};
  std::shared_ptr<HeadEpoch> active_;  // writer
  mutable Mutex mu_;
  std::vector<std::shared_ptr<const HeadEpoch>> epochs_ ABSL_GUARDED_BY(mu_);  // newest first
  uint64_t generation_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace glutwatch::storage

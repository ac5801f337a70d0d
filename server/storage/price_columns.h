#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>

#include "absl/types/span.h"
#include "server/storage/observation.h"

namespace glutwatch::storage {

// A set of the columns of PriceColumns; days are always there.
using ColumnSet = uint32_t;
enum PriceColumn : ColumnSet {
  kLotColumn = 1,
  kStatusColumn = 2,
  kPresenceColumn = 4,
  kFlagsColumn = 8,
  kSourceColumn = 16,
  kLowColumn = 32,
  kModalColumn = 64,
  kHighColumn = 128,
  kArrivalsColumn = 256,
  kRecordedColumn = 512,
  kAllColumns = 1023,
};

// An array that keeps its memory when it shrinks and leaves new elements unset: for columns that
// are about to be written as a whole, again and again. Not thread-safe.
template <typename T>
class ColumnBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  ColumnBuffer() = default;
  ColumnBuffer(ColumnBuffer&&) = default;
  ColumnBuffer& operator=(ColumnBuffer&&) = default;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return values_.get(); }
  const T* data() const { return values_.get(); }
  T& operator[](size_t i) { return values_[i]; }
  const T& operator[](size_t i) const { return values_[i]; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  absl::Span<const T> span() const { return {data(), size_}; }

  // Elements below the old size keep their values; allocates only beyond the largest size so far.
  void Resize(size_t size) {
    if (size > capacity_) Grow(size);
    size_ = size;
  }
  void Clear() { size_ = 0; }

 private:
  void Grow(size_t size) {
    const size_t capacity = size < 2 * capacity_ ? 2 * capacity_ : size;
    std::unique_ptr<T[]> grown(new T[capacity]);
    if (size_ > 0) std::memcpy(grown.get(), values_.get(), size_ * sizeof(T));
    values_ = std::move(grown);
    capacity_ = capacity;
  }

  std::unique_ptr<T[]> values_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

// Rows of one series in columns: element i of every column that was asked for is row i. What was
// not asked for is empty. Numbers are as in Observation and Version.
//
// A caller keeps one and reads into it again and again: then nothing is allocated.
struct PriceColumns {
  ColumnBuffer<Day> days;  // ascending; a day more than once only with different lots
  ColumnBuffer<uint16_t> lots;
  ColumnBuffer<DayStatus> statuses;
  ColumnBuffer<uint8_t> presences;
  ColumnBuffer<uint16_t> flags;
  ColumnBuffer<uint16_t> sources;
  ColumnBuffer<int64_t> low_e4;
  ColumnBuffer<int64_t> modal_e4;
  ColumnBuffer<int64_t> high_e4;
  ColumnBuffer<int64_t> arrivals_e4;
  ColumnBuffer<int64_t> recorded_us;

  // What holds of every row, so that a caller can leave out the test of each; of a column that was
  // not asked for it says the weakest thing (false, 0, all bits).
  bool all_first_lots = false;
  bool all_traded = false;
  uint8_t common_presence = 0;                      // Presence bits that every row has
  uint16_t any_flags = static_cast<uint16_t>(~0u);  // ObservationFlags that some row has

  size_t rows() const { return days.size(); }
};

// Replaces `out` by the days and `columns` of `rows`, in their order, and what holds of all.
void SetRows(absl::Span<const Version> rows, ColumnSet columns, PriceColumns* out);

}  // namespace glutwatch::storage

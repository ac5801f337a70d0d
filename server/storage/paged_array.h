#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace glutwatch::storage {

// An array indexed by series number that grows by pages and never moves an element.
//
// One thread calls Grow; any number call Find meanwhile. T must be safe for that use by itself
// (atomics). Costs a page of elements per 4,096 numbers in use, and 128 KiB.
template <typename T>
class PagedArray {
 public:
  static constexpr uint32_t kPageSize = 4096;
  static constexpr uint32_t kPages = 16384;
  static constexpr uint32_t kMaxIndex = kPageSize * kPages - 1;

  PagedArray() : pages_(std::make_unique<std::atomic<Page*>[]>(kPages)) {}
  ~PagedArray() {
    for (uint32_t i = 0; i < kPages; ++i) delete pages_[i].load();
  }
  PagedArray(const PagedArray&) = delete;
  PagedArray& operator=(const PagedArray&) = delete;

  // nullptr if no element near `index` has ever been made. `index` <= kMaxIndex.
  T* Find(uint32_t index) const {
    Page* page = pages_[index / kPageSize].load(std::memory_order_acquire);
    return page == nullptr ? nullptr : &(*page)[index % kPageSize];
  }
  T* Grow(uint32_t index) {
    std::atomic<Page*>& slot = pages_[index / kPageSize];
    Page* page = slot.load(std::memory_order_relaxed);
    if (page == nullptr) {
      page = new Page();
      slot.store(page, std::memory_order_release);
      page_count_.fetch_add(1, std::memory_order_relaxed);
      if (index / kPageSize >= page_end_) page_end_ = index / kPageSize + 1;
    }
    return &(*page)[index % kPageSize];
  }
  // For the growing thread, or once growing has ended: one past the last index of the last page.
  uint32_t end() const { return page_end_ * kPageSize; }
  // Any thread.
  size_t bytes() const {
    return page_count_.load(std::memory_order_relaxed) * sizeof(Page) + kPages * sizeof(Page*);
  }

 private:
  using Page = std::array<T, kPageSize>;
  std::unique_ptr<std::atomic<Page*>[]> pages_;
  std::atomic<size_t> page_count_{0};
  uint32_t page_end_ = 0;
};

}  // namespace glutwatch::storage

#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace glutwatch::observe {

// A 64-bit digest of columns of numbers, for telling one content from another. Not cryptographic:
// who may push under an id may also push what it likes. The order of values and columns counts.
//
// Values of a column are hashed in four lanes, so that a multiplication does not wait for the one
// before it.
class BatchDigest {
 public:
  explicit BatchDigest(uint64_t rows) : digest_(Mix(0, rows)) {}

  // Adds the column of `get(0)`, `get(1)` ... `get(rows - 1)`.
  template <typename Get>
  void AddColumn(size_t rows, const Get& get) {
    Lanes lanes = kStart;
    size_t i = 0;
    for (; i + kLanes <= rows; i += kLanes) {
      for (size_t lane = 0; lane < kLanes; ++lane) Step(get(i + lane), &lanes[lane]);
    }
    for (; i < rows; ++i) Step(get(i), &lanes[i % kLanes]);
    Add(lanes);
  }

  // The same for a column whose values come one by one.
  class Column {
   public:
    void Add(size_t row, uint64_t value) { Step(value, &lanes_[row % kLanes]); }

   private:
    friend class BatchDigest;
    std::array<uint64_t, 4> lanes_ = kStart;
  };
  void AddColumn(const Column& column) { Add(column.lanes_); }

  uint64_t digest() const { return digest_; }

 private:
  static constexpr size_t kLanes = 4;
  using Lanes = std::array<uint64_t, kLanes>;
  static constexpr Lanes kStart = {0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f, 0x165667b19e3779f9,
                                   0x27d4eb2f165667c5};

  static void Step(uint64_t value, uint64_t* lane) {
    *lane = (*lane ^ value) * 0xff51afd7ed558ccd;
    *lane ^= *lane >> 32;
  }
  static uint64_t Mix(uint64_t hash, uint64_t value) {
    hash ^= value + 0x9e3779b97f4a7c15 + (hash << 6) + (hash >> 2);
    return hash * 0xff51afd7ed558ccd;
  }
  void Add(const Lanes& lanes) {
    for (const uint64_t lane : lanes) digest_ = Mix(digest_, lane);
  }

  uint64_t digest_;
};

}  // namespace glutwatch::observe

#pragma once
#include <cstdint>

#include "server/storage/observation.h"

// A row of the head, packed to half a cache line. Private to the room.
namespace glutwatch::storage {

// Day, lot, flags and the rest share 48 bits; prices are in 1/10,000, low and high against the
// modal one; arrivals are in 100^scale / 10,000. A row whose numbers do not fit is wide: the 48
// bits are then where the head keeps it whole.
struct PackedRow {
  uint32_t previous = 0;  // the series' row before this one in the epoch, by index; 0: none
  uint32_t commit = 0;    // by index in the epoch
  uint64_t attributes = 0;
  int32_t modal_e4 = 0;
  int32_t low_below_modal_e4 = 0;
  int32_t high_above_modal_e4 = 0;
  int32_t arrivals = 0;

  bool is_wide() const { return (attributes >> 63) != 0; }
  uint32_t wide_index() const { return static_cast<uint32_t>(attributes); }
  // How many days after this row's day the newest day of this row and of all rows before it lies;
  // kFarAhead if it is that or more.
  int ahead() const { return static_cast<int>((attributes >> 48) & kFarAhead); }
  void set_ahead(int days) {
    const auto kept = static_cast<uint64_t>(days < kFarAhead ? days : kFarAhead);
    attributes = (attributes & ~(uint64_t{kFarAhead} << 48)) | (kept << 48);
  }
  static constexpr int kFarAhead = (1 << 15) - 1;
};
static_assert(sizeof(PackedRow) == 32);

// Fills everything but `previous`, `commit` and `ahead`. False if a number does not fit, or the day
// is not within [kMinDay, kMaxDay]. The source is left out: it is the commit's.
bool PackRow(const Observation& observation, PackedRow* row);
// For a row that PackRow refused: its observation is kept under `index`.
void MarkWide(uint32_t index, PackedRow* row);
// The reverse of PackRow; the source is 0.
Observation UnpackRow(const PackedRow& row);

}  // namespace glutwatch::storage

#pragma once
#include <cstdint>

#include "server/storage/observation.h"

// A row of the head, packed to half a cache line. Private to the room.
namespace glutwatch::storage {

// Days, lots, flags and the rest share 64 bits; prices are in 1/10,000, low and high against the
// modal one; arrivals are in 10^scale / 10,000. A row whose numbers do not fit is wide:
// `attributes` is then where the head keeps it whole.
struct PackedRow {
  uint32_t previous = 0;  // the series' row before this one in the epoch, by index; 0: none
  uint32_t commit = 0;    // by index in the epoch
  uint64_t attributes = 0;
  int32_t modal_e4 = 0;
  int32_t low_below_modal_e4 = 0;
  int32_t high_above_modal_e4 = 0;
  int32_t arrivals = 0;
};
static_assert(sizeof(PackedRow) == 32);

inline constexpr uint64_t kWideRow = uint64_t{1} << 63;

// Fills everything but `previous` and `commit`. False if a number does not fit, or the day is not
// within [kMinDay, kMaxDay]. The source is left out: it is the commit's.
bool PackRow(const Observation& observation, PackedRow* row);
// The reverse; the source is 0.
Observation UnpackRow(const PackedRow& row);

}  // namespace glutwatch::storage

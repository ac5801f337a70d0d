#include "server/storage/head_row.h"

#include <limits>

namespace glutwatch::storage {
namespace {

// Bits of `attributes`, from the lowest: flags, lot, day since kMinDay, status, presence, scale.
constexpr int kFlagBits = 10;
constexpr int kLotBits = 12;
constexpr int kDayBits = 17;
constexpr int kStatusBits = 3;
constexpr int kPresenceBits = 4;
constexpr int kScaleBits = 2;
static_assert(kFlagBits + kLotBits + kDayBits + kStatusBits + kPresenceBits + kScaleBits == 48);
static_assert(kMaxDay - kMinDay < (1 << kDayBits));
constexpr uint64_t kWide = uint64_t{1} << 63;

constexpr int64_t kPowers[] = {1, 100, 10'000, 1'000'000};
constexpr uint64_t kMostScale = (1 << kScaleBits) - 1;

constexpr bool Fits(int64_t v) {
  return v >= std::numeric_limits<int32_t>::min() && v <= std::numeric_limits<int32_t>::max();
}

// Whether `a - b` neither overflows nor leaves 32 bits.
bool FitsDifference(int64_t a, int64_t b, int32_t* out) {
  int64_t difference = 0;
  if (__builtin_sub_overflow(a, b, &difference) || !Fits(difference)) return false;
  *out = static_cast<int32_t>(difference);
  return true;
}

// The least scale at which `v` fits; false if there is none that keeps it exact.
bool FitsScaled(int64_t v, uint64_t* scale, int32_t* out) {
  for (*scale = 0; *scale <= kMostScale && v % kPowers[*scale] == 0; ++*scale) {
    const int64_t scaled = v / kPowers[*scale];
    if (!Fits(scaled)) continue;
    *out = static_cast<int32_t>(scaled);
    return true;
  }
  return false;
}

uint64_t Take(uint64_t* bits, int count) {
  const uint64_t value = *bits & ((uint64_t{1} << count) - 1);
  *bits >>= count;
  return value;
}

}  // namespace

bool PackRow(const Observation& o, PackedRow* row) {
  uint64_t scale = 0;
  if (o.day < kMinDay || o.day > kMaxDay || o.lot >= (1 << kLotBits) ||
      o.flags >= (1 << kFlagBits) || o.presence >= (1 << kPresenceBits) ||
      static_cast<int>(o.status) >= (1 << kStatusBits) || !Fits(o.modal_e4) ||
      !FitsDifference(o.modal_e4, o.low_e4, &row->low_below_modal_e4) ||
      !FitsDifference(o.high_e4, o.modal_e4, &row->high_above_modal_e4) ||
      !FitsScaled(o.arrivals_e4, &scale, &row->arrivals)) {
    return false;
  }
  row->modal_e4 = static_cast<int32_t>(o.modal_e4);
  uint64_t bits = scale;
  bits = (bits << kPresenceBits) | o.presence;
  bits = (bits << kStatusBits) | static_cast<uint64_t>(o.status);
  bits = (bits << kDayBits) | static_cast<uint64_t>(o.day - kMinDay);
  bits = (bits << kLotBits) | o.lot;
  bits = (bits << kFlagBits) | o.flags;
  row->attributes = bits;
  return true;
}

void MarkWide(uint32_t index, PackedRow* row) { row->attributes = kWide | index; }

Observation UnpackRow(const PackedRow& row) {
  Observation o;
  uint64_t bits = row.attributes;
  o.flags = static_cast<uint16_t>(Take(&bits, kFlagBits));
  o.lot = static_cast<uint16_t>(Take(&bits, kLotBits));
  o.day = kMinDay + static_cast<int>(Take(&bits, kDayBits));
  o.status = static_cast<DayStatus>(Take(&bits, kStatusBits));
  o.presence = static_cast<uint8_t>(Take(&bits, kPresenceBits));
  o.modal_e4 = row.modal_e4;
  o.low_e4 = int64_t{row.modal_e4} - row.low_below_modal_e4;
  o.high_e4 = int64_t{row.modal_e4} + row.high_above_modal_e4;
  o.arrivals_e4 = row.arrivals * kPowers[Take(&bits, kScaleBits)];
  return o;
}

}  // namespace glutwatch::storage

#include "server/storage/bit_packing.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "server/storage/bytes.h"

namespace glutwatch::storage {
namespace {

// A number of at most so many bits lies within the eight bytes from the one it begins in.
constexpr int kOneLoadWidth = 57;
// Eight numbers of any width end with a byte.
constexpr size_t kGroup = 8;

uint64_t MaskOf(int width) { return ~uint64_t{0} >> (kMaxPackWidth - width); }

int64_t UnpackOne(const char* bytes, size_t bit, int width, uint64_t base) {
  const size_t shift = bit % 8;
  uint64_t v = GetLe64(bytes + bit / 8) >> shift;
  if (width > kOneLoadWidth && shift > 0) {
    v |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[bit / 8 + 8])) << (64 - shift);
  }
  return static_cast<int64_t>(base + (v & MaskOf(width)));
}

// Groups of eight with a width that the compiler knows: a load, shift and mask of constants each.
template <int kWidth>
void UnpackGroups(const char* bytes, size_t groups, uint64_t base, int64_t* values) {
  for (size_t group = 0; group < groups; ++group, bytes += kWidth, values += kGroup) {
    [&]<size_t... kAt>(std::index_sequence<kAt...>) {
      ((values[kAt] = UnpackOne(bytes, kAt * kWidth, kWidth, base)), ...);
    }
    (std::make_index_sequence<kGroup>());
  }
}

using Unpacker = void (*)(const char*, size_t, uint64_t, int64_t*);
template <size_t... kWidths>
constexpr std::array<Unpacker, sizeof...(kWidths)> UnpackersOf(std::index_sequence<kWidths...>) {
  return {&UnpackGroups<static_cast<int>(kWidths) + 1>...};
}
constexpr auto kUnpackers = UnpackersOf(std::make_index_sequence<kMaxPackWidth>());

}  // namespace

void PackBits(const int64_t* values, size_t count, int width, int64_t base, std::string* out) {
  char packed[kPackBlock * sizeof(uint64_t)];
  char* p = packed;
  uint64_t pending = 0;
  int filled = 0;  // bits of `pending`, below 64
  for (size_t i = 0; i < count && width > 0; ++i) {
    const uint64_t v = static_cast<uint64_t>(values[i]) - static_cast<uint64_t>(base);
    pending |= v << filled;
    filled += width;
    if (filled < 64) continue;
    std::memcpy(p, &pending, sizeof(pending));
    p += sizeof(pending);
    filled -= 64;
    pending = filled == 0 ? 0 : v >> (width - filled);
  }
  std::memcpy(p, &pending, static_cast<size_t>(filled + 7) / 8);
  out->append(packed, PackedBytes(count, width));
}

void UnpackBits(const char* bytes, size_t readable, size_t count, int width, int64_t base,
                int64_t* values) {
  if (width == 0) {
    std::fill_n(values, count, base);
    return;
  }
  char padded[kPackBlock * sizeof(uint64_t) + sizeof(uint64_t)];
  const size_t size = PackedBytes(count, width);
  if (readable < size + sizeof(uint64_t)) {  // the loads below would leave the buffer
    std::memcpy(padded, bytes, size);
    std::memset(padded + size, 0, sizeof(uint64_t));
    bytes = padded;
  }
  const size_t groups = count / kGroup;
  kUnpackers[static_cast<size_t>(width) - 1](bytes, groups, static_cast<uint64_t>(base), values);
  for (size_t i = groups * kGroup; i < count; ++i) {
    values[i] =
        UnpackOne(bytes, i * static_cast<size_t>(width), width, static_cast<uint64_t>(base));
  }
}

}  // namespace glutwatch::storage

#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

// Numbers of equal width, side by side; docs/format/column.md. Private to the room.
namespace glutwatch::storage {

// Numbers are packed in blocks of so many.
inline constexpr size_t kPackBlock = 128;
inline constexpr int kMaxPackWidth = 64;

inline size_t PackedBytes(size_t count, int width) {
  return (count * static_cast<size_t>(width) + 7) / 8;
}

// Appends values[i] - base, for i < count <= kPackBlock, in `width` bits each, lowest bits first:
// PackedBytes(count, width) bytes. Every difference, modulo 2^64, fits the width.
void PackBits(const int64_t* values, size_t count, int width, int64_t base, std::string* out);

// The reverse: reads PackedBytes(count, width) bytes at `bytes`, of which `readable` >= that many
// may be looked at. One load, shift and mask a number, without a branch.
void UnpackBits(const char* bytes, size_t readable, size_t count, int width, int64_t base,
                int64_t* values);

}  // namespace glutwatch::storage

#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"

// Integers to bytes and back. Big-endian in keys (byte order is number order), little-endian and
// varints in values. Private to the room.
namespace glutwatch::storage {

static_assert(std::endian::native == std::endian::little, "values are written little-endian");

inline void PutBe16(uint16_t v, std::string* out) {
  out->push_back(static_cast<char>(v >> 8));
  out->push_back(static_cast<char>(v & 0xff));
}
inline void PutBe32(uint32_t v, std::string* out) {
  PutBe16(static_cast<uint16_t>(v >> 16), out);
  PutBe16(static_cast<uint16_t>(v & 0xffff), out);
}
inline void PutBe64(uint64_t v, std::string* out) {
  PutBe32(static_cast<uint32_t>(v >> 32), out);
  PutBe32(static_cast<uint32_t>(v & 0xffffffff), out);
}
inline uint16_t GetBe16(const char* p) {
  return static_cast<uint16_t>((static_cast<uint8_t>(p[0]) << 8) | static_cast<uint8_t>(p[1]));
}
inline uint32_t GetBe32(const char* p) {
  return (static_cast<uint32_t>(GetBe16(p)) << 16) | GetBe16(p + 2);
}
inline uint64_t GetBe64(const char* p) {
  return (static_cast<uint64_t>(GetBe32(p)) << 32) | GetBe32(p + 4);
}

inline void PutLe32(uint32_t v, std::string* out) {
  out->append(reinterpret_cast<const char*>(&v), sizeof(v));
}
inline void PutLe64(uint64_t v, std::string* out) {
  out->append(reinterpret_cast<const char*>(&v), sizeof(v));
}
inline uint16_t GetLe16(const char* p) {
  uint16_t v;
  std::memcpy(&v, p, sizeof(v));
  return v;
}
inline uint32_t GetLe32(const char* p) {
  uint32_t v;
  std::memcpy(&v, p, sizeof(v));
  return v;
}
inline uint64_t GetLe64(const char* p) {
  uint64_t v;
  std::memcpy(&v, p, sizeof(v));
  return v;
}

// Signed to unsigned such that small magnitudes become small numbers. Total on int64.
inline uint64_t ZigZag(int64_t v) {
  return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63);
}
inline int64_t UnZigZag(uint64_t z) { return static_cast<int64_t>((z >> 1) ^ (~(z & 1) + 1)); }
// Difference and sum that wrap, so that every pair of values survives the way there and back.
inline int64_t WrappingSub(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
inline int64_t WrappingAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

inline constexpr size_t kMaxVarintBytes = 10;

// Writes `v` at `p`, which has kMaxVarintBytes of room; returns the end.
inline char* WriteVarint(uint64_t v, char* p) {
  while (v >= 128) {
    *p++ = static_cast<char>(static_cast<uint8_t>(v) | 128);
    v >>= 7;
  }
  *p++ = static_cast<char>(v);
  return p;
}
inline void PutVarint(uint64_t v, std::string* out) {
  char buffer[kMaxVarintBytes];
  out->append(buffer, static_cast<size_t>(WriteVarint(v, buffer) - buffer));
}
inline size_t VarintBytes(uint64_t v) {
  return v == 0 ? 1 : static_cast<size_t>(std::bit_width(v) + 6) / 7;
}

// Reads bytes from front to back. A read past the end, or a varint of more than 64 bits, makes
// ok() false for good and yields 0: check once, after the last read.
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes)
      : pos_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return ok_; }
  size_t remaining() const { return static_cast<size_t>(end_ - pos_); }

  uint8_t Byte() {
    if (!Need(1)) return 0;
    return static_cast<uint8_t>(*pos_++);
  }
  uint16_t Be16() { return Need(2) ? GetBe16(Advance(2)) : uint16_t{0}; }
  uint32_t Be32() { return Need(4) ? GetBe32(Advance(4)) : 0; }
  uint32_t Le32() { return Need(4) ? GetLe32(Advance(4)) : 0; }
  uint64_t Le64() { return Need(8) ? GetLe64(Advance(8)) : 0; }
  uint64_t Varint() {
    if (pos_ < end_ && static_cast<uint8_t>(*pos_) < 128) return static_cast<uint8_t>(*pos_++);
    return LongVarint();
  }
  absl::string_view Bytes(size_t n) {
    if (!Need(n)) return {};
    return absl::string_view(Advance(n), n);
  }

 private:
  bool Need(size_t n) {
    if (!ok_ || remaining() < n) {
      ok_ = false;
      return false;
    }
    return true;
  }
  const char* Advance(size_t n) {
    const char* at = pos_;
    pos_ += n;
    return at;
  }
  uint64_t LongVarint() {
    uint64_t v = 0;
    for (int shift = 0; shift < 64 && pos_ < end_; shift += 7) {
      const uint64_t byte = static_cast<uint8_t>(*pos_++);
      if (shift == 63 && byte > 1) break;
      v |= (byte & 127) << shift;
      if (byte < 128) return v;
    }
    ok_ = false;
    pos_ = end_;
    return 0;
  }

  const char* pos_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace glutwatch::storage

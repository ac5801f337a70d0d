#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace glutwatch {

// Appends values to a string in a fixed, machine-independent form (little-endian, varints).
//
// For records on disk; each kind of record has a page in docs/format/.
class ByteWriter {
 public:
  void U8(uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void Varint(uint64_t value) {
    while (value >= 0x80) {
      U8(static_cast<uint8_t>(value | 0x80));
      value >>= 7;
    }
    U8(static_cast<uint8_t>(value));
  }
  // Zigzag: small magnitudes of either sign stay short.
  void Signed(int64_t value) {
    Varint((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  void Fixed64(uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) U8(static_cast<uint8_t>(value >> shift));
  }
  void Double(double value) { Fixed64(std::bit_cast<uint64_t>(value)); }
  void OptionalDouble(const std::optional<double>& value) {
    U8(value.has_value() ? 1 : 0);
    if (value.has_value()) Double(*value);
  }
  void String(absl::string_view text) {
    Varint(text.size());
    out_.append(text.data(), text.size());
  }
  const std::string& bytes() const { return out_; }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

// Reads what ByteWriter wrote. After damage `ok()` is false and every further value is 0 or
// empty: decode everything, then check once. Never reads beyond the end.
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  // All bytes were read, and none was missing.
  bool done() const { return ok_ && rest_.empty(); }
  size_t remaining() const { return rest_.size(); }
  // For a value that cannot have been written: from here on as if bytes were missing.
  void MarkDamaged() { Fail(); }

  uint8_t U8() {
    if (rest_.empty()) return Fail();
    const auto value = static_cast<uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return value;
  }
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = U8();
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return ok_ ? value : 0;
    }
    return Fail();
  }
  int64_t Signed() {
    const uint64_t value = Varint();
    return static_cast<int64_t>((value >> 1) ^ (0 - (value & 1)));
  }
  uint64_t Fixed64() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 8) value |= static_cast<uint64_t>(U8()) << shift;
    return ok_ ? value : 0;
  }
  double Double() { return std::bit_cast<double>(Fixed64()); }
  std::optional<double> OptionalDouble() {
    if (U8() == 0) return std::nullopt;
    return Double();
  }
  std::string String() {
    const uint64_t size = Varint();
    if (size > rest_.size()) {
      Fail();
      return {};
    }
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }

 private:
  uint8_t Fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }

  absl::string_view rest_;
  bool ok_ = true;
};

}  // namespace glutwatch

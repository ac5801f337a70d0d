#pragma once
#include <cstdint>

#include "absl/strings/string_view.h"

namespace glutwatch::storage {

// CRC-32C (Castagnoli, reflected, as in RFC 3720) of `bytes`, continuing from `crc`, the value for
// the bytes before. Uses the processor's instruction where there is one.
uint32_t Crc32c(absl::string_view bytes, uint32_t crc = 0);

// The form in which logs keep a CRC, so that a CRC of bytes that hold CRCs stays sound.
constexpr uint32_t MaskCrc(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

// Crc32c by table, whatever the processor. For tests.
uint32_t Crc32cPortable(absl::string_view bytes, uint32_t crc = 0);

}  // namespace glutwatch::storage

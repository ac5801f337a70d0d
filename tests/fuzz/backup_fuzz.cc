// Seal decoder: damaged bytes are DATA_LOSS, and what decodes encodes to the same bytes. The
// checksum is set right first, so that the fuzzer gets past it.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "server/storage/backup_seal.h"
#include "server/storage/crc32c.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace glutwatch::storage;
  constexpr size_t kHeader = 6;  // magic, version, CRC
  std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)DecodeSeal(bytes);
  if (size < kHeader) return 0;
  bytes.replace(0, 2, "B\x01", 2);
  const uint32_t crc = Crc32c(absl::string_view(bytes).substr(kHeader));
  std::memcpy(bytes.data() + 2, &crc, sizeof(crc));
  const auto seal = DecodeSeal(bytes);
  if (!seal.ok()) {
    if (seal.status().code() != absl::StatusCode::kDataLoss) std::abort();
    return 0;
  }
  // Varints may be written longer than they need be; once encoded, they are not.
  const std::string again = EncodeSeal(*seal);
  const auto second = DecodeSeal(again);
  if (!second.ok() || EncodeSeal(*second) != again) std::abort();
  return 0;
}

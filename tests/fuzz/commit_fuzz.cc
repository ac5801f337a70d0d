// Commit records: damaged bytes are refused and never a crash; what is accepted is written back to
// bytes that decode to the same. The checksum is set right first, or nothing would get behind it.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "server/storage/commit_log.h"
#include "server/storage/crc32c.h"

using namespace glutwatch::storage;  // NOLINT(google-build-using-namespace): a fuzz target

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kCrcOffset = 2;
  constexpr size_t kBodyOffset = 6;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)DecodeCommit(1, bytes);
  if (size < kBodyOffset) return 0;
  const uint32_t crc = Crc32c(absl::string_view(bytes).substr(kBodyOffset));
  std::memcpy(bytes.data() + kCrcOffset, &crc, sizeof(crc));
  const auto record = DecodeCommit(1, bytes);
  if (!record.ok()) return 0;
  const std::string written = EncodeCommit(*record);
  const auto again = DecodeCommit(1, written);
  if (!again.ok() || EncodeCommit(*again) != written) std::abort();
  return 0;
}

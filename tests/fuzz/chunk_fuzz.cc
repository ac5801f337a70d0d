// Chunk decoder: damaged bytes are DATA_LOSS, and what decodes encodes to a chunk that decodes to
// the same. The checksum is set right first, so that the fuzzer gets past it.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "server/storage/chunk_codec.h"
#include "server/storage/crc32c.h"

namespace {

constexpr size_t kHeader = 12;  // magic, version, CRC, series, year
constexpr size_t kMaxVersions = 4096;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace glutwatch;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  const storage::ChunkKey key{storage::SeriesId{1}, 2024};
  (void)storage::DecodeChunk(key, bytes, kMaxVersions);
  (void)storage::DecodeChunkKey(bytes);
  if (size < kHeader) return 0;
  bytes.replace(0, 2, "C\x01", 2);
  bytes.replace(6, 6, "\0\0\0\1\x07\xe8", 6);
  const uint32_t crc = storage::Crc32c(absl::string_view(bytes).substr(6));
  std::memcpy(bytes.data() + 2, &crc, sizeof(crc));
  const auto versions = storage::DecodeChunk(key, bytes, kMaxVersions);
  if (!versions.ok()) {
    if (versions.status().code() != absl::StatusCode::kDataLoss) std::abort();
    return 0;
  }
  const std::string again = storage::EncodeChunk(key, *versions);
  const auto second = storage::DecodeChunk(key, again, kMaxVersions);
  if (!second.ok() || storage::EncodeChunk(key, *second) != again) std::abort();
  return 0;
}

// Chunk decoder, both formats: damaged bytes are DATA_LOSS; what decodes encodes to a chunk that
// decodes to the same, and reads the same in columns. The checksum is set right first, so that the
// fuzzer gets past it.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

#include "server/storage/chunk_codec.h"
#include "server/storage/chunk_layout.h"
#include "server/storage/column_rows.h"
#include "server/storage/crc32c.h"

namespace {

using namespace glutwatch::storage;  // NOLINT: a program of one file

constexpr size_t kMaxVersions = 4096;
constexpr int64_t kNow = std::numeric_limits<int64_t>::max();
const ChunkKey kKey{SeriesId{1}, 2024};

void Require(bool holds) {
  if (!holds) std::abort();
}

// The bytes as a chunk of `version` of kKey, but for what is within.
std::string Chunk(const uint8_t* data, size_t size, int version) {
  std::string bytes = {kChunkMagic, static_cast<char>(version), 0, 0, 0, 0};
  if (version == 1) bytes += EncodeChunkKey(kKey);
  bytes.append(reinterpret_cast<const char*>(data), size);
  const absl::string_view body = absl::string_view(bytes).substr(kChunkBodyOffset);
  const uint32_t crc = version == 1 ? Crc32c(body) : ChunkCrc(kKey, bytes);
  std::memcpy(bytes.data() + kChunkCrcOffset, &crc, sizeof(crc));
  return bytes;
}

void CheckColumns(const std::string& bytes, const std::vector<Version>& versions) {
  PriceColumns all;
  Require(AppendNewest(kKey, bytes, kAllColumns, kNow, &all, kMaxVersions).ok());
  PriceColumns modals;
  Require(AppendNewest(kKey, bytes, kModalColumn, kNow, &modals, kMaxVersions).ok());
  Require(all.rows() > 0 && all.rows() <= versions.size() && modals.rows() == all.rows());
  size_t at = 0;
  for (size_t i = 0; i < all.rows(); ++i) {
    const Observation& next = RowAt(all, i).observation;
    while (at + 1 < versions.size() && versions[at + 1].observation.day == next.day &&
           versions[at + 1].observation.lot == next.lot) {
      ++at;
    }
    Require(next.SameQuoteAs(versions[at].observation));
    Require(all.recorded_us[i] == versions[at].recorded_us);
    Require(modals.days[i] == next.day && modals.modal_e4[i] == next.modal_e4);
    ++at;
  }
}

void CheckChunk(const std::string& bytes) {
  const auto versions = DecodeChunk(kKey, bytes, kMaxVersions);
  if (!versions.ok()) {
    Require(versions.status().code() == absl::StatusCode::kDataLoss);
    PriceColumns columns;
    Require(!AppendNewest(kKey, bytes, kAllColumns, kNow, &columns, kMaxVersions).ok());
    return;
  }
  CheckColumns(bytes, *versions);
  const std::string again = EncodeChunk(kKey, *versions);
  const auto second = DecodeChunk(kKey, again, kMaxVersions);
  Require(second.ok() && EncodeChunk(kKey, *second) == again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)DecodeChunk(kKey, bytes, kMaxVersions);
  (void)DecodeChunkKey(bytes);
  if (size == 0) return 0;
  CheckChunk(Chunk(data + 1, size - 1, 1 + data[0] % 2));
  return 0;
}

#pragma once
#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/bytes.h"
#include "server/storage/chunk_codec.h"

// What the writer and the reader of chunks of version 2 agree on; docs/format/chunk.md. Private to
// the room.
namespace glutwatch::storage {

inline constexpr char kChunkMagic = 'C';
inline constexpr uint8_t kChunkVersion = 2;
inline constexpr size_t kChunkCrcOffset = 2;
inline constexpr size_t kChunkBodyOffset = 6;

// The columns that a chunk has, in this order; one that is missing has its default in every row.
// And what else holds of the chunk. Bits are on disk; never renumber.
enum ChunkBit : uint16_t {
  kChunkDays = 1,          // default: each day one after the row's before
  kChunkLots = 2,          // 0
  kChunkStatuses = 4,      // traded
  kChunkPresences = 8,     // all four numbers
  kChunkFlags = 16,        // 0
  kChunkSources = 32,      // 0
  kChunkModal = 64,        // 0
  kChunkLow = 128,         // 0
  kChunkHigh = 256,        // 0
  kChunkArrivals = 512,    // 0
  kChunkRecorded = 1024,   // the newest commit
  kChunkCorrected = 2048,  // some (day, lot) has more than one version
  kChunkCarried = 4096,    // where a number is absent, its column repeats the one before
  kChunkKnownBits = 8191,
};

inline constexpr uint8_t kDefaultPresence = kHasLow | kHasModal | kHasHigh | kHasArrivals;

struct ChunkHeader {
  size_t rows = 0;
  uint16_t bits = 0;
  int price_scale = 0;  // prices are in units of 10^scale / 10,000
  int arrivals_scale = 0;
  Day first_day{};
  int64_t newest_us = 0;

  bool Has(ChunkBit bit) const { return (bits & bit) != 0; }
};

absl::Status DamagedChunk(const ChunkKey& key, absl::string_view why);

// The CRC that the chunk under `key` carries: of the key and of everything after the CRC.
uint32_t ChunkCrc(const ChunkKey& key, absl::string_view chunk);

// Appends every version of the chunk to all columns of `out`, which has nothing in it. Errors as
// DecodeChunk.
absl::Status AppendVersions(const ChunkKey& key, absl::string_view bytes, size_t max_versions,
                            PriceColumns* out);

// Columns without rows, for work on one chunk; of this thread, until it asks again. They keep the
// memory of its largest chunk.
PriceColumns* ChunkScratch();

// The versions of a chunk of format version 1, whose first two bytes have been looked at.
absl::StatusOr<std::vector<Version>> DecodeChunkV1(const ChunkKey& key, absl::string_view bytes,
                                                   size_t max_versions);

}  // namespace glutwatch::storage

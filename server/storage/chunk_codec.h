#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/storage/observation.h"
#include "server/storage/price_columns.h"

// One series and year of observations as bytes; docs/format/chunk.md. Private to the room.
namespace glutwatch::storage {

struct ChunkKey {
  SeriesId series{};
  int year = 0;

  friend bool operator==(const ChunkKey&, const ChunkKey&) = default;
  friend auto operator<=>(const ChunkKey&, const ChunkKey&) = default;
};

inline constexpr size_t kChunkKeyBytes = 6;
std::string EncodeChunkKey(const ChunkKey& key);
// DATA_LOSS if `bytes` is not a key of table chunks.
absl::StatusOr<ChunkKey> DecodeChunkKey(absl::string_view bytes);

int YearOf(Day day);
Day FirstDayOf(int year);

// In order of (day, lot, recorded_us): the identity of a version within its series.
inline bool VersionBefore(const Version& a, const Version& b) {
  if (a.observation.day != b.observation.day) return a.observation.day < b.observation.day;
  if (a.observation.lot != b.observation.lot) return a.observation.lot < b.observation.lot;
  return a.recorded_us < b.recorded_us;
}
inline bool SameVersion(const Version& a, const Version& b) {
  return a.observation.day == b.observation.day && a.observation.lot == b.observation.lot &&
         a.recorded_us == b.recorded_us;
}

// Room for every lot of every day of a year, and some millions of corrections.
inline constexpr size_t kMaxChunkVersions = size_t{1} << 25;

// `versions` are of the key's year, ascending by VersionBefore without repeats; at least one and
// at most kMaxChunkVersions. The same versions always give the same bytes.
std::string EncodeChunk(const ChunkKey& key, absl::Span<const Version> versions);

// The chunk of what is in `existing`, the chunk stored under `key`, and of `added`, which is as for
// EncodeChunk; a version of both is there once. DATA_LOSS as DecodeChunk.
absl::StatusOr<std::string> MergeChunk(const ChunkKey& key, absl::string_view existing,
                                       absl::Span<const Version> added);

// The versions of the chunk stored under `key`. DATA_LOSS names table and key and says what is
// wrong: checksum, version, another key's chunk, numbers out of range or order, more than
// `max_versions`. Never reads outside `bytes`; allocates in proportion to the versions.
absl::StatusOr<std::vector<Version>> DecodeChunk(const ChunkKey& key, absl::string_view bytes,
                                                 size_t max_versions = kMaxChunkVersions);

// Appends the newest version recorded up to `limit_us` of each (day, lot) of the chunk to the days,
// the lots and `columns` of `out`. Fills presences, modal_e4 and recorded_us too, where it needs
// them, if they are not asked for: what is in them then is of no use. Errors as DecodeChunk; after
// one, `out` is of no use. One or two nanoseconds a row and column.
absl::Status AppendNewest(const ChunkKey& key, absl::string_view bytes, ColumnSet columns,
                          int64_t limit_us, PriceColumns* out,
                          size_t max_versions = kMaxChunkVersions);

}  // namespace glutwatch::storage

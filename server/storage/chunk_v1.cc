// Chunks as release 0.1.0 wrote them; docs/format/chunk.md, "Version 1". Only read.
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/storage/chunk_layout.h"
#include "server/storage/column_codec.h"
#include "server/storage/crc32c.h"
#include "server/storage/quote_columns.h"

namespace glutwatch::storage {
namespace {

bool GetDays(ByteReader* reader, const ChunkKey& key, absl::Span<Version> versions,
             std::vector<uint64_t>* column) {
  if (!GetColumn(reader, absl::MakeSpan(*column))) return false;
  const Day first = FirstDayOf(key.year);
  const auto days = static_cast<uint64_t>(FirstDayOf(key.year + 1) - first);
  uint64_t offset = 0;
  for (size_t i = 0; i < versions.size(); ++i) {
    if ((*column)[i] >= days) return false;
    offset += (*column)[i];
    if (offset >= days) return false;
    versions[i].observation.day = first + static_cast<int>(offset);
  }
  return true;
}

bool GetRecorded(ByteReader* reader, absl::Span<Version> versions, std::vector<uint64_t>* column) {
  if (!GetColumn(reader, absl::MakeSpan(*column))) return false;
  int64_t recorded = 0;
  for (size_t i = 0; i < versions.size(); ++i) {
    recorded = WrappingAdd(recorded, UnZigZag((*column)[i]));
    versions[i].recorded_us = recorded;
  }
  return true;
}

}  // namespace

absl::StatusOr<std::vector<Version>> DecodeChunkV1(const ChunkKey& key, absl::string_view bytes,
                                                   size_t max_versions) {
  ByteReader reader(bytes);
  reader.Bytes(kChunkCrcOffset);
  const uint32_t crc = reader.Le32();
  if (!reader.ok() || Crc32c(bytes.substr(kChunkBodyOffset)) != crc) {
    return DamagedChunk(key, "checksum mismatch");
  }
  const ChunkKey stored{SeriesId{reader.Be32()}, reader.Be16()};
  if (stored != key) {
    return DamagedChunk(key, absl::StrCat("holds series ", static_cast<uint32_t>(stored.series),
                                          ", year ", stored.year));
  }
  const uint64_t count = reader.Varint();
  if (!reader.ok() || count == 0 || count > max_versions) {
    return DamagedChunk(key, absl::StrCat(count, " versions, expected 1 to ", max_versions));
  }
  std::vector<Version> versions(count);
  std::vector<uint64_t> column(count);
  const absl::Span<Version> span = absl::MakeSpan(versions);
  if (!GetDays(&reader, key, span, &column) || !GetRecorded(&reader, span, &column) ||
      !GetQuoteColumns(&reader, span, &column) || reader.remaining() != 0) {
    return DamagedChunk(key, "its columns do not decode");
  }
  for (size_t i = 1; i < versions.size(); ++i) {
    if (!VersionBefore(versions[i - 1], versions[i])) {
      return DamagedChunk(key, absl::StrCat("version ", i, " is out of order"));
    }
  }
  return versions;
}

}  // namespace glutwatch::storage

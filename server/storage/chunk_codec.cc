#include "server/storage/chunk_codec.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "server/storage/bytes.h"
#include "server/storage/column_codec.h"
#include "server/storage/crc32c.h"
#include "server/storage/quote_columns.h"

namespace glutwatch::storage {
namespace {

constexpr char kMagic = 'C';
constexpr uint8_t kVersion = 1;
constexpr size_t kCrcOffset = 2;
constexpr size_t kBodyOffset = 6;

absl::Status Damaged(const ChunkKey& key, absl::string_view why) {
  return absl::DataLossError(absl::StrCat(
      "table chunks, series ", static_cast<uint32_t>(key.series), ", year ", key.year, ": ", why));
}

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

std::string EncodeChunkKey(const ChunkKey& key) {
  std::string bytes;
  PutBe32(static_cast<uint32_t>(key.series), &bytes);
  PutBe16(static_cast<uint16_t>(key.year), &bytes);
  return bytes;
}

absl::StatusOr<ChunkKey> DecodeChunkKey(absl::string_view bytes) {
  if (bytes.size() != kChunkKeyBytes) {
    return absl::DataLossError(
        absl::StrCat("table chunks: a key of ", bytes.size(), " bytes, expected ", kChunkKeyBytes));
  }
  return ChunkKey{SeriesId{GetBe32(bytes.data())}, GetBe16(bytes.data() + 4)};
}

int YearOf(Day day) { return static_cast<int>(ToCivil(day).year()); }
Day FirstDayOf(int year) { return ToDay(absl::CivilDay(year, 1, 1)); }

std::string EncodeChunk(const ChunkKey& key, absl::Span<const Version> versions) {
  std::string out;
  out.reserve(64 + versions.size() * 12);
  out.push_back(kMagic);
  out.push_back(static_cast<char>(kVersion));
  PutLe32(0, &out);  // the CRC, below
  PutBe32(static_cast<uint32_t>(key.series), &out);
  PutBe16(static_cast<uint16_t>(key.year), &out);
  PutVarint(versions.size(), &out);
  std::vector<uint64_t> column(versions.size());
  Day previous_day = FirstDayOf(key.year);
  for (size_t i = 0; i < versions.size(); ++i) {
    column[i] = static_cast<uint64_t>(versions[i].observation.day - previous_day);
    previous_day = versions[i].observation.day;
  }
  PutColumn(column, &out);
  int64_t previous_us = 0;
  for (size_t i = 0; i < versions.size(); ++i) {
    column[i] = ZigZag(WrappingSub(versions[i].recorded_us, previous_us));
    previous_us = versions[i].recorded_us;
  }
  PutColumn(column, &out);
  PutQuoteColumns(versions, &column, &out);
  const uint32_t crc = Crc32c(absl::string_view(out).substr(kBodyOffset));
  std::memcpy(out.data() + kCrcOffset, &crc, sizeof(crc));
  return out;
}

absl::StatusOr<std::vector<Version>> DecodeChunk(const ChunkKey& key, absl::string_view bytes,
                                                 size_t max_versions) {
  ByteReader reader(bytes);
  const char magic = static_cast<char>(reader.Byte());
  const uint8_t version = reader.Byte();
  const uint32_t crc = reader.Le32();
  if (!reader.ok() || magic != kMagic) return Damaged(key, "not a chunk");
  if (version != kVersion) {
    return Damaged(key, absl::StrCat("format version ", version, ", expected ", kVersion));
  }
  if (Crc32c(bytes.substr(kBodyOffset)) != crc) return Damaged(key, "checksum mismatch");
  const ChunkKey stored{SeriesId{reader.Be32()}, reader.Be16()};
  if (stored != key) {
    return Damaged(key, absl::StrCat("holds series ", static_cast<uint32_t>(stored.series),
                                     ", year ", stored.year));
  }
  const uint64_t count = reader.Varint();
  if (!reader.ok() || count == 0 || count > max_versions) {
    return Damaged(key, absl::StrCat(count, " versions, expected 1 to ", max_versions));
  }
  std::vector<Version> versions(count);
  std::vector<uint64_t> column(count);
  const absl::Span<Version> span = absl::MakeSpan(versions);
  if (!GetDays(&reader, key, span, &column) || !GetRecorded(&reader, span, &column) ||
      !GetQuoteColumns(&reader, span, &column) || reader.remaining() != 0) {
    return Damaged(key, "its columns do not decode");
  }
  for (size_t i = 1; i < versions.size(); ++i) {
    if (!VersionBefore(versions[i - 1], versions[i])) {
      return Damaged(key, absl::StrCat("version ", i, " is out of order"));
    }
  }
  return versions;
}

}  // namespace glutwatch::storage

// The reading half of chunk_codec.h.
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/storage/chunk_layout.h"
#include "server/storage/column_rows.h"
#include "server/storage/packed_column.h"
#include "server/storage/quote_columns.h"

namespace glutwatch::storage {
namespace {

constexpr uint64_t kMaxStep = 366;  // days from one row of a year to another

absl::StatusOr<ChunkHeader> ReadHeader(const ChunkKey& key, absl::string_view bytes,
                                       size_t max_rows, ByteReader* reader) {
  reader->Bytes(kChunkCrcOffset);
  const uint32_t crc = reader->Le32();
  if (!reader->ok() || ChunkCrc(key, bytes) != crc) {
    return DamagedChunk(key, "checksum mismatch: damaged, or the chunk of another key");
  }
  ChunkHeader header;
  header.rows = reader->Varint();
  header.bits = static_cast<uint16_t>(reader->Byte());
  header.bits = static_cast<uint16_t>(header.bits | (reader->Byte() << 8));
  const int scales = reader->Byte();
  header.price_scale = scales & 15;
  header.arrivals_scale = scales >> 4;
  const uint64_t first = reader->Varint();
  header.newest_us = UnZigZag(reader->Varint());
  const Day january = FirstDayOf(key.year);
  if (!reader->ok() || header.rows == 0 || header.rows > max_rows) {
    return DamagedChunk(key, absl::StrCat(header.rows, " versions, expected 1 to ", max_rows));
  }
  if (header.bits > kChunkKnownBits || header.price_scale > kMaxScale ||
      header.arrivals_scale > kMaxScale ||
      first >= static_cast<uint64_t>(FirstDayOf(key.year + 1) - january)) {
    return DamagedChunk(key, "its header has numbers out of range");
  }
  header.first_day = january + static_cast<int>(first);
  return header;
}

// Appends the columns of one chunk to those of `out`. Each function reads its columns, or goes past
// them if they are not wanted; in the order of ChunkBit; false if they cannot be read.
class ColumnLoader {
 public:
  ColumnLoader(const ChunkHeader& header, ColumnSet wanted, ByteReader* reader, PriceColumns* out)
      : header_(header), wanted_(wanted), reader_(reader), out_(out), at_(out->rows()) {}

  bool Load(Day end) {
    // The column that is read last serves the narrow ones as a place to unpack to.
    scratch_ = Place(&out_->recorded_us);
    return Days(end) && Narrow<uint16_t>(kChunkLots, true, 0, 0, 0xffff, &out_->lots) &&
           InOrder() &&
           Narrow<DayStatus>(kChunkStatuses, Wants(kStatusColumn), DayStatus::kTraded,
                             static_cast<int64_t>(DayStatus::kTraded),
                             static_cast<int64_t>(DayStatus::kNotReported), &out_->statuses) &&
           Narrow<uint8_t>(kChunkPresences, Wants(kPresenceColumn) || Zeroes(), kDefaultPresence, 0,
                           0xff, &out_->presences) &&
           Narrow<uint16_t>(kChunkFlags, Wants(kFlagsColumn), 0, 0, 0xffff, &out_->flags) &&
           Narrow<uint16_t>(kChunkSources, Wants(kSourceColumn), 0, 0, 0xffff, &out_->sources) &&
           Prices() && Arrivals() && Recorded() && reader_->ok() && reader_->remaining() == 0;
  }

 private:
  bool Wants(ColumnSet columns) const { return (wanted_ & columns) != 0; }
  // Absent numbers that are asked for have to be set to zero.
  bool Zeroes() const {
    return header_.Has(kChunkCarried) &&
           Wants(kLowColumn | kModalColumn | kHighColumn | kArrivalsColumn);
  }
  template <typename T>
  T* Place(ColumnBuffer<T>* column) const {
    column->Resize(at_ + header_.rows);
    return column->data() + at_;
  }

  bool Days(Day end) {
    Day* const days = Place(&out_->days);
    const size_t rows = header_.rows;
    days[0] = header_.first_day;
    if (!header_.Has(kChunkDays)) {
      for (size_t i = 1; i < rows; ++i) days[i] = header_.first_day + static_cast<int>(i);
    } else {
      if (!GetPackedColumn(reader_, rows - 1, scratch_)) return false;
      uint64_t longest = 0;
      uint64_t sum = 0;
      for (size_t i = 1; i < rows; ++i) {
        const auto step = static_cast<uint64_t>(scratch_[i - 1]);
        longest = std::max(longest, step);
        sum += step;
        days[i] = header_.first_day + static_cast<int>(sum);
      }
      // Short steps do not wrap, so that the last day is the latest.
      if (longest > kMaxStep || sum > kMaxStep) return false;
    }
    return days[rows - 1] < end;
  }

  // Of a chunk whose days are not all different: ascending by (day, lot), twice the same only if
  // the header says so.
  bool InOrder() const {
    if (!header_.Has(kChunkDays)) return !header_.Has(kChunkCorrected);
    const Day* days = out_->days.data() + at_;
    const uint16_t* lots = out_->lots.data() + at_;
    bool wrong = false;
    bool same = false;
    for (size_t i = 1; i < header_.rows; ++i) {
      const bool same_day = days[i] == days[i - 1];
      wrong |= same_day & (lots[i] < lots[i - 1]);
      same |= same_day & (lots[i] == lots[i - 1]);
    }
    return !wrong && same == header_.Has(kChunkCorrected);
  }

  template <typename T>
  bool Narrow(ChunkBit bit, bool wanted, T usual, int64_t min, int64_t max,
              ColumnBuffer<T>* column) {
    if (!wanted) return !header_.Has(bit) || SkipPackedColumn(reader_, header_.rows);
    T* const to = Place(column);
    if (!header_.Has(bit)) {
      std::fill_n(to, header_.rows, usual);
      return true;
    }
    if (!GetPackedColumn(reader_, header_.rows, scratch_)) return false;
    const int64_t* from = scratch_;
    int64_t lowest = max;
    int64_t highest = min;
    for (size_t i = 0; i < header_.rows; ++i) {
      lowest = std::min(lowest, from[i]);
      highest = std::max(highest, from[i]);
      to[i] = static_cast<T>(from[i]);
    }
    return lowest >= min && highest <= max;
  }

  // Numbers as they are in the chunk.
  bool Wide(ChunkBit bit, bool wanted, ColumnBuffer<int64_t>* column) {
    if (!wanted) return !header_.Has(bit) || SkipPackedColumn(reader_, header_.rows);
    int64_t* const to = Place(column);
    if (header_.Has(bit)) return GetPackedColumn(reader_, header_.rows, to);
    std::fill_n(to, header_.rows, 0);
    return true;
  }

  bool Prices() {
    const int64_t power = kPowersOfTen[static_cast<size_t>(header_.price_scale)];
    const bool needs_modal = Wants(kLowColumn | kModalColumn | kHighColumn);
    if (!Wide(kChunkModal, needs_modal, &out_->modal_e4) ||
        !Wide(kChunkLow, Wants(kLowColumn), &out_->low_e4) ||
        !Wide(kChunkHigh, Wants(kHighColumn), &out_->high_e4)) {
      return false;
    }
    if (!needs_modal) return true;
    int64_t* const modal = out_->modal_e4.data() + at_;
    for (size_t i = 0; i < header_.rows; ++i) modal[i] = Scaled(modal[i], power);
    if (Wants(kLowColumn) && header_.Has(kChunkLow)) {
      int64_t* const low = out_->low_e4.data() + at_;
      for (size_t i = 0; i < header_.rows; ++i)
        low[i] = WrappingSub(modal[i], Scaled(low[i], power));
    }
    if (Wants(kHighColumn) && header_.Has(kChunkHigh)) {
      int64_t* const high = out_->high_e4.data() + at_;
      for (size_t i = 0; i < header_.rows; ++i) {
        high[i] = WrappingAdd(modal[i], Scaled(high[i], power));
      }
    }
    Zero(kLowColumn, kHasLow, &out_->low_e4);
    Zero(kModalColumn, kHasModal, &out_->modal_e4);
    Zero(kHighColumn, kHasHigh, &out_->high_e4);
    return true;
  }

  bool Arrivals() {
    if (!Wide(kChunkArrivals, Wants(kArrivalsColumn), &out_->arrivals_e4)) return false;
    if (!Wants(kArrivalsColumn)) return true;
    const int64_t power = kPowersOfTen[static_cast<size_t>(header_.arrivals_scale)];
    int64_t* const arrivals = out_->arrivals_e4.data() + at_;
    for (size_t i = 0; i < header_.rows; ++i) arrivals[i] = Scaled(arrivals[i], power);
    Zero(kArrivalsColumn, kHasArrivals, &out_->arrivals_e4);
    return true;
  }

  void Zero(PriceColumn wanted, Presence has, ColumnBuffer<int64_t>* column) {
    if (!header_.Has(kChunkCarried) || !Wants(wanted)) return;
    int64_t* const numbers = column->data() + at_;
    const uint8_t* const presences = out_->presences.data() + at_;
    for (size_t i = 0; i < header_.rows; ++i) {
      numbers[i] = (presences[i] & has) != 0 ? numbers[i] : 0;
    }
  }

  bool Recorded() {
    if (!Wide(kChunkRecorded, Wants(kRecordedColumn), &out_->recorded_us)) return false;
    if (!Wants(kRecordedColumn)) return true;
    int64_t* const recorded = out_->recorded_us.data() + at_;
    int64_t newest = std::numeric_limits<int64_t>::min();
    for (size_t i = 0; i < header_.rows; ++i) {
      recorded[i] = WrappingSub(header_.newest_us, recorded[i]);
      newest = std::max(newest, recorded[i]);
    }
    return newest == header_.newest_us;
  }

  const ChunkHeader& header_;
  const ColumnSet wanted_;
  ByteReader* const reader_;
  PriceColumns* const out_;
  const size_t at_;
  int64_t* scratch_ = nullptr;
};

// The magic and version of a chunk: 1 or 2, or what is wrong with them.
absl::StatusOr<int> FormatOf(const ChunkKey& key, absl::string_view bytes) {
  if (bytes.size() < kChunkBodyOffset || bytes[0] != kChunkMagic) {
    return DamagedChunk(key, "not a chunk");
  }
  const int version = static_cast<uint8_t>(bytes[1]);
  if (version < 1 || version > kChunkVersion) {
    return DamagedChunk(
        key, absl::StrCat("format version ", version, ", expected 1 to ", kChunkVersion));
  }
  return version;
}

// Appends the rows of a chunk of version 2 to `columns`, and to recorded_us if some may have to be
// left out.
absl::StatusOr<ChunkHeader> LoadColumns(const ChunkKey& key, absl::string_view bytes,
                                        size_t max_rows, int64_t limit_us, ColumnSet columns,
                                        PriceColumns* out) {
  ByteReader reader(bytes);
  GLUTWATCH_ASSIGN_OR_RETURN(const ChunkHeader header, ReadHeader(key, bytes, max_rows, &reader));
  const bool needs_recorded = header.Has(kChunkCorrected) || header.newest_us > limit_us;
  ColumnLoader loader(header, needs_recorded ? columns | kRecordedColumn : columns, &reader, out);
  if (!loader.Load(FirstDayOf(key.year + 1))) {
    return DamagedChunk(key, "its columns do not decode");
  }
  return header;
}

// Whether row i is the newest version up to `limit_us` of its (day, lot), in a chunk's rows.
bool IsNewest(const PriceColumns& rows, size_t i, int64_t limit_us) {
  if (rows.recorded_us[i] > limit_us) return false;
  const bool last =
      i + 1 == rows.rows() || rows.days[i + 1] != rows.days[i] || rows.lots[i + 1] != rows.lots[i];
  return last || rows.recorded_us[i + 1] > limit_us;
}

// Every row from `from` on after the one before it: by day and lot, then by when it was recorded.
absl::Status CheckOrder(const ChunkKey& key, size_t from, const PriceColumns& rows) {
  for (size_t i = from + 1; i < rows.rows(); ++i) {
    const bool same = rows.days[i] == rows.days[i - 1] && rows.lots[i] == rows.lots[i - 1];
    if (same && rows.recorded_us[i] <= rows.recorded_us[i - 1]) {
      return DamagedChunk(key, absl::StrCat("version ", i - from, " is out of order"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status DamagedChunk(const ChunkKey& key, absl::string_view why) {
  return absl::DataLossError(absl::StrCat(
      "table chunks, series ", static_cast<uint32_t>(key.series), ", year ", key.year, ": ", why));
}

PriceColumns* ChunkScratch() {
  thread_local PriceColumns columns;
  ClearRows(&columns);
  return &columns;
}

absl::Status AppendVersions(const ChunkKey& key, absl::string_view bytes, size_t max_versions,
                            PriceColumns* out) {
  GLUTWATCH_ASSIGN_OR_RETURN(const int format, FormatOf(key, bytes));
  if (format == 1) {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<Version> versions,
                               DecodeChunkV1(key, bytes, max_versions));
    AppendRows(versions, kAllColumns, out);
    return absl::OkStatus();
  }
  GLUTWATCH_ASSIGN_OR_RETURN(
      const ChunkHeader header,
      LoadColumns(key, bytes, max_versions, std::numeric_limits<int64_t>::max(), kAllColumns, out));
  return header.Has(kChunkCorrected) ? CheckOrder(key, 0, *out) : absl::OkStatus();
}

absl::StatusOr<std::vector<Version>> DecodeChunk(const ChunkKey& key, absl::string_view bytes,
                                                 size_t max_versions) {
  PriceColumns* const columns = ChunkScratch();
  GLUTWATCH_RETURN_IF_ERROR(AppendVersions(key, bytes, max_versions, columns));
  std::vector<Version> versions(columns->rows());
  for (size_t i = 0; i < versions.size(); ++i) versions[i] = RowAt(*columns, i);
  return versions;
}

absl::Status AppendNewest(const ChunkKey& key, absl::string_view bytes, ColumnSet columns,
                          int64_t limit_us, PriceColumns* out, size_t max_versions) {
  GLUTWATCH_ASSIGN_OR_RETURN(const int format, FormatOf(key, bytes));
  const size_t at = out->rows();
  if (format == 1) {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<Version> versions,
                               DecodeChunkV1(key, bytes, max_versions));
    AppendRows(versions, kAllColumns, out);
  } else {
    GLUTWATCH_ASSIGN_OR_RETURN(const ChunkHeader header,
                               LoadColumns(key, bytes, max_versions, limit_us, columns, out));
    if (!header.Has(kChunkCorrected) && header.newest_us <= limit_us) return absl::OkStatus();
    GLUTWATCH_RETURN_IF_ERROR(CheckOrder(key, at, *out));
  }
  std::vector<uint32_t> kept;
  for (size_t i = at; i < out->rows(); ++i) {
    if (IsNewest(*out, i, limit_us)) kept.push_back(static_cast<uint32_t>(i));
  }
  KeepRows(at, kept, out);
  return absl::OkStatus();
}

}  // namespace glutwatch::storage

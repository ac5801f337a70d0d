#include "server/storage/chunk_codec.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/storage/chunk_layout.h"
#include "server/storage/column_rows.h"
#include "server/storage/crc32c.h"
#include "server/storage/packed_column.h"
#include "server/storage/quote_columns.h"

namespace glutwatch::storage {
namespace {

template <int64_t kPower>
bool AllDivisible(const ColumnBuffer<int64_t>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](int64_t v) { return v % kPower == 0; });
}

// The largest power of ten up to 10^at_most, as exponent, that divides every number. By constants,
// because dividing by a variable is several times slower.
int ScaleOf(const ColumnBuffer<int64_t>& numbers, int at_most) {
  if (at_most >= 4 && AllDivisible<10'000>(numbers)) return 4;
  if (at_most >= 3 && AllDivisible<1'000>(numbers)) return 3;
  if (at_most >= 2 && AllDivisible<100>(numbers)) return 2;
  if (at_most >= 1 && AllDivisible<10>(numbers)) return 1;
  return 0;
}

// Writes the columns of one chunk and notes which it wrote.
class ColumnWriter {
 public:
  ColumnWriter(const PriceColumns& rows, std::string* out)
      : rows_(rows), count_(rows.rows()), numbers_(count_), out_(out) {}

  uint16_t bits() const { return bits_; }

  void PutDays() {
    const Day* const days = rows_.days.data();
    int uneven = 0;
    for (size_t i = 1; i < count_; ++i) uneven |= days[i] - days[i - 1] - 1;
    if (uneven == 0) return;
    bool corrected = false;
    for (size_t i = 1; i < count_; ++i) {
      numbers_[i - 1] = days[i] - days[i - 1];
      corrected |= days[i] == days[i - 1] && rows_.lots[i] == rows_.lots[i - 1];
    }
    if (corrected) bits_ |= kChunkCorrected;
    Put(kChunkDays, absl::MakeConstSpan(numbers_).first(count_ - 1));
  }

  template <typename T>
  void PutNarrow(ChunkBit bit, const ColumnBuffer<T>& column, T usual) {
    unsigned differs = 0;
    for (const T v : column) differs |= static_cast<unsigned>(v) ^ static_cast<unsigned>(usual);
    if (differs == 0) return;
    for (size_t i = 0; i < count_; ++i) numbers_[i] = static_cast<int64_t>(column[i]);
    Put(bit, numbers_);
  }

  // After the presences.
  void PutPrices(int scale) {
    if ((bits_ & kChunkPresences) != 0 && AbsentIsZero()) bits_ |= kChunkCarried;
    std::vector<int64_t> modal(count_);
    WithPower(scale, [&]<int64_t kPower>() {
      if (Gather<kPower>(kHasModal, rows_.modal_e4, &modal)) Put(kChunkModal, modal);
      if (Gather<kPower>(kHasLow, rows_.low_e4, &numbers_)) {
        for (size_t i = 0; i < count_; ++i) numbers_[i] = WrappingSub(modal[i], numbers_[i]);
        Put(kChunkLow, numbers_);
      }
      if (Gather<kPower>(kHasHigh, rows_.high_e4, &numbers_)) {
        for (size_t i = 0; i < count_; ++i) numbers_[i] = WrappingSub(numbers_[i], modal[i]);
        Put(kChunkHigh, numbers_);
      }
    });
  }
  void PutArrivals(int scale) {
    WithPower(scale, [&]<int64_t kPower>() {
      if (Gather<kPower>(kHasArrivals, rows_.arrivals_e4, &numbers_)) Put(kChunkArrivals, numbers_);
    });
  }

  void PutRecorded(int64_t newest_us) {
    uint64_t differs = 0;
    for (size_t i = 0; i < count_; ++i) {
      numbers_[i] = WrappingSub(newest_us, rows_.recorded_us[i]);
      differs |= static_cast<uint64_t>(numbers_[i]);
    }
    if (differs != 0) Put(kChunkRecorded, numbers_);
  }

 private:
  void Put(ChunkBit bit, absl::Span<const int64_t> numbers) {
    bits_ = static_cast<uint16_t>(bits_ | bit);
    PutPackedColumn(numbers, out_);
  }

  bool AbsentIsZero() const {
    int64_t wrong = 0;
    for (size_t i = 0; i < count_; ++i) {
      const uint8_t presence = rows_.presences[i];
      wrong |= ((presence & kHasLow) != 0 ? 0 : rows_.low_e4[i]) |
               ((presence & kHasModal) != 0 ? 0 : rows_.modal_e4[i]) |
               ((presence & kHasHigh) != 0 ? 0 : rows_.high_e4[i]) |
               ((presence & kHasArrivals) != 0 ? 0 : rows_.arrivals_e4[i]);
    }
    return wrong == 0;
  }

  // A column in units of kPower. False if all its numbers are 0.
  template <int64_t kPower>
  bool Gather(Presence has, const ColumnBuffer<int64_t>& column, std::vector<int64_t>* to) const {
    int64_t any = 0;
    for (size_t i = 0; i < count_; ++i) {
      (*to)[i] = column[i] / kPower;
      any |= (*to)[i];
    }
    if ((bits_ & kChunkCarried) != 0) Carry(has, to);
    return any != 0;
  }

  // Where the number is absent, the one before costs nothing, or the first one there is. The
  // reader puts the zeros back.
  void Carry(Presence has, std::vector<int64_t>* numbers) const {
    const uint8_t* const presences = rows_.presences.data();
    size_t first = 0;
    while (first < count_ && (presences[first] & has) == 0) ++first;
    if (first == count_) return;
    int64_t last = (*numbers)[first];
    for (size_t i = 0; i < count_; ++i) {
      last = (presences[i] & has) != 0 ? (*numbers)[i] : last;
      (*numbers)[i] = last;
    }
  }

  const PriceColumns& rows_;
  const size_t count_;
  std::vector<int64_t> numbers_;
  std::string* const out_;
  uint16_t bits_ = 0;
};

// A chunk of rows in columns, all of them in use.
std::string EncodeColumns(const ChunkKey& key, const PriceColumns& rows) {
  int price_scale = ScaleOf(rows.modal_e4, kMaxScale);
  price_scale = ScaleOf(rows.low_e4, price_scale);
  price_scale = ScaleOf(rows.high_e4, price_scale);
  const int arrivals_scale = ScaleOf(rows.arrivals_e4, kMaxScale);
  const int64_t newest_us = *std::max_element(rows.recorded_us.begin(), rows.recorded_us.end());
  std::string out;
  out.reserve(64 + rows.rows() * 8);
  out.push_back(kChunkMagic);
  out.push_back(static_cast<char>(kChunkVersion));
  PutLe32(0, &out);  // the CRC, below
  PutVarint(rows.rows(), &out);
  const size_t bits_at = out.size();
  out.append(sizeof(uint16_t), '\0');  // the bits, below
  out.push_back(static_cast<char>(price_scale | (arrivals_scale << 4)));
  PutVarint(static_cast<uint64_t>(rows.days[0] - FirstDayOf(key.year)), &out);
  PutVarint(ZigZag(newest_us), &out);
  ColumnWriter writer(rows, &out);
  writer.PutDays();
  writer.PutNarrow(kChunkLots, rows.lots, uint16_t{0});
  writer.PutNarrow(kChunkStatuses, rows.statuses, DayStatus::kTraded);
  writer.PutNarrow(kChunkPresences, rows.presences, kDefaultPresence);
  writer.PutNarrow(kChunkFlags, rows.flags, uint16_t{0});
  writer.PutNarrow(kChunkSources, rows.sources, uint16_t{0});
  writer.PutPrices(price_scale);
  writer.PutArrivals(arrivals_scale);
  writer.PutRecorded(newest_us);
  const uint16_t bits = writer.bits();
  std::memcpy(out.data() + bits_at, &bits, sizeof(bits));
  const uint32_t crc = ChunkCrc(key, out);
  std::memcpy(out.data() + kChunkCrcOffset, &crc, sizeof(crc));
  return out;
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

// By arithmetic of the Gregorian calendar: a chunk of ten rows would feel absl's.
Day FirstDayOf(int year) {
  const int before = year - 1;
  constexpr int kDaysBefore1970 = 1969 * 365 + 1969 / 4 - 1969 / 100 + 1969 / 400;
  return Day{before * 365 + before / 4 - before / 100 + before / 400 - kDaysBefore1970};
}
int YearOf(Day day) {
  constexpr int64_t kDaysOf400Years = 146'097;
  const int64_t guess = 1970 + int64_t{DayNumber(day)} * 400 / kDaysOf400Years;
  const auto year = static_cast<int>(guess);  // at most one off
  if (day < FirstDayOf(year)) return year - 1;
  return day < FirstDayOf(year + 1) ? year : year + 1;
}

uint32_t ChunkCrc(const ChunkKey& key, absl::string_view chunk) {
  return Crc32c(chunk.substr(kChunkBodyOffset), Crc32c(EncodeChunkKey(key)));
}

std::string EncodeChunk(const ChunkKey& key, absl::Span<const Version> versions) {
  PriceColumns* const rows = ChunkScratch();
  AppendRows(versions, kAllColumns, rows);
  return EncodeColumns(key, *rows);
}

absl::StatusOr<std::string> MergeChunk(const ChunkKey& key, absl::string_view existing,
                                       absl::Span<const Version> added) {
  PriceColumns* const rows = ChunkScratch();
  GLUTWATCH_RETURN_IF_ERROR(AppendVersions(key, existing, kMaxChunkVersions, rows));
  MergeVersions(added, rows);
  return EncodeColumns(key, *rows);
}

}  // namespace glutwatch::storage

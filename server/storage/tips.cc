#include "server/storage/tips.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "server/storage/bytes.h"
#include "server/storage/crc32c.h"

namespace glutwatch::storage {
namespace {

constexpr char kMagic = 'T';
constexpr uint8_t kVersion = 1;
constexpr size_t kBodyOffset = 6;

uint64_t DayBits(Day day) { return ZigZag(DayNumber(day)); }
Day BitsDay(uint64_t bits) { return Day{static_cast<int32_t>(UnZigZag(bits))}; }

}  // namespace

std::string EncodeTipKey(SeriesId series) {
  std::string key;
  PutBe32(static_cast<uint32_t>(series), &key);
  return key;
}

std::string EncodeTip(const TipState& tip) {
  std::string out;
  out.push_back(kMagic);
  out.push_back(static_cast<char>(kVersion));
  PutLe32(0, &out);
  PutVarint(DayBits(tip.newest_day), &out);
  PutVarint(DayBits(tip.folded_day), &out);
  PutVarint(static_cast<uint64_t>(tip.recorded_us), &out);
  PutVarint(DayBits(tip.price_day), &out);
  PutVarint(tip.price_lot, &out);
  PutVarint(ZigZag(tip.modal_e4), &out);
  const uint32_t crc = Crc32c(absl::string_view(out).substr(kBodyOffset));
  std::memcpy(out.data() + 2, &crc, sizeof(crc));
  return out;
}

absl::StatusOr<TipState> DecodeTip(SeriesId series, absl::string_view bytes) {
  ByteReader reader(bytes);
  const char magic = static_cast<char>(reader.Byte());
  const uint8_t version = reader.Byte();
  const uint32_t crc = reader.Le32();
  const bool good_header = reader.ok() && magic == kMagic && version == kVersion &&
                           Crc32c(bytes.substr(kBodyOffset)) == crc;
  TipState tip;
  tip.newest_day = BitsDay(reader.Varint());
  tip.folded_day = BitsDay(reader.Varint());
  tip.recorded_us = static_cast<int64_t>(reader.Varint());
  tip.price_day = BitsDay(reader.Varint());
  tip.price_lot = static_cast<uint16_t>(reader.Varint());
  tip.modal_e4 = UnZigZag(reader.Varint());
  if (!good_header || !reader.ok() || reader.remaining() != 0) {
    return absl::DataLossError(absl::StrCat("table tips, series ", static_cast<uint32_t>(series),
                                            ": not a tip of version 1, or checksum mismatch"));
  }
  return tip;
}

template <typename Change>
void TipTable::Write(Cell* cell, const Change& change) {
  const uint32_t sequence = cell->sequence.load(std::memory_order_relaxed);
  cell->sequence.store(sequence + 1, std::memory_order_relaxed);
  change();  // stores with release: none is seen before the odd number
  cell->sequence.store(sequence + 2, std::memory_order_release);
}

TipState TipTable::Get(SeriesId series) const {
  TipState tip;
  const Cell* cell = cells_.Find(static_cast<uint32_t>(series));
  if (cell == nullptr) return tip;
  for (;;) {
    const uint32_t before = cell->sequence.load(std::memory_order_acquire);
    tip.newest_day = cell->newest_day.load(std::memory_order_acquire);
    tip.folded_day = cell->folded_day.load(std::memory_order_acquire);
    tip.recorded_us = cell->recorded_us.load(std::memory_order_acquire);
    tip.price_day = cell->price_day.load(std::memory_order_acquire);
    tip.price_lot = cell->price_lot.load(std::memory_order_acquire);
    tip.modal_e4 = cell->modal_e4.load(std::memory_order_acquire);
    if (before % 2 == 0 && cell->sequence.load(std::memory_order_acquire) == before) return tip;
  }
}

Day TipTable::newest_day(SeriesId series) const {
  const Cell* cell = cells_.Find(static_cast<uint32_t>(series));
  return cell == nullptr ? kNoDay : cell->newest_day.load(std::memory_order_acquire);
}

Day TipTable::folded_day(SeriesId series) const {
  const Cell* cell = cells_.Find(static_cast<uint32_t>(series));
  return cell == nullptr ? kNoDay : cell->folded_day.load(std::memory_order_acquire);
}

bool TipTable::Apply(SeriesId series, const Observation& row, int64_t recorded_us) {
  Cell* cell = cells_.Grow(static_cast<uint32_t>(series));
  const Day newest = cell->newest_day.load(std::memory_order_relaxed);
  const Day price_day = cell->price_day.load(std::memory_order_relaxed);
  const uint16_t price_lot = cell->price_lot.load(std::memory_order_relaxed);
  const bool good = IsGoodPrice(row);
  const bool takes_over =
      good && (row.day > price_day || (row.day == price_day && row.lot <= price_lot));
  if (newest == kNoDay) count_.fetch_add(1, std::memory_order_relaxed);
  Write(cell, [&] {
    if (row.day > newest) cell->newest_day.store(row.day, std::memory_order_release);
    if (recorded_us > cell->recorded_us.load(std::memory_order_relaxed)) {
      cell->recorded_us.store(recorded_us, std::memory_order_release);
    }
    if (takes_over) {
      cell->price_day.store(row.day, std::memory_order_release);
      cell->price_lot.store(row.lot, std::memory_order_release);
      cell->modal_e4.store(row.modal_e4, std::memory_order_release);
    }
  });
  return !good && row.day == price_day && row.lot == price_lot;
}

void TipTable::SetPrice(SeriesId series, Day day, uint16_t lot, int64_t modal_e4) {
  Cell* cell = cells_.Grow(static_cast<uint32_t>(series));
  Write(cell, [&] {
    cell->price_day.store(day, std::memory_order_release);
    cell->price_lot.store(lot, std::memory_order_release);
    cell->modal_e4.store(modal_e4, std::memory_order_release);
  });
}

void TipTable::Restore(SeriesId series, const TipState& tip) {
  Cell* cell = cells_.Grow(static_cast<uint32_t>(series));
  if (!Get(series).exists() && tip.exists()) count_.fetch_add(1, std::memory_order_relaxed);
  Write(cell, [&] {
    cell->newest_day.store(tip.newest_day, std::memory_order_release);
    cell->folded_day.store(tip.folded_day, std::memory_order_release);
    cell->recorded_us.store(tip.recorded_us, std::memory_order_release);
    cell->price_day.store(tip.price_day, std::memory_order_release);
    cell->price_lot.store(tip.price_lot, std::memory_order_release);
    cell->modal_e4.store(tip.modal_e4, std::memory_order_release);
  });
}

void TipTable::RaiseFoldedDay(SeriesId series, Day day) {
  Cell* cell = cells_.Find(static_cast<uint32_t>(series));
  if (cell == nullptr) return;
  if (day > cell->folded_day.load(std::memory_order_relaxed)) {
    cell->folded_day.store(day, std::memory_order_release);
  }
}

}  // namespace glutwatch::storage

#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "server/storage/bytes.h"
#include "server/storage/column_codec.h"
#include "server/storage/observation.h"

// The columns that journal values and chunks have in common; docs/format/column.md. `Row` is any
// struct with a member `observation`. Private to the room.
namespace glutwatch::storage {

inline constexpr int kMaxScale = 4;
inline constexpr std::array<int64_t, kMaxScale + 1> kPowersOfTen = {1, 10, 100, 1000, 10000};

template <int64_t kPower, typename Row, typename Getter>
bool AllDivisible(absl::Span<const Row> rows, const Getter& get) {
  for (const Row& row : rows) {
    if (get(row.observation) % kPower != 0) return false;
  }
  return true;
}

// The largest power of ten, as exponent, that divides every value that `get` gives. Each is tried
// by a constant, because dividing by a variable costs as much as the rest of the encoding.
template <typename Row, typename Getter>
int CommonScale(absl::Span<const Row> rows, const Getter& get) {
  if (AllDivisible<10'000>(rows, get)) return 4;
  if (AllDivisible<1'000>(rows, get)) return 3;
  if (AllDivisible<100>(rows, get)) return 2;
  return AllDivisible<10>(rows, get) ? 1 : 0;
}
static_assert(kMaxScale == 4);

template <int64_t kPower, typename Row>
void PutPriceColumns(absl::Span<const Row> rows, std::vector<uint64_t>* column, std::string* out) {
  int64_t previous = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t modal = rows[i].observation.modal_e4 / kPower;
    (*column)[i] = ZigZag(WrappingSub(modal, previous));
    previous = modal;
  }
  PutColumn(*column, out);
  for (size_t i = 0; i < rows.size(); ++i) {
    const Observation& o = rows[i].observation;
    (*column)[i] = ZigZag(WrappingSub(o.modal_e4 / kPower, o.low_e4 / kPower));
  }
  PutColumn(*column, out);
  for (size_t i = 0; i < rows.size(); ++i) {
    const Observation& o = rows[i].observation;
    (*column)[i] = ZigZag(WrappingSub(o.high_e4 / kPower, o.modal_e4 / kPower));
  }
  PutColumn(*column, out);
}

template <int64_t kPower, typename Row>
void PutArrivalsColumn(absl::Span<const Row> rows, std::vector<uint64_t>* column,
                       std::string* out) {
  int64_t previous = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t arrivals = rows[i].observation.arrivals_e4 / kPower;
    (*column)[i] = ZigZag(WrappingSub(arrivals, previous));
    previous = arrivals;
  }
  PutColumn(*column, out);
}

template <typename Row, typename Getter>
void PutPlainColumn(absl::Span<const Row> rows, const Getter& get, std::vector<uint64_t>* column,
                    std::string* out) {
  for (size_t i = 0; i < rows.size(); ++i) (*column)[i] = get(rows[i].observation);
  PutColumn(*column, out);
}

// Calls `f.template operator()<power>()` with the power of ten as a constant: dividing by a
// constant is several times faster.
template <typename F>
void WithPower(int scale, const F& f) {
  switch (scale) {
    case 0:
      return f.template operator()<1>();
    case 1:
      return f.template operator()<10>();
    case 2:
      return f.template operator()<100>();
    case 3:
      return f.template operator()<1000>();
    default:
      return f.template operator()<10000>();
  }
}

// Appends lot, status, presence, flags, source, price scale, modal, low, high, arrivals scale and
// arrivals of `rows`. `column` is scratch space.
template <typename Row>
void PutQuoteColumns(absl::Span<const Row> rows, std::vector<uint64_t>* column, std::string* out) {
  column->resize(rows.size());
  PutPlainColumn(
      rows, [](const Observation& o) { return uint64_t{o.lot}; }, column, out);
  PutPlainColumn(
      rows, [](const Observation& o) { return static_cast<uint64_t>(o.status); }, column, out);
  PutPlainColumn(
      rows, [](const Observation& o) { return uint64_t{o.presence}; }, column, out);
  PutPlainColumn(
      rows, [](const Observation& o) { return uint64_t{o.flags}; }, column, out);
  PutPlainColumn(
      rows, [](const Observation& o) { return uint64_t{o.source}; }, column, out);
  int scale = CommonScale(rows, [](const Observation& o) { return o.modal_e4; });
  if (scale > 0) {
    scale = std::min(scale, CommonScale(rows, [](const Observation& o) { return o.low_e4; }));
    scale = std::min(scale, CommonScale(rows, [](const Observation& o) { return o.high_e4; }));
  }
  out->push_back(static_cast<char>(scale));
  WithPower(scale, [&]<int64_t kPower>() { PutPriceColumns<kPower>(rows, column, out); });
  const int arrivals_scale = CommonScale(rows, [](const Observation& o) { return o.arrivals_e4; });
  out->push_back(static_cast<char>(arrivals_scale));
  WithPower(arrivals_scale,
            [&]<int64_t kPower>() { PutArrivalsColumn<kPower>(rows, column, out); });
}

// Reads one column of numbers that fit a field of type T and are at least `min`.
template <typename T, typename Row, typename Setter>
bool GetPlainColumn(ByteReader* reader, absl::Span<Row> rows, const Setter& set, uint64_t min,
                    uint64_t max, std::vector<uint64_t>* column) {
  if (!GetColumn(reader, absl::MakeSpan(*column))) return false;
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint64_t v = (*column)[i];
    if (v < min || v > max) return false;
    set(&rows[i].observation, static_cast<T>(v));
  }
  return true;
}

inline int64_t Scaled(int64_t v, int64_t power) {
  return static_cast<int64_t>(static_cast<uint64_t>(v) * static_cast<uint64_t>(power));
}

template <typename Row>
bool GetPriceColumns(ByteReader* reader, absl::Span<Row> rows, std::vector<uint64_t>* column) {
  const uint8_t scale = reader->Byte();
  if (scale > kMaxScale || !GetColumn(reader, absl::MakeSpan(*column))) return false;
  const int64_t power = kPowersOfTen[scale];
  int64_t modal = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    modal = WrappingAdd(modal, UnZigZag((*column)[i]));
    rows[i].observation.modal_e4 = Scaled(modal, power);
  }
  if (!GetColumn(reader, absl::MakeSpan(*column))) return false;
  for (size_t i = 0; i < rows.size(); ++i) {
    Observation& o = rows[i].observation;
    o.low_e4 = WrappingSub(o.modal_e4, Scaled(UnZigZag((*column)[i]), power));
  }
  if (!GetColumn(reader, absl::MakeSpan(*column))) return false;
  for (size_t i = 0; i < rows.size(); ++i) {
    Observation& o = rows[i].observation;
    o.high_e4 = WrappingAdd(o.modal_e4, Scaled(UnZigZag((*column)[i]), power));
  }
  return true;
}

template <typename Row>
bool GetArrivalsColumn(ByteReader* reader, absl::Span<Row> rows, std::vector<uint64_t>* column) {
  const uint8_t scale = reader->Byte();
  if (scale > kMaxScale || !GetColumn(reader, absl::MakeSpan(*column))) return false;
  int64_t arrivals = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    arrivals = WrappingAdd(arrivals, UnZigZag((*column)[i]));
    rows[i].observation.arrivals_e4 = Scaled(arrivals, kPowersOfTen[scale]);
  }
  return true;
}

// The reverse of PutQuoteColumns; false if the bytes are not such columns.
template <typename Row>
bool GetQuoteColumns(ByteReader* reader, absl::Span<Row> rows, std::vector<uint64_t>* column) {
  column->resize(rows.size());
  constexpr uint64_t kMax8 = std::numeric_limits<uint8_t>::max();
  constexpr uint64_t kMax16 = std::numeric_limits<uint16_t>::max();
  return GetPlainColumn<uint16_t>(
             reader, rows, [](Observation* o, uint16_t v) { o->lot = v; }, 0, kMax16, column) &&
         GetPlainColumn<DayStatus>(
             reader, rows, [](Observation* o, DayStatus v) { o->status = v; },
             static_cast<uint64_t>(DayStatus::kTraded),
             static_cast<uint64_t>(DayStatus::kNotReported), column) &&
         GetPlainColumn<uint8_t>(
             reader, rows, [](Observation* o, uint8_t v) { o->presence = v; }, 0, kMax8, column) &&
         GetPlainColumn<uint16_t>(
             reader, rows, [](Observation* o, uint16_t v) { o->flags = v; }, 0, kMax16, column) &&
         GetPlainColumn<uint16_t>(
             reader, rows, [](Observation* o, uint16_t v) { o->source = v; }, 0, kMax16, column) &&
         GetPriceColumns(reader, rows, column) && GetArrivalsColumn(reader, rows, column) &&
         reader->ok();
}

}  // namespace glutwatch::storage

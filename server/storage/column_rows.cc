#include "server/storage/column_rows.h"

#include <algorithm>
#include <cstring>

namespace glutwatch::storage {
namespace {

// Calls visit(bit, column, get) for every column but the days: get(version) is its element.
template <typename Visitor>
void ForEachGetter(PriceColumns* columns, const Visitor& visit) {
  using V = Version;
  visit(kLotColumn, &columns->lots, [](const V& v) { return v.observation.lot; });
  visit(kStatusColumn, &columns->statuses, [](const V& v) { return v.observation.status; });
  visit(kPresenceColumn, &columns->presences, [](const V& v) { return v.observation.presence; });
  visit(kFlagsColumn, &columns->flags, [](const V& v) { return v.observation.flags; });
  visit(kSourceColumn, &columns->sources, [](const V& v) { return v.observation.source; });
  visit(kLowColumn, &columns->low_e4, [](const V& v) { return v.observation.low_e4; });
  visit(kModalColumn, &columns->modal_e4, [](const V& v) { return v.observation.modal_e4; });
  visit(kHighColumn, &columns->high_e4, [](const V& v) { return v.observation.high_e4; });
  visit(kArrivalsColumn, &columns->arrivals_e4,
        [](const V& v) { return v.observation.arrivals_e4; });
  visit(kRecordedColumn, &columns->recorded_us, [](const V& v) { return v.recorded_us; });
}

template <typename T>
void Move(size_t to, size_t from, size_t count, ColumnBuffer<T>* column) {
  std::memmove(column->data() + to, column->data() + from, count * sizeof(T));
}

// Where each merged row comes from: the columns' own, or with kNew added, `rows`.
constexpr uint32_t kNew = uint32_t{1} << 31;

// How the columns' row i stands to a row: below 0 if it comes before it, 0 if they are the same.
int CompareKeys(const PriceColumns& columns, size_t i, const Version& row) {
  const Observation& o = row.observation;
  if (columns.days[i] != o.day) return columns.days[i] < o.day ? -1 : 1;
  return columns.lots[i] - o.lot;
}
int CompareVersions(const PriceColumns& columns, size_t i, const Version& row) {
  const int keys = CompareKeys(columns, i, row);
  if (keys != 0) return keys;
  const int64_t recorded_us = columns.recorded_us[i];
  return recorded_us == row.recorded_us ? 0 : recorded_us < row.recorded_us ? -1 : 1;
}

template <typename Compare>
std::vector<uint32_t> MergeOrder(const PriceColumns& columns, absl::Span<const Version> rows,
                                 const Compare& compare) {
  std::vector<uint32_t> order;
  order.reserve(columns.rows() + rows.size());
  uint32_t own = 0;
  for (uint32_t i = 0; i < rows.size(); ++i) {
    while (own < columns.rows() && compare(columns, own, rows[i]) < 0) order.push_back(own++);
    if (own < columns.rows() && compare(columns, own, rows[i]) == 0) ++own;
    order.push_back(i | kNew);
  }
  while (own < columns.rows()) order.push_back(own++);
  return order;
}

// A row never moves down: so from the last one on, none is overwritten before it has moved.
template <typename T, typename Value>
void Rearrange(absl::Span<const uint32_t> order, const Value& value, ColumnBuffer<T>* column) {
  column->Resize(order.size());
  for (size_t i = order.size(); i-- > 0;) {
    (*column)[i] = (order[i] & kNew) != 0 ? value(order[i] & ~kNew) : (*column)[order[i]];
  }
}

template <typename Compare>
void Merge(absl::Span<const Version> rows, ColumnSet filled, const Compare& compare,
           PriceColumns* columns) {
  if (rows.empty()) return;
  const size_t own = columns->rows();
  if (own == 0 || compare(*columns, own - 1, rows[0]) < 0) {
    return AppendRows(rows, filled, columns);
  }
  const std::vector<uint32_t> order = MergeOrder(*columns, rows, compare);
  ForEachGetter(columns, [&](PriceColumn bit, auto* column, const auto& get) {
    if ((filled & bit) == 0) return;
    Rearrange(
        order, [&](size_t i) { return get(rows[i]); }, column);
  });
  Rearrange(
      order, [&](size_t i) { return rows[i].observation.day; }, &columns->days);
}

}  // namespace

Version RowAt(const PriceColumns& columns, size_t i) {
  Version row;
  row.observation = {.day = columns.days[i],
                     .lot = columns.lots[i],
                     .status = columns.statuses[i],
                     .presence = columns.presences[i],
                     .flags = columns.flags[i],
                     .source = columns.sources[i],
                     .low_e4 = columns.low_e4[i],
                     .modal_e4 = columns.modal_e4[i],
                     .high_e4 = columns.high_e4[i],
                     .arrivals_e4 = columns.arrivals_e4[i]};
  row.recorded_us = columns.recorded_us[i];
  return row;
}

void AppendRows(absl::Span<const Version> rows, ColumnSet filled, PriceColumns* columns) {
  const size_t at = columns->rows();
  const auto append = [&](auto* column, const auto& get) {
    column->Resize(at + rows.size());
    auto* const to = column->data() + at;
    for (size_t i = 0; i < rows.size(); ++i) to[i] = get(rows[i]);
  };
  ForEachGetter(columns, [&](PriceColumn bit, auto* column, const auto& get) {
    if ((filled & bit) != 0) append(column, get);
  });
  append(&columns->days, [](const Version& v) { return v.observation.day; });
}

void SetRows(absl::Span<const Version> rows, ColumnSet columns, PriceColumns* out) {
  ClearRows(out);
  AppendRows(rows, columns, out);
  FinishRows(columns, out);
}

void KeepRows(size_t from, absl::Span<const uint32_t> kept, PriceColumns* columns) {
  const size_t rows = columns->rows();
  const auto keep = [&](auto* column) {
    if (column->size() < rows) return;
    for (size_t i = 0; i < kept.size(); ++i) (*column)[from + i] = (*column)[kept[i]];
    column->Resize(from + kept.size());
  };
  ForEachColumn(columns, [&](PriceColumn, auto* column) { keep(column); });
  keep(&columns->days);
}

void TrimRows(size_t from, size_t begin, size_t end, PriceColumns* columns) {
  const size_t rows = columns->rows();
  if (begin == from && end == rows) return;
  const auto trim = [&](auto* column) {
    if (column->size() < rows) return;
    if (begin != from) Move(from, begin, end - begin, column);
    column->Resize(from + (end - begin));
  };
  ForEachColumn(columns, [&](PriceColumn, auto* column) { trim(column); });
  trim(&columns->days);
}

void MergeRows(absl::Span<const Version> rows, ColumnSet filled, PriceColumns* columns) {
  Merge(rows, filled, CompareKeys, columns);
}

void MergeVersions(absl::Span<const Version> versions, PriceColumns* columns) {
  Merge(versions, kAllColumns, CompareVersions, columns);
}

void FinishRows(ColumnSet wanted, PriceColumns* columns) {
  ForEachColumn(columns, [&](PriceColumn bit, auto* column) {
    if ((wanted & bit) == 0) column->Clear();
  });
  unsigned lots = 0;
  for (const uint16_t v : columns->lots) lots |= v;
  unsigned other_statuses = 0;
  for (const DayStatus v : columns->statuses) {
    other_statuses |= static_cast<unsigned>(v) ^ static_cast<unsigned>(DayStatus::kTraded);
  }
  unsigned presences = (wanted & kPresenceColumn) != 0 ? 0xff : 0;
  for (const uint8_t v : columns->presences) presences &= v;
  unsigned flags = (wanted & kFlagsColumn) != 0 ? 0 : 0xffff;
  for (const uint16_t v : columns->flags) flags |= v;
  columns->all_first_lots = (wanted & kLotColumn) != 0 && lots == 0;
  columns->all_traded = (wanted & kStatusColumn) != 0 && other_statuses == 0;
  columns->common_presence = static_cast<uint8_t>(presences);
  columns->any_flags = static_cast<uint16_t>(flags);
}

}  // namespace glutwatch::storage

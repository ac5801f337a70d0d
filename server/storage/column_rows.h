#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/storage/observation.h"
#include "server/storage/price_columns.h"

// Rows of PriceColumns: taking out, putting in, leaving out. A column that is shorter than the days
// is not in use and is left alone. Private to the room.
namespace glutwatch::storage {

// Calls visit(bit, column) for every column but the days.
template <typename Visitor>
void ForEachColumn(PriceColumns* columns, const Visitor& visit) {
  visit(kLotColumn, &columns->lots);
  visit(kStatusColumn, &columns->statuses);
  visit(kPresenceColumn, &columns->presences);
  visit(kFlagsColumn, &columns->flags);
  visit(kSourceColumn, &columns->sources);
  visit(kLowColumn, &columns->low_e4);
  visit(kModalColumn, &columns->modal_e4);
  visit(kHighColumn, &columns->high_e4);
  visit(kArrivalsColumn, &columns->arrivals_e4);
  visit(kRecordedColumn, &columns->recorded_us);
}

inline void ClearRows(PriceColumns* columns) {
  columns->days.Clear();
  ForEachColumn(columns, [](PriceColumn, auto* column) { column->Clear(); });
}

// Row i; all columns are in use.
Version RowAt(const PriceColumns& columns, size_t i);

// Appends `rows` to the days and to the columns of `filled`.
void AppendRows(absl::Span<const Version> rows, ColumnSet filled, PriceColumns* columns);

// Leaves, of the rows from `from` on, those at kept[0], kept[1], ..., ascending.
void KeepRows(size_t from, absl::Span<const uint32_t> kept, PriceColumns* columns);

// Leaves, of the rows from `from` on, those at [begin, end).
void TrimRows(size_t from, size_t begin, size_t end, PriceColumns* columns);

// Puts in `rows`, which are ascending by (day, lot) without repeats, as the columns' own rows are:
// one that is there already is replaced. The lots are in use, and the columns of `filled` are.
void MergeRows(absl::Span<const Version> rows, ColumnSet filled, PriceColumns* columns);

// Puts in `versions`, which are ascending by VersionBefore as the columns' own are; one that is
// there already stays once. All columns are in use.
void MergeVersions(absl::Span<const Version> versions, PriceColumns* columns);

// Drops the columns that are not in `wanted`, and fills in what holds of every row.
void FinishRows(ColumnSet wanted, PriceColumns* columns);

}  // namespace glutwatch::storage

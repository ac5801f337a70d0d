#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace glutwatch::sheet {

// One row of a CSV file or a sheet. Views: valid only inside the callback that receives it.
//
// A cell is UTF-8 text whatever the document was: a number of a workbook is its shortest decimal
// ("2.3", as a share of 100 "85%"), a date of a workbook is "2013-06-10" or
// "2013-06-10 05:40:00". An empty cell is "".
struct TableRow {
  int64_t line = 0;  // 1-based: the line on which a CSV record begins, or the sheet's row number
  absl::Span<const absl::string_view> cells;

  // "" past the last cell.
  absl::string_view cell(size_t column) const {
    return column < cells.size() ? cells[column] : absl::string_view();
  }
};

// Receives rows in document order. A non-OK status stops the reading and is returned by it.
using TableRowFn = absl::FunctionRef<absl::Status(const TableRow&)>;

// A rectangle of cells; both ends are in. Rows are 1-based as in the sheet, columns 0-based.
struct CellRange {
  int64_t first_row = 0;
  int64_t last_row = 0;
  size_t first_column = 0;
  size_t last_column = 0;

  int64_t Size() const {
    return (last_row - first_row + 1) * static_cast<int64_t>(last_column - first_column + 1);
  }
};

// A whole sheet in memory, for layouts that need to look around (wide sheets, merged headings).
struct Grid {
  struct Row {
    int64_t line = 0;
    std::vector<std::string> cells;
  };
  std::vector<Row> rows;  // in line order; a line without cells may be absent

  // The merged ranges of a workbook's sheet; empty in CSV.
  std::vector<CellRange> merged = {};

  // "" outside the grid. `index` counts rows present, not lines.
  absl::string_view cell(size_t index, size_t column) const {
    if (index >= rows.size() || column >= rows[index].cells.size()) return {};
    return rows[index].cells[column];
  }
};

}  // namespace glutwatch::sheet

#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sheet/table.h"

namespace glutwatch::sheet {

// A heading as it is compared: width-folded, lower case, without blanks, line breaks and BOMs:
// "日　　期" and "日期", "Min Price" and "minprice" are equal.
std::string HeadingKey(absl::string_view heading);

// The key of a heading without what stands in brackets and without a price's unit behind it:
// "最低价（元/公斤）" -> "最低价".
std::string BareHeadingKey(absl::string_view heading);

// The unit of a price in a heading or title, width-folded: "最低价（元/公斤）" -> "公斤",
// "单位:元/500克" -> "500克", "Min (Rs./Quintal)" -> "Quintal"; "" if there is none.
std::string FindUnitInHeading(absl::string_view heading);

// A column that is named by its letter: "$C" -> 2, counted from 0. Empty for anything else.
std::optional<size_t> ColumnOfLetter(absl::string_view text);

// Which column has which heading.
class Columns {
 public:
  Columns() = default;
  explicit Columns(const TableRow& header);

  // The first column whose heading is one of `names`, in the order of `names`.
  std::optional<size_t> Find(std::initializer_list<absl::string_view> names) const;
  // True if `row` repeats the header, as files that were glued together do.
  bool IsHeader(const TableRow& row) const;
  bool empty() const { return keys_.empty(); }

 private:
  std::vector<std::string> keys_;
};

// The cell of an optional column: "" where there is none.
inline absl::string_view CellOf(const TableRow& row, std::optional<size_t> column) {
  return column.has_value() ? row.cell(*column) : absl::string_view();
}

// True if every cell is blank.
bool IsBlank(const TableRow& row);

}  // namespace glutwatch::sheet

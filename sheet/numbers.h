#pragma once
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch::sheet {

struct NumberOptions {
  // "1.234,56" instead of "1,234.56".
  bool decimal_comma = false;
  // Rounds digits past the fourth half to even instead of refusing them: for averages that a
  // spreadsheet computed ("17.505833333"), never for quoted prices.
  bool round_to_e4 = false;
};

// Reads the text of one cell as an exact decimal in 1/10,000: base/decimal.h's syntax, and also
// full-width digits and marks, Devanagari digits, blanks around. White space, letters, words and
// signs inside are refused: "2.7（个）" is not 2.7 of the series' unit.
//
// INVALID_ARGUMENT quotes the text as it was in the cell and what was expected. Cost: ASCII
// text is parsed in place.
absl::StatusOr<int64_t> ParseCellE4(absl::string_view text, const NumberOptions& options = {});

// The decimal that a spreadsheet shows for a double: the shortest one of at most 15 significant
// digits, without exponent: 2.2999999999999998 -> "2.3", 1e-05 -> "0.00001".
std::string ShortestDecimal(double value);

}  // namespace glutwatch::sheet

#pragma once
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace glutwatch::sheet {

// Where something stands in a table.
struct CellPlace {
  std::string sheet = {};  // "" in CSV
  int64_t row = 0;         // from 1
  int64_t column = 0;      // from 1; 0 if it is about the whole line
  bool operator==(const CellPlace&) const = default;
};

// As a spreadsheet calls it: "D7", "AA12"; "7" for a whole line, "" if `row` is 0.
std::string CellReference(int64_t row, int64_t column);

// With the sheet: "Sheet1!D7"; in CSV as CellReference.
std::string PlaceText(const CellPlace& place);

// What is wrong at a cell, in both languages: what stands there and what was expected.
struct CellProblem {
  int64_t column = 0;           // from 1; 0 if it is about the whole line
  std::string value = {};       // what stands there, at most kMaxQuotedCellBytes
  std::string code = {};        // upper snake case: "NOT_A_NUMBER"
  std::string message = {};     // English
  std::string message_zh = {};  // Chinese
};
inline constexpr size_t kMaxQuotedCellBytes = 120;

// `text`, cut to kMaxQuotedCellBytes at a character's end.
std::string QuotedText(absl::string_view text);

}  // namespace glutwatch::sheet

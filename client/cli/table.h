#pragma once
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace glutwatch::client {

enum class Color { kNone, kBlue, kYellow, kOrange, kRed, kGreen, kDim, kBold };

// `text` with the terminal's codes around it if `enabled`.
std::string Paint(absl::string_view text, Color color, bool enabled);

struct Column {
  std::string key;      // in CSV: stable, English, snake case
  std::string heading;  // for people; a column without one is in CSV only
  bool right = false;   // numbers
};

struct Cell {
  Cell(std::string t, Color c = Color::kNone) : text(std::move(t)), color(c) {}
  Cell(const char* t) : text(t) {}
  // What people and what programs read.
  Cell(std::string t, std::string machine, Color c = Color::kNone)
      : text(std::move(t)), csv(std::move(machine)), color(c) {}

  std::string text;
  std::optional<std::string> csv;  // the text if unset
  Color color = Color::kNone;
};

// Rows under headings, for a terminal or as CSV.
class Table {
 public:
  // `id_column` is what `--quiet` prints.
  explicit Table(std::vector<Column> columns, size_t id_column = 0)
      : columns_(std::move(columns)), id_column_(id_column) {}

  // As many cells as columns.
  void AddRow(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }

  // Two blanks between columns, aligned by display width; no blanks at the end of a line. Columns
  // whose cells are all empty are left out.
  std::string ToText(bool color) const;
  // RFC 4180 with "\n" line ends; a field is quoted where it has to be.
  std::string ToCsv(bool with_header = true) const;
  // One id a line.
  std::string ToIds() const;

 private:
  std::vector<Column> columns_;
  size_t id_column_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace glutwatch::client

#include "client/cli/table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/cli/text_width.h"

namespace glutwatch::client {
namespace {

constexpr char kReset[] = "\033[0m";

const char* CodeOf(Color color) {
  switch (color) {
    case Color::kBlue:
      return "\033[34m";
    case Color::kYellow:
      return "\033[33m";
    case Color::kOrange:
      return "\033[38;5;208m";
    case Color::kRed:
      return "\033[31m";
    case Color::kGreen:
      return "\033[32m";
    case Color::kDim:
      return "\033[2m";
    case Color::kBold:
      return "\033[1m";
    case Color::kNone:
      break;
  }
  return "";
}

std::string CsvField(const std::string& value) {
  if (value.find_first_of(",\"\r\n") == std::string::npos) return value;
  return absl::StrCat("\"", absl::StrReplaceAll(value, {{"\"", "\"\""}}), "\"");
}

// Collects a line; blanks are written only when something follows them.
class Line {
 public:
  void Add(const std::string& text, int width, bool right, Color color, bool paint) {
    const int blanks = width - DisplayWidth(text);
    if (right) pending_ += blanks;
    if (!text.empty()) {
      absl::StrAppend(&out_, std::string(static_cast<size_t>(pending_), ' '),
                      Paint(text, color, paint));
      pending_ = 0;
    }
    if (!right) pending_ += blanks;
    pending_ += 2;
  }
  std::string Take() { return std::move(out_) + "\n"; }

 private:
  std::string out_;
  int pending_ = 0;
};

}  // namespace

std::string Paint(absl::string_view text, Color color, bool enabled) {
  if (!enabled || color == Color::kNone) return std::string(text);
  return absl::StrCat(CodeOf(color), text, kReset);
}

void Table::AddRow(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }

std::string Table::ToText(bool color) const {
  std::vector<int> widths(columns_.size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(Printable(row[i].text)));
    }
  }
  const auto shown = [&](size_t i) { return widths[i] > 0 && !columns_[i].heading.empty(); };
  Line head;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!shown(i)) continue;
    widths[i] = std::max(widths[i], DisplayWidth(columns_[i].heading));
    head.Add(columns_[i].heading, widths[i], columns_[i].right, Color::kBold, color);
  }
  std::string text = head.Take();
  for (const auto& row : rows_) {
    Line line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (!shown(i)) continue;
      line.Add(Printable(row[i].text), widths[i], columns_[i].right, row[i].color, color);
    }
    text += line.Take();
  }
  return text;
}

std::string Table::ToCsv(bool with_header) const {
  std::string text;
  const auto end_line = [&text](size_t i, size_t n) { text += i + 1 == n ? '\n' : ','; };
  for (size_t i = 0; with_header && i < columns_.size(); ++i) {
    text += CsvField(columns_[i].key);
    end_line(i, columns_.size());
  }
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      text += CsvField(row[i].csv.value_or(row[i].text));
      end_line(i, row.size());
    }
  }
  return text;
}

std::string Table::ToIds() const {
  std::string text;
  for (const auto& row : rows_) {
    absl::StrAppend(&text, row[id_column_].csv.value_or(row[id_column_].text), "\n");
  }
  return text;
}

}  // namespace glutwatch::client

#include "sheet/xlsx_sheet.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sheet/dates.h"
#include "sheet/numbers.h"

namespace glutwatch::sheet {
namespace {

// Excel's own limits.
constexpr size_t kMaxColumns = 16'384;
constexpr int64_t kMaxRows = 1'048'576;

// "AB12" -> column 27, row 12.
bool ParseCellName(absl::string_view text, size_t* column, int64_t* row) {
  size_t letters = 0;
  size_t number = 0;
  while (letters < text.size() && absl::ascii_isupper(static_cast<unsigned char>(text[letters]))) {
    number = number * 26 + static_cast<size_t>(text[letters] - 'A') + 1;
    if (number > kMaxColumns) return false;
    ++letters;
  }
  if (letters == 0 || !absl::SimpleAtoi(text.substr(letters), row)) return false;
  *column = number - 1;
  return *row >= 1 && *row <= kMaxRows;
}

// True for plain digits of no more than 15 characters without idle zeros ("1.0", "007"): such a
// number is its own shortest decimal.
bool IsShortPlain(absl::string_view text) {
  if (text.empty() || text.size() > 15) return false;
  if (absl::StrContains(text, '.') && (text.back() == '0' || text.back() == '.')) return false;
  if (text[0] == '.' || (text[0] == '0' && text.size() > 1 && text[1] != '.')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '.' || absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

}  // namespace

bool ParseCellRange(absl::string_view text, CellRange* range) {
  const size_t colon = text.find(':');
  const absl::string_view first = text.substr(0, colon);
  const absl::string_view last = colon == absl::string_view::npos ? first : text.substr(colon + 1);
  return ParseCellName(first, &range->first_column, &range->first_row) &&
         ParseCellName(last, &range->last_column, &range->last_row) &&
         range->first_column <= range->last_column && range->first_row <= range->last_row;
}

bool IsDateFormat(absl::string_view format_code) {
  bool shows_month = false;  // 'm' alone may be minutes
  bool shows_time = false;
  for (size_t i = 0; i < format_code.size(); ++i) {
    switch (absl::ascii_tolower(static_cast<unsigned char>(format_code[i]))) {
      case '"': {
        const size_t end = format_code.find('"', i + 1);
        i = end == absl::string_view::npos ? format_code.size() : end;
        break;
      }
      case '[': {
        const size_t end = format_code.find(']', i + 1);
        i = end == absl::string_view::npos ? format_code.size() : end;
        break;
      }
      case '\\':
      case '_':
      case '*':
        ++i;
        break;
      case 'g':
        // "General", or the era of a Japanese or ROC date.
        if (absl::StartsWithIgnoreCase(format_code.substr(i), "general")) i += 6;
        break;
      case 'y':
      case 'd':
      case 'e':
        // 'e' is a year in East Asian formats, but an exponent in "0.00E+00".
        if (format_code[i] != 'E') return true;
        break;
      case 'm':
        shows_month = true;
        break;
      case 'h':
      case 's':
        shows_time = true;
        break;
      default:
        break;
    }
  }
  return shows_month && !shows_time;
}

bool IsPercentFormat(absl::string_view format_code) {
  bool quoted = false;
  for (size_t i = 0; i < format_code.size(); ++i) {
    if (format_code[i] == '"') quoted = !quoted;
    if (quoted) continue;
    if (format_code[i] == '\\') {
      ++i;
    } else if (format_code[i] == '%') {
      return true;
    }
  }
  return false;
}

void XlsxSheetHandler::OnStart(absl::string_view element, const char** attributes) {
  if (element == "c") {
    StartCell(attributes);
  } else if (element == "v" || (element == "t" && !in_phonetic_)) {
    in_value_ = true;
  } else if (element == "row") {
    StartRow(attributes);
  } else if (element == "rPh") {
    in_phonetic_ = true;
  } else if (element == "mergeCell") {
    CellRange range;
    if (ParseCellRange(XmlAttribute(attributes, "ref"), &range)) merged_.push_back(range);
  }
}

void XlsxSheetHandler::OnEnd(absl::string_view element) {
  if (element == "c") {
    EndCell();
  } else if (element == "v" || element == "t") {
    in_value_ = false;
  } else if (element == "row") {
    EndRow();
  } else if (element == "rPh") {
    in_phonetic_ = false;
  }
}

void XlsxSheetHandler::OnText(absl::string_view text) {
  if (in_value_) value_.append(text.data(), text.size());
}

void XlsxSheetHandler::StartRow(const char** attributes) {
  const absl::string_view number = XmlAttribute(attributes, "r");
  const int64_t previous = row_;
  if (number.empty()) {
    ++row_;
  } else if (!absl::SimpleAtoi(number, &row_) || row_ <= previous || row_ > kMaxRows) {
    SetStatus(absl::InvalidArgumentError(
        absl::StrCat(options_.name, ": row number is \"", number, "\" after ", previous)));
  }
  next_column_ = 0;
  width_ = 0;
}

void XlsxSheetHandler::StartCell(const char** attributes) {
  column_ = next_column_;
  type_ = CellType::kNumber;
  format_ = CellFormat::kNumber;
  value_.clear();
  for (; *attributes != nullptr; attributes += 2) {
    const absl::string_view name = attributes[0];
    const absl::string_view value = attributes[1];
    if (name == "r") {
      int64_t row = 0;
      if (!ParseCellName(value, &column_, &row) || column_ < next_column_) {
        SetStatus(absl::InvalidArgumentError(
            absl::StrCat(options_.name, ":", row_, ": cell reference is \"", value, "\"")));
        return;
      }
    } else if (name == "t") {
      type_ = value == "s"   ? CellType::kShared
              : value == "b" ? CellType::kBool
              : value == "n" ? CellType::kNumber
                             : CellType::kText;
    } else if (name == "s") {
      size_t style = 0;
      if (absl::SimpleAtoi(value, &style) && style < options_.styles->size()) {
        format_ = (*options_.styles)[style];
      }
    }
  }
  next_column_ = column_ + 1;
}

void XlsxSheetHandler::EndCell() {
  if (value_.empty()) return;
  if (++cell_count_ > options_.max_cells) {
    SetStatus(absl::ResourceExhaustedError(absl::StrCat(
        options_.name, ":", row_, ": more than ", options_.max_cells, " cells in one sheet")));
    return;
  }
  if (cells_.size() <= column_) cells_.resize(column_ + 1);
  for (; width_ <= column_; ++width_) cells_[width_].clear();
  std::string* cell = &cells_[column_];
  size_t index = 0;
  switch (type_) {
    case CellType::kShared:
      if (!absl::SimpleAtoi(value_, &index) || index >= options_.shared_strings->size()) {
        SetStatus(absl::InvalidArgumentError(absl::StrCat(options_.name, ":", row_,
                                                          ": shared string ", value_, " of ",
                                                          options_.shared_strings->size())));
        return;
      }
      *cell = (*options_.shared_strings)[index];
      break;
    case CellType::kNumber:
      SetNumber(cell);
      break;
    case CellType::kBool:
      *cell = value_ == "1" ? "TRUE" : "FALSE";
      break;
    case CellType::kText:
      *cell = value_;
      break;
  }
}

void XlsxSheetHandler::SetNumber(std::string* cell) const {
  if (format_ == CellFormat::kNumber && IsShortPlain(value_)) {
    *cell = value_;
    return;
  }
  double number = 0;
  if (!absl::SimpleAtod(value_, &number) || !std::isfinite(number)) {
    *cell = value_;
    return;
  }
  if (format_ == CellFormat::kPercent) {
    *cell = absl::StrCat(ShortestDecimal(number * 100), "%");
    return;
  }
  if (format_ == CellFormat::kDate) {
    if (std::string text = FormatExcelSerial(number, options_.system_1904); !text.empty()) {
      *cell = std::move(text);
      return;
    }
  }
  *cell = ShortestDecimal(number);
}

void XlsxSheetHandler::EndRow() {
  if (width_ == 0) return;
  views_.clear();
  for (size_t i = 0; i < width_; ++i) views_.emplace_back(cells_[i]);
  SetStatus(on_row_(TableRow{row_, views_}));
}

}  // namespace glutwatch::sheet

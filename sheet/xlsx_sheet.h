#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sheet/table.h"
#include "sheet/xml_parser.h"

namespace glutwatch::sheet {

// Reads "B2" or "B2:D7". False if it is neither, or beyond Excel's limits.
bool ParseCellRange(absl::string_view text, CellRange* range);

// True if a number format shows a day, month or year: "yyyy-mm-dd", "[$-409]d\-mmm;@",
// "yyyy\"年\"m\"月\"d\"日\"", but not "0.00", "General", "\"day\"0" or "h:mm".
bool IsDateFormat(absl::string_view format_code);

// True if a number format shows a share of 100: "0%", "0.0%", but not "0\"%\"".
bool IsPercentFormat(absl::string_view format_code);

// What a cell's number format makes of its number.
enum class CellFormat : uint8_t { kNumber, kDate, kPercent };

// Turns a worksheet part into rows. Used by XlsxWorkbook only.
class XlsxSheetHandler final : public XmlHandler {
 public:
  struct Options {
    std::string name;  // "file(sheet)", for messages
    const std::vector<std::string>* shared_strings = nullptr;
    const std::vector<CellFormat>* styles = nullptr;
    bool system_1904 = false;
    int64_t max_cells = 0;
  };
  // `on_row` must outlive the handler.
  XlsxSheetHandler(Options options, TableRowFn on_row)
      : options_(std::move(options)), on_row_(on_row) {}

  void OnStart(absl::string_view element, const char** attributes) override;
  void OnEnd(absl::string_view element) override;
  void OnText(absl::string_view text) override;

  // Known once the whole part was parsed.
  const std::vector<CellRange>& merged() const { return merged_; }

 private:
  enum class CellType { kNumber, kShared, kText, kBool };
  void StartRow(const char** attributes);
  void StartCell(const char** attributes);
  void EndCell();
  void EndRow();
  void SetNumber(std::string* cell) const;

  const Options options_;
  TableRowFn on_row_;
  std::vector<CellRange> merged_;
  int64_t row_ = 0;
  int64_t cell_count_ = 0;
  size_t next_column_ = 0;
  size_t column_ = 0;
  size_t width_ = 0;  // cells of this row so far
  CellType type_ = CellType::kNumber;
  CellFormat format_ = CellFormat::kNumber;
  bool in_value_ = false;
  bool in_phonetic_ = false;
  std::string value_;
  std::vector<std::string> cells_;
  std::vector<absl::string_view> views_;
};

}  // namespace glutwatch::sheet

#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sheet/dates.h"
#include "sheet/report_layout.h"
#include "sheet/report_sheet.h"
#include "sheet/report_words.h"
#include "sheet/table.h"

namespace glutwatch::sheet {

// Turns the lines of one sheet into reports and refusals. Used by ReadReportSheet only.
//
// All references must outlive the reader; lines come in order.
class ReportLineReader {
 public:
  struct Sheet {
    std::string name;
    const Grid& grid;  // merged cells expanded
    bool is_workbook = false;
  };
  ReportLineReader(const config::v1::ReportMapping& mapping, const Sheet& sheet,
                   const ReportLayout& layout, ReportSink* sink);

  // Reads the line at `index` of the grid.
  absl::Status Read(size_t index);

 private:
  using Figures = std::vector<const ReportFigureAt*>;

  bool IsNoLine() const;
  absl::string_view Cell(std::optional<size_t> column) const;
  CellPlace Place(size_t column) const;
  absl::Status Refuse(std::optional<size_t> column, absl::string_view code, std::string message,
                      std::string message_zh, int64_t report_count);
  // The figures of the line that hold something; merged ones are refused.
  absl::Status FindFigures(Figures* figures);
  const CellRange* MergedAt(size_t column) const;
  bool IsMergedFigure(const CellRange& range, size_t column) const;

  // Fills what all figures of the line share. Refuses each part that is wrong; false if any was.
  absl::StatusOr<bool> FillContext(const Figures& figures, ReportRow* row);
  absl::string_view Filled(std::optional<size_t> column, std::string* last) const;
  // The day of the line's date column, the mapping or a title.
  std::optional<Day> DayOfLine(bool* bad) const;

  // Fills `row` from one cell. Refuses it and returns false if it is wrong.
  absl::StatusOr<bool> FillFigure(const ReportFigureAt& figure, ReportRow* row);
  absl::StatusOr<bool> FillValue(const ReportFigureAt& figure, ReportRow* row);
  absl::StatusOr<bool> FillWindow(const ReportFigureAt& figure, ReportRow* row);
  std::string UnitOf(const ReportFigureAt& figure, const std::string& in_cell) const;
  absl::Status ReadHarvests(const Figures& figures, const ReportRow& context);

  const config::v1::ReportMapping& mapping_;
  const Sheet& sheet_;
  const ReportLayout& layout_;
  ReportSink* const sink_;
  const ReportWords words_;
  const DateOptions dates_;
  const bool fill_down_;
  // Of each line: the merged ranges that touch it.
  std::map<int64_t, std::vector<const CellRange*>> merged_;
  size_t index_ = 0;
  int64_t next_count_ = 1;  // reports that the next refused figure loses
  std::string last_region_;
  std::string last_product_;
  std::string last_date_;
};

}  // namespace glutwatch::sheet

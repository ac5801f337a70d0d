#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "glutwatch/config/v1/report_mapping.pb.h"
#include "glutwatch/v1/report.pb.h"
#include "sheet/table.h"

namespace glutwatch::sheet {

// What a figure column's cells say.
enum class FigurePart : uint8_t { kValue, kWindowStart, kWindowEnd };

// One column of figures; columns count from 0.
struct ReportFigureAt {
  size_t column = 0;
  v1::ReportKind kind = v1::REPORT_KIND_UNSPECIFIED;
  FigurePart part = FigurePart::kValue;
  std::optional<Day> day = {};    // of its heading, where the dates are across
  std::string heading_unit = {};  // "" if the heading has none
  std::string other_unit = {};    // the mapping's, else the title's; "" if neither has one
};

// Where the parts of a sheet's lines are. An absent column is empty.
struct ReportLayout {
  std::optional<size_t> region, product, grade, grower_class, site, date, reporter, unit, note;
  std::vector<ReportFigureAt> figures;
  // From a title above the headings: "填报日期：2026年11月20日".
  std::optional<Day> title_day;
  // Keys of the headings of the columns that say what a line is about, to know a repeated header.
  std::vector<std::pair<size_t, std::vector<std::string>>> heading_keys;
  // Index in the grid of the first line below the headings.
  size_t first_row = 0;
};

// The result of looking for the headings of one sheet.
struct ReportLayoutSearch {
  std::optional<ReportLayout> layout;
  // If there is none: what the line that came nearest lacks, and that line; 0 if the sheet is
  // empty.
  std::vector<std::string> missing;
  int64_t nearest_line = 0;
};

// Looks for the mapping's headings in the first 200 lines of a sheet whose merged cells are
// expanded.
ReportLayoutSearch FindReportLayout(const config::v1::ReportMapping& mapping, const Grid& grid);

}  // namespace glutwatch::sheet

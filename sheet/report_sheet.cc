#include "sheet/report_sheet.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "sheet/report_layout.h"
#include "sheet/report_line.h"
#include "sheet/table_document.h"

namespace glutwatch::sheet {
namespace {

// What was looked for and where it came nearest, in both languages.
struct Missing {
  std::string english;
  std::string chinese;
};

Missing Describe(absl::string_view sheet, const ReportLayoutSearch& search) {
  const std::string place = sheet.empty() ? "" : absl::StrCat("(", sheet, ")");
  if (search.nearest_line == 0) {
    return {absl::StrCat(place, ": has no lines, expected a line of headings"),
            absl::StrCat(place, "：没有内容，应有表头")};
  }
  return {
      absl::StrCat(place, ": no line has all headings; line ", search.nearest_line,
                   " comes nearest and lacks \"", absl::StrJoin(search.missing, "\", \""), "\""),
      absl::StrCat(place, "：没有一行含有全部表头；第 ", search.nearest_line, " 行最接近，缺“",
                   absl::StrJoin(search.missing, "”“"), "”")};
}

}  // namespace

absl::Status ReadReportSheet(const config::v1::ReportMapping& mapping, const FeedDocument& document,
                             ReportSink* sink, const XlsxLimits& limits) {
  bool found = false;
  std::optional<Missing> missing;
  const bool is_workbook = LooksLikeXlsx(document.content);
  const TableOptions options = {.encoding = EncodingOf(mapping.encoding()),
                                .delimiter = DelimiterOf(mapping.delimiter()),
                                .sheets = {mapping.sheets().begin(), mapping.sheets().end()},
                                .limits = limits};
  const auto on_grid = [&](const std::string& sheet, const Grid& grid) -> absl::Status {
    const ReportLayoutSearch search = FindReportLayout(mapping, grid);
    if (!search.layout.has_value()) {
      const Missing text = Describe(sheet, search);
      if (!missing.has_value()) missing = text;
      sink->Note(absl::StrCat(document.name, text.english, "; the sheet is left out"),
                 absl::StrCat(document.name, text.chinese, "；略过此表"));
      return absl::OkStatus();
    }
    found = true;
    const ReportLineReader::Sheet place = {sheet, grid, is_workbook};
    ReportLineReader lines(mapping, place, *search.layout, sink);
    for (size_t i = search.layout->first_row; i < grid.rows.size(); ++i) {
      GLUTWATCH_RETURN_IF_ERROR(lines.Read(i));
    }
    return absl::OkStatus();
  };
  GLUTWATCH_RETURN_IF_ERROR(ReadGrids(document, options, on_grid));
  if (found) return absl::OkStatus();
  if (!missing.has_value()) {
    missing = Missing{": has no visible sheet, expected at least one", "：没有可见的工作表"};
  }
  return absl::InvalidArgumentError(
      absl::StrCat(document.name, missing->english, " | ", document.name, missing->chinese));
}

}  // namespace glutwatch::sheet

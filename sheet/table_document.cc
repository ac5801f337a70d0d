#include "sheet/table_document.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "sheet/csv_reader.h"
#include "sheet/text_encoding.h"
#include "sheet/xlsx_reader.h"

namespace glutwatch::sheet {

absl::Status ReadTable(const FeedDocument& document, SheetRowFn on_row) {
  if (!LooksLikeXlsx(document.content)) {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string text,
                               DocumentText(document, TextEncoding::kDetect));
    return ReadCsv(document.name, text, {}, [&](const TableRow& row) { return on_row("", row); });
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const auto workbook,
                             XlsxWorkbook::Open(document.name, document.content));
  for (const XlsxWorkbook::Sheet& sheet : workbook->sheets()) {
    if (sheet.hidden) continue;
    GLUTWATCH_RETURN_IF_ERROR(
        workbook->ReadSheet(sheet, [&](const TableRow& row) { return on_row(sheet.name, row); }));
  }
  return absl::OkStatus();
}

TextEncoding EncodingOf(config::v1::FeedEncoding encoding) {
  switch (encoding) {
    case config::v1::FEED_ENCODING_GB18030:
      return TextEncoding::kGb18030;
    case config::v1::FEED_ENCODING_UTF8:
      return TextEncoding::kUtf8;
    default:
      return TextEncoding::kDetect;
  }
}

char DelimiterOf(absl::string_view delimiter) {
  if (delimiter.empty()) return ',';
  return delimiter == "tab" ? '\t' : delimiter[0];
}

absl::StatusOr<std::string> DocumentText(const FeedDocument& document, TextEncoding encoding) {
  absl::StatusOr<std::string> text = ToUtf8(document.content, encoding);
  if (text.ok()) return text;
  return absl::InvalidArgumentError(absl::StrCat(document.name, ": ", text.status().message()));
}

absl::StatusOr<std::vector<XlsxWorkbook::Sheet>> WantedSheets(
    absl::string_view document, const XlsxWorkbook& workbook,
    const std::vector<std::string>& names) {
  const auto is_named = [](const std::string& name) {
    return [&name](const XlsxWorkbook::Sheet& sheet) {
      return TrimText(sheet.name) == TrimText(name);
    };
  };
  std::vector<XlsxWorkbook::Sheet> wanted;
  for (const XlsxWorkbook::Sheet& sheet : workbook.sheets()) {
    const bool named = std::any_of(names.begin(), names.end(),
                                   [&](const std::string& name) { return is_named(name)(sheet); });
    if (names.empty() ? !sheet.hidden : named) wanted.push_back(sheet);
  }
  for (const std::string& name : names) {
    if (std::any_of(wanted.begin(), wanted.end(), is_named(name))) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        document, ": no sheet \"", name, "\", there are \"",
        absl::StrJoin(workbook.sheets(), "\", \"",
                      [](std::string* out, const auto& sheet) { out->append(sheet.name); }),
        "\""));
  }
  return wanted;
}

absl::Status ReadGrids(const FeedDocument& document, const TableOptions& options, GridFn on_grid) {
  if (!LooksLikeXlsx(document.content)) {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string text, DocumentText(document, options.encoding));
    Grid grid;
    int64_t cells = 0;
    const auto add = [&](const TableRow& row) -> absl::Status {
      cells += static_cast<int64_t>(row.cells.size());
      if (cells > options.limits.max_grid_cells) {
        return absl::ResourceExhaustedError(absl::StrCat(
            document.name, ":", row.line, ": more than ", options.limits.max_grid_cells, " cells"));
      }
      grid.rows.push_back({row.line, std::vector<std::string>(row.cells.begin(), row.cells.end())});
      return absl::OkStatus();
    };
    GLUTWATCH_RETURN_IF_ERROR(ReadCsv(document.name, text, {.delimiter = options.delimiter}, add));
    return on_grid("", grid);
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const auto workbook,
                             XlsxWorkbook::Open(document.name, document.content, options.limits));
  GLUTWATCH_ASSIGN_OR_RETURN(const auto sheets,
                             WantedSheets(document.name, *workbook, options.sheets));
  for (const XlsxWorkbook::Sheet& sheet : sheets) {
    GLUTWATCH_ASSIGN_OR_RETURN(const Grid grid, workbook->ReadGrid(sheet, /*expand_merged=*/true));
    GLUTWATCH_RETURN_IF_ERROR(on_grid(sheet.name, grid));
  }
  return absl::OkStatus();
}

bool LooksLikeJson(const FeedDocument& document) {
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(
      StripBom(absl::string_view(document.content).substr(0, 64)));
  return !text.empty() && (text[0] == '{' || text[0] == '[');
}

absl::Status NoHeader(const FeedDocument& document, absl::string_view expected) {
  return absl::InvalidArgumentError(
      absl::StrCat(document.name, ":1: no header, expected the columns ", expected));
}

}  // namespace glutwatch::sheet

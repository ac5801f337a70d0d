#pragma once
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "glutwatch/config/v1/feed_mapping.pb.h"
#include "sheet/feed_row.h"
#include "sheet/table.h"
#include "sheet/text_encoding.h"
#include "sheet/xlsx_reader.h"

namespace glutwatch::sheet {

using SheetRowFn = absl::FunctionRef<absl::Status(absl::string_view sheet, const TableRow& row)>;

// Streams the rows of a comma-separated file (UTF-8 or GB18030; sheet "") or of every visible
// sheet of an .xlsx workbook. INVALID_ARGUMENT "file: ..." if the document is neither.
absl::Status ReadTable(const FeedDocument& document, SheetRowFn on_row);

// How a document is to be read, as a mapping says.
struct TableOptions {
  TextEncoding encoding = TextEncoding::kDetect;  // of CSV
  char delimiter = ',';                           // of CSV
  std::vector<std::string> sheets = {};           // of a workbook; all visible ones if empty
  XlsxLimits limits = {};
};
TextEncoding EncodingOf(config::v1::FeedEncoding encoding);
// "" is a comma, "tab" a tabulator.
char DelimiterOf(absl::string_view delimiter);

// The text of a CSV document as UTF-8. INVALID_ARGUMENT "file: ..." if it is no text.
absl::StatusOr<std::string> DocumentText(const FeedDocument& document, TextEncoding encoding);

// The sheets of a workbook that `names` asks for; all visible ones if it is empty. INVALID_ARGUMENT
// names a sheet that is not there, and those that are.
absl::StatusOr<std::vector<XlsxWorkbook::Sheet>> WantedSheets(
    absl::string_view document, const XlsxWorkbook& workbook,
    const std::vector<std::string>& names);

using GridFn = absl::FunctionRef<absl::Status(const std::string& sheet, const Grid& grid)>;

// Reads each wanted sheet whole, merged cells expanded; a CSV file is one sheet "". A non-OK status
// of `on_grid` stops the reading and is returned.
absl::Status ReadGrids(const FeedDocument& document, const TableOptions& options, GridFn on_grid);

// True if the document's first character that is not blank begins a JSON object or array.
bool LooksLikeJson(const FeedDocument& document);

// INVALID_ARGUMENT "file: no header with the columns ...": for a table that is not of this feed.
absl::Status NoHeader(const FeedDocument& document, absl::string_view expected);

}  // namespace glutwatch::sheet

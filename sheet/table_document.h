#pragma once
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sheet/feed_row.h"
#include "sheet/table.h"

namespace glutwatch::sheet {

using SheetRowFn = absl::FunctionRef<absl::Status(absl::string_view sheet, const TableRow& row)>;

// Streams the rows of a comma-separated file (UTF-8 or GB18030; sheet "") or of every visible
// sheet of an .xlsx workbook. INVALID_ARGUMENT "file: ..." if the document is neither.
absl::Status ReadTable(const FeedDocument& document, SheetRowFn on_row);

// True if the document's first character that is not blank begins a JSON object or array.
bool LooksLikeJson(const FeedDocument& document);

// INVALID_ARGUMENT "file: no header with the columns ...": for a table that is not of this feed.
absl::Status NoHeader(const FeedDocument& document, absl::string_view expected);

}  // namespace glutwatch::sheet

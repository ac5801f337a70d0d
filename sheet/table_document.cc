#include "sheet/table_document.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "sheet/csv_reader.h"
#include "sheet/text_encoding.h"
#include "sheet/xlsx_reader.h"

namespace glutwatch::sheet {

absl::Status ReadTable(const FeedDocument& document, SheetRowFn on_row) {
  if (!LooksLikeXlsx(document.content)) {
    absl::StatusOr<std::string> text = ToUtf8(document.content, TextEncoding::kDetect);
    if (!text.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(document.name, ": ", text.status().message()));
    }
    return ReadCsv(document.name, *text, {}, [&](const TableRow& row) { return on_row("", row); });
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

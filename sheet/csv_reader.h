#pragma once
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sheet/table.h"

namespace glutwatch::sheet {

struct CsvOptions {
  char delimiter = ',';
};

// The largest record that is accepted: a quote that is never closed would otherwise swallow the
// rest of the file as one cell.
inline constexpr size_t kMaxCsvRecordBytes = size_t{1} << 20;

// Reads RFC 4180 CSV (LF or CRLF, quoted cells may hold line breaks), which must be UTF-8. Blank
// around an unquoted cell is dropped; an empty line is no record.
//
// `name` is used in messages only. INVALID_ARGUMENT "name:line: ..." for a quote that is never
// closed. Cost: about 100 MB/s; memory: one record.
absl::Status ReadCsv(absl::string_view name, absl::string_view text, const CsvOptions& options,
                     TableRowFn on_row);

}  // namespace glutwatch::sheet

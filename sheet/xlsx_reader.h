#pragma once
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sheet/table.h"
#include "sheet/xlsx_sheet.h"
#include "sheet/zip_archive.h"

namespace glutwatch::sheet {

struct XlsxLimits {
  // Uncompressed size of one part of the workbook.
  size_t max_part_bytes = size_t{1} << 30;
  // Cells with content in one sheet.
  int64_t max_cells = 50'000'000;
  // Cells that ReadGrid may create, empty ones within rows included.
  int64_t max_grid_cells = 20'000'000;
};

// True if `bytes` begin like a ZIP archive, which every .xlsx does.
bool LooksLikeXlsx(absl::string_view bytes);

// A workbook in Office Open XML (.xlsx), read cell by cell without keeping it in memory.
//
// What a cell becomes is said at TableRow. A number is a date if its number format shows a day,
// month or year, in the 1900 or the 1904 system as the workbook says, and a percentage if its
// format shows one (0.85 is "85%"). A formula is its stored
// result; an error ("#DIV/0!") is that text. Macros, links and styles are never looked at.
//
// Not thread-safe.
class XlsxWorkbook {
 public:
  struct Sheet {
    std::string name;
    bool hidden = false;
    std::string part;  // the archive member
  };

  // `bytes` must outlive the workbook. `name` is used in messages only. INVALID_ARGUMENT if this
  // is no workbook, RESOURCE_EXHAUSTED past a limit.
  static absl::StatusOr<std::unique_ptr<XlsxWorkbook>> Open(absl::string_view name,
                                                            absl::string_view bytes,
                                                            const XlsxLimits& limits = {});

  // In the order of the workbook's tabs.
  const std::vector<Sheet>& sheets() const { return sheets_; }

  // Streams the rows of one sheet that have cells. Cost: about 100 MB of sheet XML per second.
  absl::Status ReadSheet(const Sheet& sheet, TableRowFn on_row);

  // Reads one sheet whole. With `expand_merged`, each cell of a merged range holds the text of its
  // top left cell.
  absl::StatusOr<Grid> ReadGrid(const Sheet& sheet, bool expand_merged);

 private:
  XlsxWorkbook(absl::string_view name, const XlsxLimits& limits) : name_(name), limits_(limits) {}
  absl::Status ReadParts();
  absl::Status ParsePart(const std::string& part, XmlHandler* handler);

  std::string name_;
  XlsxLimits limits_;
  std::unique_ptr<ZipArchive> archive_;
  std::vector<Sheet> sheets_;
  std::vector<std::string> shared_strings_;
  std::vector<CellFormat> styles_;
  bool system_1904_ = false;
};

}  // namespace glutwatch::sheet

// Any bytes as a sheet of reports: as CSV, as an archive, and as the rows of an intact workbook.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sheet/report_mapping.h"
#include "sheet/report_sheet.h"
#include "tests/sheet/workbook_maker.h"

using namespace glutwatch;         // NOLINT: a fuzz target is one function
using namespace glutwatch::sheet;  // NOLINT

namespace {

// Checks what the reader promises of its rows, and drops them.
class Checking final : public ReportSink {
 public:
  absl::Status Accept(ReportRow row) override {
    const bool says = row.value_e4.has_value() || row.no_bid || row.stage != 0 ||
                      row.window_start.has_value() || row.window_end.has_value();
    if (!says || row.region.empty() || row.product.empty() || row.kind == 0) std::abort();
    if (row.value_e4.has_value() && row.unit.empty()) std::abort();
    if (row.place.row <= 0 || row.place.column <= 0) std::abort();
    if (row.day < kMinDay || row.day > kMaxDay) std::abort();
    return absl::OkStatus();
  }
  absl::Status Refuse(RefusedCell cell) override {
    if (cell.problem.code.empty() || cell.problem.message.empty()) std::abort();
    if (cell.problem.message_zh.empty() || cell.place.row <= 0) std::abort();
    if (cell.problem.value.size() > kMaxQuotedCellBytes || cell.report_count < 0) std::abort();
    return absl::OkStatus();
  }
  void Note(std::string note, std::string note_zh) override {
    if (note.empty() || note_zh.empty()) std::abort();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const across = new config::v1::ReportMapping(
      ParseReportMapping("columns: {region: 县区, product: 品种}\ndates_across: farm_gate_price\n"
                         "figures:\n  - {column: 地头价, kind: farm_gate_price}\n"
                         "  - {column: 库存, kind: stock}\nunit: 斤\nyear: 2026\n"
                         "fill_down: true\nround_figures: true\n",
                         "m.yaml")
          .value());
  if (size == 0) return 0;
  const config::v1::ReportMapping& mapping = data[0] % 2 == 0 ? ReportTemplate() : *across;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const XlsxLimits limits = {
      .max_part_bytes = size_t{1} << 20, .max_cells = 20'000, .max_grid_cells = 100'000};
  Checking sink;
  FeedDocument document;
  document.name = "a";
  document.content = bytes;
  ReadReportSheet(mapping, document, &sink, limits).IgnoreError();
  // Up to a NUL byte the rows, behind it the merged cells.
  const size_t end = bytes.find('\0');
  sheet::testing::WorkbookParts parts;
  parts.sheets = {
      {"s", bytes.substr(0, end), end == std::string::npos ? "" : bytes.substr(end + 1)}};
  document.content = sheet::testing::MakeWorkbook(parts);
  ReadReportSheet(mapping, document, &sink, limits).IgnoreError();
  return 0;
}

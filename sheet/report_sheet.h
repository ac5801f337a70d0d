#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/day.h"
#include "glutwatch/config/v1/report_mapping.pb.h"
#include "glutwatch/v1/report.pb.h"
#include "sheet/cell_place.h"
#include "sheet/feed_row.h"
#include "sheet/xlsx_reader.h"

namespace glutwatch::sheet {

// In which columns (from 1) a report's parts stand; 0 if the mapping or a title says it. For
// messages about a part that only the server can judge, such as a region that it does not know.
struct ReportColumns {
  int64_t region = 0;
  int64_t product = 0;
  int64_t grade = 0;
  int64_t grower_class = 0;
  int64_t site = 0;
  int64_t date = 0;
  int64_t reporter = 0;
  int64_t note = 0;
  int64_t window_start = 0;
  int64_t window_end = 0;
};

// One report as a sheet states it. Names and units are as they are written; the server resolves
// them.
struct ReportRow {
  CellPlace place = {};    // the cell of the figure; for a harvest without a yield, of its window
  std::string value = {};  // what stands there
  ReportColumns columns = {};
  std::string region = {};   // "元谋县", "532328", or the mapping's "regions/532328"
  std::string product = {};  // "番茄"
  std::string grade = {};    // "" if none
  v1::GrowerClass grower_class = v1::GROWER_CLASS_UNSPECIFIED;
  std::string site = {};
  Day day{};
  v1::ReportKind kind = v1::REPORT_KIND_UNSPECIFIED;
  std::optional<int64_t> value_e4 = {};  // 1/10,000 of `unit`, exact
  std::string unit = {};      // "亩", "公斤/亩", of a price "斤"; "" if there is no figure
  std::string currency = {};  // of a price
  bool no_bid = false;
  std::optional<Day> window_start = {};
  std::optional<Day> window_end = {};
  v1::GrowthStage stage = v1::GROWTH_STAGE_UNSPECIFIED;
  std::string reporter = {};  // "" if the sheet and the mapping do not say
  std::string note = {};
};

// A cell because of which reports were not taken.
//
// Codes: NOT_A_NUMBER, NOT_A_DATE, UNKNOWN_WORD (a grower class or stage), UNIT_MISSING,
// MERGED_FIGURE, REGION_MISSING, PRODUCT_MISSING, DATE_MISSING.
struct RefusedCell {
  CellPlace place = {};
  CellProblem problem = {};
  // Reports that are lost with it; 0 if another cell has lost them already.
  int64_t report_count = 1;
};

// Receives a document's figures in the order of lines. Every cell under a figure's heading that
// holds something arrives once, as a part of a row or of a refusal; empty cells and words for "no
// figure" (—, 暂无, 休市) arrive nowhere.
class ReportSink {
 public:
  virtual ~ReportSink() = default;
  // A non-OK status stops the reading and is returned by it.
  virtual absl::Status Accept(ReportRow row) = 0;
  virtual absl::Status Refuse(RefusedCell cell) = 0;
  // Something about the document as a whole, in English and in Chinese: a sheet that was left out.
  virtual void Note(std::string note, std::string note_zh) = 0;
};

// A sheet that is sent to a server must not fill its memory.
inline constexpr XlsxLimits kReportSheetLimits = {
    .max_part_bytes = size_t{256} << 20, .max_cells = 3'000'000, .max_grid_cells = 6'000'000};

// Reads reports from a CSV file or a workbook as `mapping` says (glutwatch.config.v1.ReportMapping,
// which documents every field); it must have passed LoadReportMapping or ParseReportMapping.
//
// A figure's unit is, in this order, the one behind the number in its cell ("2.8元/公斤"), the
// heading's, the line's unit column, the mapping's, the title's ("单位：亩"). 万 is multiplied out,
// but 万亩 stays. A figure in a cell that is merged over several lines or figures is refused: whose
// it is, is not said.
//
// INVALID_ARGUMENT if the document is no table, or no sheet has the headings: the message says, in
// both languages, what was looked for and which line came nearest. RESOURCE_EXHAUSTED past
// `limits`.
absl::Status ReadReportSheet(const config::v1::ReportMapping& mapping, const FeedDocument& document,
                             ReportSink* sink, const XlsxLimits& limits = kReportSheetLimits);

}  // namespace glutwatch::sheet

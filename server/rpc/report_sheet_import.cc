#include "server/rpc/report_sheet_import.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "server/rpc/tokens.h"
#include "server/rpc/translate_report.h"
#include "sheet/report_mapping.h"
#include "sheet/report_sheet.h"

namespace glutwatch::rpc {
namespace {

// A figure that was read, with where it stood.
struct PlacedReport {
  sheet::CellPlace place;
  std::string value;
  sheet::ReportColumns columns;
};

v1::SheetCell CellAt(const sheet::CellPlace& place, absl::string_view value) {
  v1::SheetCell cell;
  cell.set_sheet(place.sheet);
  cell.set_row(static_cast<int32_t>(place.row));
  cell.set_column(static_cast<int32_t>(place.column));
  cell.set_reference(sheet::CellReference(place.row, place.column));
  cell.set_value(std::string(value));
  return cell;
}

// The cell that `field` of a report was read from; that of the figure if the sheet has none.
sheet::CellPlace PlaceOf(const PlacedReport& placed, absl::string_view field) {
  const sheet::ReportColumns& c = placed.columns;
  const std::pair<absl::string_view, int64_t> columns[] = {{"region", c.region},
                                                           {"product", c.product},
                                                           {"grade", c.grade},
                                                           {"grower_class", c.grower_class},
                                                           {"site", c.site},
                                                           {"date", c.date},
                                                           {"reporter", c.reporter},
                                                           {"note", c.note},
                                                           {"window_start_date", c.window_start},
                                                           {"window_end_date", c.window_end}};
  sheet::CellPlace place = placed.place;
  for (const auto& [name, column] : columns) {
    if (name == field && column != 0) place.column = column;
  }
  return place;
}

report::Report ReportOf(const sheet::ReportRow& row, const v1::ImportReportSheetRequest& request) {
  report::Report report;
  report.subject.kind = static_cast<report::Kind>(row.kind);
  report.subject.region = std::string(absl::StripPrefix(row.region, "regions/"));
  report.subject.product = std::string(absl::StripPrefix(row.product, "products/"));
  report.subject.grade = row.grade;
  report.subject.grower_class = static_cast<report::GrowerClass>(row.grower_class);
  report.subject.site = row.site;
  report.day = row.day;
  report.figures.value_e4 = row.value_e4;
  report.figures.unit = row.unit;
  report.figures.currency = row.currency;
  report.figures.window_start = row.window_start;
  report.figures.window_end = row.window_end;
  report.figures.stage = static_cast<report::GrowthStage>(row.stage);
  report.figures.no_bid = row.no_bid;
  report.reporter = row.reporter.empty() ? request.reporter() : row.reporter;
  report.source = request.file().file_name();
  report.note = row.note;
  report.simulated = request.simulated();
  return report;
}

// Adds a finding while there is room, and counts the others.
v1::SheetFinding* AddFinding(v1::ImportReportSheetResponse* response) {
  if (response->findings_size() < kMaxSheetNotes) return response->add_findings();
  response->set_more_findings(response->more_findings() + 1);
  return nullptr;
}

// Collects what a sheet holds; cells that cannot be read become findings at once.
class Collector final : public sheet::ReportSink {
 public:
  Collector(const v1::ImportReportSheetRequest& request, v1::ImportReportSheetResponse* response)
      : request_(request), response_(response) {}

  absl::Status Accept(sheet::ReportRow row) override {
    reports.push_back(ReportOf(row, request_));
    placed.push_back({std::move(row.place), std::move(row.value), row.columns});
    return absl::OkStatus();
  }
  absl::Status Refuse(sheet::RefusedCell cell) override {
    refused += cell.report_count;
    v1::SheetFinding* finding = AddFinding(response_);
    if (finding == nullptr) return absl::OkStatus();
    *finding->mutable_cell() = CellAt(cell.place, cell.problem.value);
    finding->set_verdict(v1::REPORT_VERDICT_REFUSED);
    finding->set_reason(cell.problem.code);
    finding->set_message(cell.problem.message);
    finding->set_message_zh(cell.problem.message_zh);
    return absl::OkStatus();
  }
  void Note(std::string note, std::string note_zh) override {
    response_->add_notes(absl::StrCat(note, " / ", note_zh));
  }

  std::vector<report::Report> reports;
  std::vector<PlacedReport> placed;  // of the same index
  int64_t refused = 0;

 private:
  const v1::ImportReportSheetRequest& request_;
  v1::ImportReportSheetResponse* const response_;
};

absl::StatusOr<config::v1::ReportMapping> MappingOf(const v1::ImportReportSheetRequest& request) {
  if (request.mapping_yaml().empty()) return sheet::ReportTemplate();
  return sheet::ParseReportMapping(request.mapping_yaml(), "mapping_yaml");
}

// The same for the same file, mapping and reporter; two hashes, because one of 64 bits may collide.
std::string RequestId(const v1::ImportReportSheetRequest& request) {
  const std::string about = absl::StrCat(request.mapping_yaml(), "\n", request.reporter(), "\n",
                                         request.simulated(), "\n", request.all_or_nothing(), "\n");
  const uint64_t of_bytes = StableHash(absl::StrCat(about, request.file().content()));
  const uint64_t of_rest = StableHash(absl::StrCat(request.file().content(), "\n", about));
  return absl::StrCat("sheet:", absl::Hex(of_bytes, absl::kZeroPad16),
                      absl::Hex(of_rest, absl::kZeroPad16));
}

void AddChange(const PlacedReport& placed, const report::Report& report,
               const report::Result& result, v1::ImportReportSheetResponse* response) {
  if (response->changes_size() >= kMaxSheetNotes) return;
  v1::SheetChange* change = response->add_changes();
  *change->mutable_cell() = CellAt(placed.place, placed.value);
  change->set_verdict(static_cast<v1::ReportVerdict>(result.verdict));
  report::Report resolved = report;
  resolved.subject = result.subject;
  *change->mutable_report() = ToProto(resolved);
  if (result.previous.has_value()) *change->mutable_previous() = ToProto(*result.previous);
}

void AddFindings(const PlacedReport& placed, const report::Result& result,
                 v1::ImportReportSheetResponse* response) {
  for (const report::Finding& one : result.findings) {
    v1::SheetFinding* finding = AddFinding(response);
    if (finding == nullptr) continue;
    const sheet::CellPlace place = PlaceOf(placed, one.field);
    *finding->mutable_cell() = CellAt(place, place == placed.place ? placed.value : "");
    finding->set_verdict(static_cast<v1::ReportVerdict>(result.verdict));
    finding->set_reason(one.reason);
    finding->set_message(one.message);
    finding->set_message_zh(one.message_zh);
  }
}

void AddCounts(const report::Answer& answer, v1::ImportReportSheetResponse* response) {
  response->set_new_count(response->new_count() + answer.new_count);
  response->set_corrected_count(response->corrected_count() + answer.corrected_count);
  response->set_duplicate_count(response->duplicate_count() + answer.duplicate_count);
  response->set_refused_count(response->refused_count() + answer.refused_count);
  response->set_flagged_count(response->flagged_count() + answer.flagged_count);
}

// Puts findings into the order of their cells; sheets stay in the order in which they came.
void SortFindings(const std::vector<PlacedReport>& placed,
                  v1::ImportReportSheetResponse* response) {
  absl::flat_hash_map<std::string, size_t> order;
  for (const PlacedReport& one : placed) order.try_emplace(one.place.sheet, order.size());
  for (const auto& one : response->findings()) order.try_emplace(one.cell().sheet(), order.size());
  const auto key = [&order](const v1::SheetFinding& one) {
    return std::make_tuple(order.at(one.cell().sheet()), one.cell().row(), one.cell().column());
  };
  std::stable_sort(response->mutable_findings()->begin(), response->mutable_findings()->end(),
                   [&key](const auto& a, const auto& b) { return key(a) < key(b); });
}

}  // namespace

absl::Status ImportReportSheet(const security::Principal& principal,
                               const v1::ImportReportSheetRequest& request,
                               report::ReportBook* book, v1::ImportReportSheetResponse* response) {
  if (request.file().content().size() > kMaxSheetBytes) {
    return absl::InvalidArgumentError(absl::StrCat("file.content has ",
                                                   request.file().content().size(),
                                                   " bytes, expected at most ", kMaxSheetBytes));
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const auto mapping, MappingOf(request));
  Collector sheet(request, response);
  GLUTWATCH_RETURN_IF_ERROR(sheet::ReadReportSheet(
      mapping, {request.file().file_name(), request.file().content()}, &sheet));
  const size_t count = sheet.reports.size();
  response->set_cell_count(static_cast<int64_t>(count) + sheet.refused);
  response->set_refused_count(sheet.refused);
  constexpr size_t kMost = report::kMaxReportsPerRequest;
  if (request.all_or_nothing() && count > kMost) {
    return absl::InvalidArgumentError(
        absl::StrCat("all_or_nothing: the file has ", count, " figures, expected at most ", kMost));
  }
  const bool keep_nothing =
      request.validate_only() || (request.all_or_nothing() && sheet.refused > 0);
  const std::string id = RequestId(request);
  bool replayed = count > 0;
  for (size_t begin = 0; begin < count; begin += kMost) {
    const size_t end = std::min(begin + kMost, count);
    report::Submission submission;
    submission.request_id = absl::StrCat(id, ":", begin);
    submission.validate_only = keep_nothing;
    submission.all_or_nothing = request.all_or_nothing();
    submission.reports.assign(sheet.reports.begin() + static_cast<std::ptrdiff_t>(begin),
                              sheet.reports.begin() + static_cast<std::ptrdiff_t>(end));
    GLUTWATCH_ASSIGN_OR_RETURN(const report::Answer answer, book->Submit(principal, submission));
    AddCounts(answer, response);
    replayed = replayed && answer.replayed;
    for (const report::Result& result : answer.results) {
      const size_t at = begin + static_cast<size_t>(result.index);
      AddFindings(sheet.placed[at], result, response);
      const bool changes =
          result.verdict == report::Verdict::kNew || result.verdict == report::Verdict::kCorrected;
      if (keep_nothing && changes) AddChange(sheet.placed[at], sheet.reports[at], result, response);
    }
  }
  response->set_replayed(replayed);
  SortFindings(sheet.placed, response);
  return absl::OkStatus();
}

}  // namespace glutwatch::rpc

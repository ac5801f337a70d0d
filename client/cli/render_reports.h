#pragma once
#include <vector>

#include "absl/time/time.h"
#include "client/cli/names.h"
#include "client/cli/table.h"
#include "client/language.h"
#include "glutwatch/v1/reference.pb.h"
#include "glutwatch/v1/report.pb.h"
#include "glutwatch/v1/sheet.pb.h"

// Reports, duties and facts as tables for people and programs.
namespace glutwatch::client {

Table ReportTable(const std::vector<const v1::Report*>& reports, const NameBook& names,
                  Language language, absl::TimeZone zone);
// What is wrong or doubtful about reports, with the arithmetic.
Table ReportFindingTable(const std::vector<const v1::Report*>& reports, Language language);
// What each cell would change.
Table SheetChangeTable(const v1::ImportReportSheetResponse& response, const NameBook& names,
                       Language language);
Table FigureTable(const v1::SummarizeReportsResponse& response, const NameBook& names,
                  Language language);
Table DueTable(const v1::ListDueReportsResponse& response, const NameBook& names, Language language,
               bool with_reminders);
Table FactTable(const std::vector<const v1::Fact*>& facts, Language language);

}  // namespace glutwatch::client

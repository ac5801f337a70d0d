#include "client/cli/render_reports.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/decimal.h"
#include "client/cli/context.h"
#include "client/cli/report_words.h"
#include "client/cli/words.h"

namespace glutwatch::client {
namespace {

// Estimates are rough; four digits after the point would pretend otherwise.
constexpr int kEstimateDigits = 1;

std::string GrowerKey(v1::GrowerClass grower_class) {
  return grower_class == v1::GROWER_CLASS_UNSPECIFIED
             ? ""
             : v1::GrowerClass_Name(grower_class).substr(13);
}

// The content of a fact on one line: its fields without the outer name.
std::string ContentText(const v1::Fact& fact) {
  const auto* field = v1::Fact::descriptor()->FindFieldByNumber(fact.content_case());
  if (field == nullptr) return "";
  return ToJson(fact.GetReflection()->GetMessage(fact, field), false);
}

std::string ContentKey(const v1::Fact& fact) {
  const auto* field = v1::Fact::descriptor()->FindFieldByNumber(fact.content_case());
  return field == nullptr ? "" : field->name();
}

}  // namespace

Table ReportTable(const std::vector<const v1::Report*>& reports, const NameBook& names,
                  Language language, absl::TimeZone zone) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"date", t(Msg::kColDate)},
               {"kind", t(Msg::kColKind)},
               {"region", t(Msg::kColRegion)},
               {"product", t(Msg::kColProduct)},
               {"grade", t(Msg::kColGrade)},
               {"grower_class", t(Msg::kColClass)},
               {"site", t(Msg::kColSite)},
               {"figures", t(Msg::kColValue), true},
               {"value", ""},
               {"unit", ""},
               {"currency", ""},
               {"reporter", t(Msg::kColReporter)},
               {"marks", t(Msg::kColNotes)},
               {"recorded", t(Msg::kColRecorded)},
               {"report", t(Msg::kColReport)}},
              /*id_column=*/14);
  for (const v1::Report* one : reports) {
    table.AddRow({FormatDate(one->date()),
                  {t(ReportKindWord(one->kind())), ReportKindKey(one->kind())},
                  {names.Region(one->region()), one->region()},
                  {names.Product(one->product()), one->product()},
                  one->grade(),
                  GrowerKey(one->grower_class()),
                  one->site(),
                  FiguresText(*one, language),
                  one->has_value_e4() ? FormatE4(one->value_e4()) : "",
                  one->unit(),
                  one->currency_code(),
                  one->reporter(),
                  {ReportMarks(*one, language), ReportMarks(*one, Language::kEnglish),
                   one->unconfirmed() ? Color::kYellow : Color::kNone},
                  FormatInstant(one->record_time(), zone),
                  one->name()});
  }
  return table;
}

Table ReportFindingTable(const std::vector<const v1::Report*>& reports, Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"report", t(Msg::kColReport)}, {"reason", ""}, {"message", t(Msg::kColMessage)}});
  for (const v1::Report* one : reports) {
    for (const v1::ReportFinding& finding : one->findings()) {
      table.AddRow({one->name(), finding.reason(),
                    InLanguage(finding.message(), finding.message_zh(), language)});
    }
  }
  return table;
}

Table SheetChangeTable(const v1::ImportReportSheetResponse& response, const NameBook& names,
                       Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"cell", t(Msg::kColCell)},
               {"verdict", t(Msg::kColVerdict)},
               {"date", t(Msg::kColDate)},
               {"region", t(Msg::kColRegion)},
               {"product", t(Msg::kColProduct)},
               {"kind", t(Msg::kColKind)},
               {"figures", t(Msg::kColValue), true}});
  for (const v1::SheetChange& change : response.changes()) {
    const v1::Report& report = change.report();
    const std::string now = FiguresText(report, language);
    table.AddRow({CellName(change.cell()), t(VerdictWord(change.verdict())),
                  FormatDate(report.date()), names.Region(report.region()),
                  names.Product(report.product()), t(ReportKindWord(report.kind())),
                  change.has_previous() ? Text(Msg::kReportWas, language, now,
                                               FiguresText(change.previous(), language))
                                        : now});
  }
  return table;
}

Table FigureTable(const v1::SummarizeReportsResponse& response, const NameBook& names,
                  Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"region", t(Msg::kColRegion)},
               {"state", t(Msg::kColState)},
               {"reported", t(Msg::kColValue), true},
               {"report_date", t(Msg::kColDate)},
               {"estimate", t(Msg::kColEstimate), true},
               {"estimate_low", ""},
               {"estimate_high", ""},
               {"interval", t(Msg::kColRange), true},
               {"basis", t(Msg::kColBasis)}});
  for (const v1::RegionFigure& figure : response.figures()) {
    const auto number = [](double value) { return FormatNumber(value, kEstimateDigits); };
    const bool estimated = figure.has_estimate();
    table.AddRow({{names.Region(figure.region()), figure.region()},
                  t(FigureStateWord(figure.state())),
                  figure.has_reported_e4() ? FormatE4(figure.reported_e4()) : "",
                  FormatDate(figure.report_date()),
                  estimated ? number(figure.estimate()) : "",
                  estimated ? number(figure.estimate_low()) : "",
                  estimated ? number(figure.estimate_high()) : "",
                  estimated ? absl::StrCat(number(figure.estimate_low()), "..",
                                           number(figure.estimate_high()))
                            : "",
                  InLanguage(figure.basis(), figure.basis_zh(), language)});
  }
  return table;
}

Table DueTable(const v1::ListDueReportsResponse& response, const NameBook& names, Language language,
               bool with_reminders) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"region", t(Msg::kColRegion)},
               {"product", t(Msg::kColProduct)},
               {"kind", t(Msg::kColKind)},
               {"state", t(Msg::kColState)},
               {"period", t(Msg::kColPeriod)},
               {"due_date", t(Msg::kColDueDate)},
               {"newest_date", t(Msg::kColNewest)},
               {"late_days", t(Msg::kColLateDays), true},
               {"responsible", t(Msg::kColResponsible)},
               {"reminder", with_reminders ? t(Msg::kColReminder) : ""}});
  for (const v1::DueReport& due : response.reports()) {
    const bool late = due.state() == v1::DUE_STATE_LATE;
    table.AddRow({{names.Region(due.region()), due.region()},
                  {names.Product(due.product()), due.product()},
                  {t(ReportKindWord(due.kind())), ReportKindKey(due.kind())},
                  {t(DueStateWord(due.state())), t(DueStateWord(due.state())),
                   late ? Color::kRed : Color::kNone},
                  due.has_period_start_date()
                      ? absl::StrCat(FormatDate(due.period_start_date()), "..",
                                     FormatDate(due.period_end_date()))
                      : "",
                  FormatDate(due.due_date()),
                  FormatDate(due.newest_date()),
                  due.late_days() > 0 ? absl::StrCat(due.late_days()) : "",
                  due.responsible(),
                  InLanguage(due.reminder(), due.reminder_zh(), language)});
  }
  return table;
}

Table FactTable(const std::vector<const v1::Fact*>& facts, Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"fact", t(Msg::kColFact)},
               {"kind", t(Msg::kColKind)},
               {"content", t(Msg::kColContent)},
               {"valid_from", t(Msg::kColValidFrom)},
               {"valid_to", t(Msg::kColValidTo)},
               {"marks", t(Msg::kColNotes)},
               {"source", t(Msg::kColSource)}});
  for (const v1::Fact* fact : facts) {
    std::vector<std::string> marks;
    if (fact->example()) marks.push_back(t(Msg::kExample));
    if (fact->expired()) marks.push_back(t(Msg::kExpired));
    table.AddRow({fact->name(), ContentKey(*fact), ContentText(*fact),
                  FormatDate(fact->valid_from()), FormatDate(fact->valid_to()),
                  absl::StrJoin(marks, ", "), fact->source().title()});
  }
  return table;
}

}  // namespace glutwatch::client

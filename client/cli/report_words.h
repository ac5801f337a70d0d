#pragma once
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/table.h"
#include "client/messages.h"
#include "glutwatch/v1/report.pb.h"

// The words of reports, and the words of arguments as values.
namespace glutwatch::client {

namespace v1 = ::glutwatch::v1;

Msg ReportKindWord(v1::ReportKind kind);
Msg StageWord(v1::GrowthStage stage);
Msg VerdictWord(v1::ReportVerdict verdict);
Msg FigureStateWord(v1::FigureState state);
Msg DueStateWord(v1::DueState state);

// "planted_area" or "planted-area". INVALID_ARGUMENT lists what may be said.
absl::StatusOr<v1::ReportKind> ParseReportKind(absl::string_view text);
// As in "planted_area": the enum's name for programs.
std::string ReportKindKey(v1::ReportKind kind);

// What a report says, for people: "1200 mu", "1.4 CNY/jin", "no buyer", "2026-11-01..2026-12-10".
std::string FiguresText(const v1::Report& report, Language language);
// "simulated, unconfirmed, withdrawn, confirmed by ...": "" if nothing is to be said.
std::string ReportMarks(const v1::Report& report, Language language);

}  // namespace glutwatch::client

#include "client/cli/report_words.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/decimal.h"
#include "client/cli/words.h"

namespace glutwatch::client {
namespace {

constexpr absl::string_view kKindPrefix = "REPORT_KIND_";

// The values of an enum in the order of its numbers, from 1.
template <size_t N>
Msg WordOf(const Msg (&words)[N], int value) {
  return value >= 1 && value <= static_cast<int>(N) ? words[value - 1] : Msg::kStatusUnknown;
}

}  // namespace

Msg ReportKindWord(v1::ReportKind kind) {
  static constexpr Msg kWords[] = {Msg::kKindPlantingIntention,
                                   Msg::kKindPlantedArea,
                                   Msg::kKindSeedlingSales,
                                   Msg::kKindGrowthStage,
                                   Msg::kKindExpectedHarvest,
                                   Msg::kKindHarvestProgress,
                                   Msg::kKindStock,
                                   Msg::kKindUnsoldBacklog,
                                   Msg::kKindFarmGatePrice,
                                   Msg::kKindTruckWait,
                                   Msg::kKindAnimalStock,
                                   Msg::kKindAnimalOutput};
  return WordOf(kWords, kind);
}

Msg StageWord(v1::GrowthStage stage) {
  static constexpr Msg kWords[] = {
      Msg::kStageSown,     Msg::kStageSeedling, Msg::kStageVegetative, Msg::kStageFlowering,
      Msg::kStageFruiting, Msg::kStageMature,   Msg::kStageHarvesting, Msg::kStageFinished};
  return WordOf(kWords, stage);
}

Msg VerdictWord(v1::ReportVerdict verdict) {
  static constexpr Msg kWords[] = {Msg::kVerdictNew, Msg::kVerdictCorrected, Msg::kVerdictDuplicate,
                                   Msg::kVerdictRefused};
  return WordOf(kWords, verdict);
}

Msg FigureStateWord(v1::FigureState state) {
  static constexpr Msg kWords[] = {Msg::kFigureReported,    Msg::kFigureLate,
                                   Msg::kFigureMissing,     Msg::kFigureUnconfirmed,
                                   Msg::kFigureSeasonEnded, Msg::kFigureNotExpected};
  return WordOf(kWords, state);
}

Msg DueStateWord(v1::DueState state) {
  static constexpr Msg kWords[] = {Msg::kDueReported, Msg::kDueDue, Msg::kDueLate,
                                   Msg::kDueSeasonEnded};
  return WordOf(kWords, state);
}

std::string ReportKindKey(v1::ReportKind kind) {
  const std::string name = v1::ReportKind_Name(kind);
  return name.size() > kKindPrefix.size()
             ? absl::AsciiStrToLower(absl::string_view(name).substr(kKindPrefix.size()))
             : "";
}

absl::StatusOr<v1::ReportKind> ParseReportKind(absl::string_view text) {
  const std::string name =
      absl::StrCat(kKindPrefix, absl::AsciiStrToUpper(absl::StrReplaceAll(text, {{"-", "_"}})));
  v1::ReportKind kind = v1::REPORT_KIND_UNSPECIFIED;
  if (v1::ReportKind_Parse(name, &kind) && kind != v1::REPORT_KIND_UNSPECIFIED) return kind;
  std::vector<std::string> choices;
  for (int i = 1; i <= v1::ReportKind_MAX; ++i) {
    choices.push_back(ReportKindKey(static_cast<v1::ReportKind>(i)));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--kind is \"", text, "\", expected ", absl::StrJoin(choices, ", ")));
}

std::string FiguresText(const v1::Report& report, Language language) {
  std::vector<std::string> parts;
  if (report.no_bid()) parts.push_back(Text(Msg::kNoBuyer, language));
  if (report.stage() != v1::GROWTH_STAGE_UNSPECIFIED) {
    parts.push_back(Text(StageWord(report.stage()), language));
  }
  if (report.has_window_start_date()) {
    parts.push_back(absl::StrCat(FormatDate(report.window_start_date()), "..",
                                 FormatDate(report.window_end_date())));
  }
  if (report.has_value_e4()) {
    const std::string unit = report.currency_code().empty()
                                 ? report.unit()
                                 : absl::StrCat(report.currency_code(), "/", report.unit());
    parts.push_back(absl::StrCat(FormatE4(report.value_e4()), " ", unit));
  }
  return absl::StrJoin(parts, "  ");
}

std::string ReportMarks(const v1::Report& report, Language language) {
  std::vector<std::string> marks;
  if (report.simulated()) marks.push_back(Text(Msg::kSimulated, language));
  if (report.withdrawn()) marks.push_back(Text(Msg::kWithdrawn, language));
  if (report.unconfirmed()) marks.push_back(Text(Msg::kUnconfirmed, language));
  if (!report.confirmer().empty()) {
    marks.push_back(Text(Msg::kConfirmedBy, language, report.confirmer()));
  }
  return absl::StrJoin(marks, ", ");
}

}  // namespace glutwatch::client

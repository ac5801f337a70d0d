#pragma once
#include <filesystem>
#include <string>

#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "client/cli/context.h"
#include "client/cli/local_file.h"
#include "client/cli/names.h"
#include "client/cli/table.h"
#include "client/cli/words.h"
#include "glutwatch/v1/sheet.pb.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

// What the imports of officers' sheets share, whatever is in the sheet.
namespace glutwatch::client {

struct SheetFlags {
  std::string file, mapping;
  bool dry_run = false;
  bool all_or_nothing = false;
  bool simulated = false;
};

// FILE, --mapping, --dry-run, --all-or-nothing and --simulated; `flags` outlives the parse. Returns
// the option --mapping.
CLI::Option* AddSheetFlags(CLI::App* command, Context* context, Msg mapping_help,
                           SheetFlags* flags);

// A request with the flags and the content of their files. Errors: those of ReadWhole.
template <typename Request>
absl::StatusOr<Request> SheetRequest(const SheetFlags& flags) {
  Request request;
  GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_file()->mutable_content(), ReadWhole(flags.file));
  request.mutable_file()->set_file_name(std::filesystem::path(flags.file).filename().string());
  if (!flags.mapping.empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_mapping_yaml(), ReadWhole(flags.mapping));
  }
  request.set_validate_only(flags.dry_run);
  request.set_all_or_nothing(flags.all_or_nothing);
  request.set_simulated(flags.simulated);
  return request;
}

inline bool IsRefused(const v1::SheetFinding& finding) {
  return finding.verdict() == v1::REPORT_VERDICT_REFUSED;
}
inline bool IsRefused(const v1::PriceFinding& finding) {
  return finding.verdict() == v1::PRICE_VERDICT_REFUSED;
}

// What is wrong or doubtful, cell by cell.
template <typename Response>
Table FindingTable(const Response& done, Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"cell", t(Msg::kColCell)},
               {"value", t(Msg::kColFound)},
               {"verdict", t(Msg::kColVerdict)},
               {"reason", ""},
               {"message", t(Msg::kColMessage)}});
  for (const auto& finding : done.findings()) {
    const bool refused = IsRefused(finding);
    table.AddRow({CellName(finding.cell()),
                  finding.cell().value(),
                  {t(refused ? Msg::kVerdictRefused : Msg::kVerdictDoubtful),
                   refused ? "refused" : "doubtful", refused ? Color::kRed : Color::kYellow},
                  finding.reason(),
                  InLanguage(finding.message(), finding.message_zh(), language)});
  }
  return table;
}

// Says what was found and what would change or did; `change_table` makes the table of changes.
template <typename Response, typename ChangeTable>
absl::Status ShowSheet(Context* context, const SheetFlags& flags, const Response& done,
                       const ChangeTable& change_table) {
  if (flags.simulated) context->MarkSimulated();
  for (const std::string& note : done.notes()) context->Say(note);
  if (done.findings_size() > 0) {
    context->out() << context->T(Msg::kReportFindings) << "\n"
                   << FindingTable(done, context->language).ToText(context->color());
    if (done.more_findings() > 0) {
      context->out() << context->T(Msg::kReportMoreFindings, done.more_findings()) << "\n";
    }
    context->out() << "\n";
  }
  if (done.changes_size() > 0) {
    GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
    context->out() << context->T(Msg::kReportChanges) << "\n"
                   << change_table(done, names, context->language).ToText(context->color()) << "\n";
  }
  const bool kept_nothing = flags.dry_run || (flags.all_or_nothing && done.refused_count() > 0);
  if (kept_nothing) context->out() << context->T(Msg::kReportPreview) << "\n";
  if (done.replayed()) context->out() << context->T(Msg::kReportReplayed) << "\n";
  return absl::OkStatus();
}

// Prints the answer in the run's format and returns the exit code: kExitPartial if anything was
// refused. `change_table` is as in ShowSheet, `summary` the last line for people.
template <typename Response, typename ChangeTable>
absl::StatusOr<ExitCode> ShowImport(Context* context, const SheetFlags& flags, const Response& done,
                                    const ChangeTable& change_table, const std::string& summary) {
  if (context->format == Format::kJson || context->format == Format::kJsonl) {
    context->ShowJson(done, context->format == Format::kJson);
  } else if (context->format == Format::kCsv) {
    context->out() << FindingTable(done, context->language).ToCsv();
  } else if (!context->quiet) {
    GLUTWATCH_RETURN_IF_ERROR(ShowSheet(context, flags, done, change_table));
    context->out() << summary << "\n";
  }
  return done.refused_count() > 0 ? kExitPartial : kExitOk;
}

}  // namespace glutwatch::client

#include <CLI/CLI.hpp>
#include <memory>

#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/commands.h"
#include "client/cli/render_reports.h"
#include "client/cli/sheet_import.h"
#include "glutwatch/v1/sheet.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Stub = v1::SheetService::Stub;

struct ImportFlags {
  SheetFlags sheet;
  std::string reporter;
};

absl::StatusOr<ExitCode> Import(Context* context, const ImportFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(auto request, SheetRequest<v1::ImportReportSheetRequest>(flags.sheet));
  request.set_reporter(flags.reporter);
  const auto stub = v1::SheetService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(
      const auto done, Call(*stub, &Stub::ImportReportSheet, request, context->stream_timeout));
  return ShowImport(
      context, flags.sheet, done, SheetChangeTable,
      context->T(Msg::kReportSummary, done.cell_count(), done.new_count(), done.corrected_count(),
                 done.duplicate_count(), done.refused_count(), done.flagged_count()));
}

}  // namespace

void AddReportsImportCommand(CLI::App* reports, Context* context) {
  const auto flags = std::make_shared<ImportFlags>();
  CLI::App* read = AddCommand(reports, context, "import", Msg::kHelpReportsImport,
                              "  glutwatch reports import 第47周.xlsx --dry-run\n"
                              "  glutwatch reports import 第47周.xlsx --reporter 元谋县农业农村局\n"
                              "  glutwatch reports import own.csv --mapping own.yaml");
  AddSheetFlags(read, context, Msg::kOptReportMapping, &flags->sheet);
  read->add_option("--reporter", flags->reporter, context->T(Msg::kOptReporter));
  read->callback(
      [context, flags] { context->action = [context, flags] { return Import(context, *flags); }; });
}

}  // namespace glutwatch::client

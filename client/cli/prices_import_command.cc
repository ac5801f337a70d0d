#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/commands.h"
#include "client/cli/local_file.h"
#include "client/cli/names.h"
#include "client/cli/render_price_sheet.h"
#include "glutwatch/v1/sheet.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Stub = v1::SheetService::Stub;

struct ImportFlags {
  std::string file, mapping;
  bool dry_run = false;
  bool all_or_nothing = false;
  bool simulated = false;
};

absl::StatusOr<v1::ImportPriceSheetRequest> ToRequest(const ImportFlags& flags) {
  v1::ImportPriceSheetRequest request;
  GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_file()->mutable_content(), ReadWhole(flags.file));
  request.mutable_file()->set_file_name(std::filesystem::path(flags.file).filename().string());
  GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_mapping_yaml(), ReadWhole(flags.mapping));
  request.set_validate_only(flags.dry_run);
  request.set_all_or_nothing(flags.all_or_nothing);
  request.set_simulated(flags.simulated);
  return request;
}

absl::Status ShowForPeople(Context* context, const ImportFlags& flags,
                           const v1::ImportPriceSheetResponse& done) {
  if (flags.simulated) context->MarkSimulated();
  for (const std::string& note : done.notes()) context->Say(note);
  if (done.findings_size() > 0) {
    context->out() << context->T(Msg::kReportFindings) << "\n"
                   << PriceFindingTable(done, context->language).ToText(context->color());
    if (done.more_findings() > 0) {
      context->out() << context->T(Msg::kReportMoreFindings, done.more_findings()) << "\n";
    }
    context->out() << "\n";
  }
  if (done.changes_size() > 0) {
    GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
    context->out() << context->T(Msg::kReportChanges) << "\n"
                   << PriceChangeTable(done, names, context->language).ToText(context->color())
                   << "\n";
  }
  const bool kept_nothing = flags.dry_run || (flags.all_or_nothing && done.refused_count() > 0);
  if (kept_nothing) context->out() << context->T(Msg::kReportPreview) << "\n";
  if (done.replayed()) context->out() << context->T(Msg::kReportReplayed) << "\n";
  context->out() << context->T(Msg::kPriceSheetSummary, done.row_count(), done.new_count(),
                               done.changed_count(), done.unchanged_count(), done.refused_count(),
                               done.suspicious_count())
                 << "\n";
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> Import(Context* context, const ImportFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto request, ToRequest(flags));
  const auto stub = v1::SheetService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(
      const auto done, Call(*stub, &Stub::ImportPriceSheet, request, context->stream_timeout));
  if (context->format == Format::kJson || context->format == Format::kJsonl) {
    context->ShowJson(done, context->format == Format::kJson);
  } else if (context->format == Format::kCsv) {
    context->out() << PriceFindingTable(done, context->language).ToCsv();
  } else if (!context->quiet) {
    GLUTWATCH_RETURN_IF_ERROR(ShowForPeople(context, flags, done));
  }
  return done.refused_count() > 0 ? kExitPartial : kExitOk;
}

}  // namespace

void AddPricesImportCommand(CLI::App* prices, Context* context) {
  const auto flags = std::make_shared<ImportFlags>();
  CLI::App* read = AddCommand(prices, context, "import", Msg::kHelpPricesImport,
                              "  glutwatch prices import 日报.xlsx --mapping 日报.yaml --dry-run\n"
                              "  glutwatch prices import 日报.xlsx --mapping 日报.yaml");
  read->add_option("FILE", flags->file, context->T(Msg::kOptSheetFile))->required();
  read->add_option("--mapping", flags->mapping, context->T(Msg::kOptPriceMapping))->required();
  read->add_flag("--dry-run", flags->dry_run, context->T(Msg::kOptDryRun));
  read->add_flag("--all-or-nothing", flags->all_or_nothing, context->T(Msg::kOptAllOrNothing));
  read->add_flag("--simulated", flags->simulated, context->T(Msg::kOptSimulated));
  read->callback(
      [context, flags] { context->action = [context, flags] { return Import(context, *flags); }; });
}

}  // namespace glutwatch::client

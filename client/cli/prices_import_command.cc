#include <CLI/CLI.hpp>
#include <memory>

#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/commands.h"
#include "client/cli/render_price_sheet.h"
#include "client/cli/sheet_import.h"
#include "glutwatch/v1/sheet.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Stub = v1::SheetService::Stub;

absl::StatusOr<ExitCode> Import(Context* context, const SheetFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto request, SheetRequest<v1::ImportPriceSheetRequest>(flags));
  const auto stub = v1::SheetService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(
      const auto done, Call(*stub, &Stub::ImportPriceSheet, request, context->stream_timeout));
  return ShowImport(
      context, flags, done, PriceChangeTable,
      context->T(Msg::kPriceSheetSummary, done.row_count(), done.new_count(), done.changed_count(),
                 done.unchanged_count(), done.refused_count(), done.suspicious_count()));
}

}  // namespace

void AddPricesImportCommand(CLI::App* prices, Context* context) {
  const auto flags = std::make_shared<SheetFlags>();
  CLI::App* read = AddCommand(prices, context, "import", Msg::kHelpPricesImport,
                              "  glutwatch prices import 日报.xlsx --mapping 日报.yaml --dry-run\n"
                              "  glutwatch prices import 日报.xlsx --mapping 日报.yaml");
  AddSheetFlags(read, context, Msg::kOptPriceMapping, flags.get())->required();
  read->callback(
      [context, flags] { context->action = [context, flags] { return Import(context, *flags); }; });
}

}  // namespace glutwatch::client

#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/commands.h"
#include "client/cli/words.h"
#include "glutwatch/v1/catalog.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Stub = v1::CatalogService::Stub;

struct MergeFlags {
  std::string name, into, note;
  bool dry_run = false;
};

void Show(Context* context, const MergeFlags& flags, const std::string& into,
          const v1::MergeResult& result) {
  std::ostream& out = context->out();
  if (flags.dry_run) {
    out << context->T(Msg::kMergePossible, flags.name, into) << "\n";
    return;
  }
  out << context->T(Msg::kMergeDone, flags.name, into) << "\n"
      << context->T(Msg::kMergePrices, result.series_count(), result.copied_count(),
                    result.equal_count(), result.differing_count(), into)
      << "\n";
  if (result.without_arrivals_count() > 0) {
    out << context->T(Msg::kMergeArrivals, result.without_arrivals_count()) << "\n";
  }
  if (result.report_count() > 0) {
    out << context->T(Msg::kMergeReports, result.report_count()) << "\n";
  }
}

// MergeMarket and MergeProduct alike.
template <typename Request, typename Response>
absl::StatusOr<ExitCode> MergeWith(Context* context, const MergeFlags& flags,
                                   const std::string& into,
                                   grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                const Request&, Response*)) {
  Request request;
  request.set_name(flags.name);
  request.set_into(into);
  request.set_note(flags.note);
  request.set_validate_only(flags.dry_run);
  const auto stub = v1::CatalogService::NewStub(context->channel());
  // Years of prices may have to be copied.
  GLUTWATCH_ASSIGN_OR_RETURN(const auto done,
                             Call(*stub, method, request, context->stream_timeout));
  if (context->format != Format::kTable) {
    context->ShowJson(done, context->format == Format::kJson);
  } else if (!context->quiet) {
    Show(context, flags, into, done.result());
  }
  return kExitOk;
}

absl::StatusOr<ExitCode> Merge(Context* context, const MergeFlags& flags) {
  if (absl::StartsWith(flags.name, "markets/")) {
    return MergeWith(context, flags, Qualified("markets", flags.into), &Stub::MergeMarket);
  }
  if (absl::StartsWith(flags.name, "products/")) {
    return MergeWith(context, flags, Qualified("products", flags.into), &Stub::MergeProduct);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("NAME is \"", flags.name, "\", expected markets/... or products/..."));
}

}  // namespace

void AddCatalogMergeCommand(CLI::App* catalog, Context* context) {
  const auto flags = std::make_shared<MergeFlags>();
  CLI::App* merge =
      AddCommand(catalog, context, "merge", Msg::kHelpCatalogMerge,
                 "  glutwatch catalog merge markets/aluva-market --into markets/aluva --dry-run\n"
                 "  glutwatch catalog merge products/purple-garlic --into garlic --note 一物两名");
  merge->add_option("NAME", flags->name, context->T(Msg::kOptMarketOrProduct))->required();
  merge->add_option("--into", flags->into, context->T(Msg::kOptInto))->required();
  merge->add_option("--note", flags->note, context->T(Msg::kOptNote));
  merge->add_flag("--dry-run", flags->dry_run, context->T(Msg::kOptDryRun));
  merge->callback(
      [context, flags] { context->action = [context, flags] { return Merge(context, *flags); }; });
}

}  // namespace glutwatch::client

#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/cli/catalog_calls.h"
#include "client/cli/commands.h"
#include "client/cli/time_flags.h"
#include "client/cli/words.h"

namespace glutwatch::client {
namespace {

struct RetireFlags {
  std::string name, date, note;
  bool reinstate = false;
};

template <typename Calls>
absl::StatusOr<ExitCode> RetireWith(Context* context, const RetireFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(auto resource, Calls::Get(context, flags.name));
  if (flags.reinstate) {
    resource.clear_retired_date();
  } else if (flags.date.empty()) {
    *resource.mutable_retired_date() = ToDate(Today(*context));
  } else {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.date, resource.mutable_retired_date()));
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const auto put, Calls::Put(context, resource, flags.note));
  ShowChanged(context, put,
              flags.reinstate
                  ? context->T(Msg::kCatalogReinstated, put.name())
                  : context->T(Msg::kCatalogRetired, put.name(), FormatDate(put.retired_date())));
  return kExitOk;
}

absl::StatusOr<ExitCode> Retire(Context* context, const RetireFlags& flags) {
  if (absl::StartsWith(flags.name, "markets/")) return RetireWith<MarketCalls>(context, flags);
  if (absl::StartsWith(flags.name, "products/")) return RetireWith<ProductCalls>(context, flags);
  return absl::InvalidArgumentError(
      absl::StrCat("NAME is \"", flags.name, "\", expected markets/... or products/..."));
}

}  // namespace

void AddCatalogRetireCommand(CLI::App* catalog, Context* context) {
  const auto flags = std::make_shared<RetireFlags>();
  CLI::App* retire = AddCommand(catalog, context, "retire", Msg::kHelpCatalogRetire,
                                "  glutwatch catalog retire markets/xinfadi --date 2026-12-01\n"
                                "  glutwatch catalog retire markets/xinfadi --reinstate");
  retire->add_option("NAME", flags->name, context->T(Msg::kOptMarketOrProduct))->required();
  CLI::Option* date = retire->add_option("--date", flags->date, context->T(Msg::kOptRetireDate));
  retire->add_flag("--reinstate", flags->reinstate, context->T(Msg::kOptReinstate))->excludes(date);
  retire->add_option("--note", flags->note, context->T(Msg::kOptNote));
  retire->callback(
      [context, flags] { context->action = [context, flags] { return Retire(context, *flags); }; });
}

}  // namespace glutwatch::client

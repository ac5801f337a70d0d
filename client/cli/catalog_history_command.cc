#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/commands.h"
#include "client/cli/render_changes.h"
#include "glutwatch/v1/catalog.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Stub = v1::CatalogService::Stub;
constexpr int kPage = 1000;

struct HistoryFlags {
  std::string name;
  int limit = 50;
};

absl::StatusOr<ExitCode> History(Context* context, const HistoryFlags& flags) {
  v1::ListCatalogChangesRequest request;
  request.set_name(flags.name);
  request.set_page_size(std::min(flags.limit, kPage));
  v1::ListCatalogChangesResponse all;
  const auto stub = v1::CatalogService::NewStub(context->channel());
  GLUTWATCH_RETURN_IF_ERROR(ForEachPage(*stub, &Stub::ListCatalogChanges, request, context->timeout,
                                        [&](const v1::ListCatalogChangesResponse& page) {
                                          all.MergeFrom(page);
                                          return all.changes_size() < flags.limit;
                                        }));
  while (all.changes_size() > flags.limit) all.mutable_changes()->RemoveLast();
  all.clear_next_page_token();
  context->ShowList(ChangeTable(all, *context), all, "changes");
  return kExitOk;
}

}  // namespace

void AddCatalogHistoryCommand(CLI::App* catalog, Context* context) {
  const auto flags = std::make_shared<HistoryFlags>();
  CLI::App* history = AddCommand(catalog, context, "history", Msg::kHelpCatalogHistory,
                                 "  glutwatch catalog history\n"
                                 "  glutwatch catalog history markets/xinfadi");
  history->add_option("NAME", flags->name, context->T(Msg::kOptResource));
  history->add_option("--limit", flags->limit, context->T(Msg::kOptHistoryLimit))
      ->check(CLI::Range(1, 100'000));
  history->callback([context, flags] {
    context->action = [context, flags] { return History(context, *flags); };
  });
}

}  // namespace glutwatch::client

#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "base/yaml_message.h"
#include "client/call.h"
#include "client/cli/commands.h"
#include "client/cli/names.h"
#include "client/cli/render_catalog.h"
#include "client/cli/words.h"
#include "glutwatch/v1/catalog.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Stub = v1::CatalogService::Stub;
constexpr int kPage = 1000;
constexpr int kSeriesPage = 10'000;

struct ListFlags {
  std::string region, category, market, product;
};

std::unique_ptr<Stub> StubOf(Context* context) {
  return v1::CatalogService::NewStub(context->channel());
}

// All pages of a list in one response.
template <typename Request, typename Response>
absl::StatusOr<Response> Collect(Context* context,
                                 grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                              Response*),
                                 Request request, int page_size) {
  request.set_page_size(page_size);
  Response all;
  const auto stub = StubOf(context);
  GLUTWATCH_RETURN_IF_ERROR(
      ForEachPage(*stub, method, request, context->timeout, [&](const Response& page) {
        all.MergeFrom(page);
        return true;
      }));
  all.clear_next_page_token();
  return all;
}

absl::StatusOr<ExitCode> ListRegions(Context* context, const ListFlags& flags) {
  v1::ListRegionsRequest request;
  GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_parent(), ResolveRegion(context, flags.region));
  GLUTWATCH_ASSIGN_OR_RETURN(const auto all, Collect(context, &Stub::ListRegions, request, kPage));
  context->ShowList(RegionTable(all, context->language), all, "regions");
  return kExitOk;
}

absl::StatusOr<ExitCode> ListMarkets(Context* context, const ListFlags& flags) {
  v1::ListMarketsRequest request;
  GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_region(), ResolveRegion(context, flags.region));
  GLUTWATCH_ASSIGN_OR_RETURN(const auto all, Collect(context, &Stub::ListMarkets, request, kPage));
  GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
  context->ShowList(MarketTable(all, names, context->language), all, "markets");
  return kExitOk;
}

absl::StatusOr<ExitCode> ListProducts(Context* context, const ListFlags& flags) {
  v1::ListProductsRequest request;
  request.set_category(flags.category);
  GLUTWATCH_ASSIGN_OR_RETURN(const auto all, Collect(context, &Stub::ListProducts, request, kPage));
  context->ShowList(ProductTable(all, context->language), all, "products");
  return kExitOk;
}

absl::StatusOr<ExitCode> ListUnits(Context* context, const ListFlags&) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto all,
                             Collect(context, &Stub::ListUnits, v1::ListUnitsRequest(), kPage));
  context->ShowList(UnitTable(all, context->language), all, "units");
  return kExitOk;
}

absl::StatusOr<ExitCode> ListSeries(Context* context, const ListFlags& flags) {
  v1::ListSeriesRequest request;
  if (!flags.market.empty()) request.set_market(Qualified("markets", flags.market));
  if (!flags.product.empty()) request.set_product(Qualified("products", flags.product));
  GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_region(), ResolveRegion(context, flags.region));
  GLUTWATCH_ASSIGN_OR_RETURN(const auto all,
                             Collect(context, &Stub::ListSeries, request, kSeriesPage));
  GLUTWATCH_ASSIGN_OR_RETURN(const NameBook names, LoadNames(context));
  context->ShowList(SeriesTable(all, names, context->language), all, "series");
  return kExitOk;
}

// One resource: YAML for people, as in a catalog file; JSON and CSV as in a list of one.
template <typename List>
ExitCode ShowOne(Context* context, const google::protobuf::Message& resource, const Table& table,
                 const List& list, const std::string& items) {
  if (context->quiet || context->format == Format::kCsv) {
    context->ShowList(table, list, items);
  } else if (context->format == Format::kTable) {
    context->out() << WriteYaml(resource);
  } else {
    context->ShowJson(resource, context->format == Format::kJson);
  }
  return kExitOk;
}

absl::StatusOr<ExitCode> ShowRegion(Context* context, const std::string& name) {
  v1::GetRegionRequest request;
  request.set_name(name);
  GLUTWATCH_ASSIGN_OR_RETURN(const auto got,
                             Call(*StubOf(context), &Stub::GetRegion, request, context->timeout));
  v1::ListRegionsResponse list;
  *list.add_regions() = got.region();
  return ShowOne(context, got.region(), RegionTable(list, context->language), list, "regions");
}

absl::StatusOr<ExitCode> ShowMarket(Context* context, const std::string& name) {
  v1::GetMarketRequest request;
  request.set_name(name);
  GLUTWATCH_ASSIGN_OR_RETURN(const auto got,
                             Call(*StubOf(context), &Stub::GetMarket, request, context->timeout));
  v1::ListMarketsResponse list;
  *list.add_markets() = got.market();
  const NameBook names(context->language);
  return ShowOne(context, got.market(), MarketTable(list, names, context->language), list,
                 "markets");
}

absl::StatusOr<ExitCode> ShowProduct(Context* context, const std::string& name) {
  v1::GetProductRequest request;
  request.set_name(name);
  GLUTWATCH_ASSIGN_OR_RETURN(const auto got,
                             Call(*StubOf(context), &Stub::GetProduct, request, context->timeout));
  v1::ListProductsResponse list;
  *list.add_products() = got.product();
  return ShowOne(context, got.product(), ProductTable(list, context->language), list, "products");
}

absl::StatusOr<ExitCode> Show(Context* context, const std::string& name) {
  if (absl::StartsWith(name, "regions/")) return ShowRegion(context, name);
  if (absl::StartsWith(name, "markets/")) return ShowMarket(context, name);
  return ShowProduct(context, Qualified("products", name));
}

using ListFn = absl::StatusOr<ExitCode> (*)(Context*, const ListFlags&);

// `catalog regions list`; `list` may be left out.
CLI::App* AddListCommand(CLI::App* catalog, Context* context, const std::string& name, Msg help,
                         const std::string& examples, const std::shared_ptr<ListFlags>& flags,
                         ListFn list) {
  CLI::App* command = AddCommand(catalog, context, name, help, examples);
  CLI::App* verb = AddCommand(command, context, "list", Msg::kHelpList, examples);
  for (CLI::App* one : {command, verb}) {
    one->callback([context, flags, list] {
      context->action = [context, flags, list] { return list(context, *flags); };
    });
  }
  return command;
}

void AddListCommands(CLI::App* catalog, Context* context) {
  const auto flags = std::make_shared<ListFlags>();
  const auto region = [&](CLI::App* command) {
    command->add_option("--region", flags->region, context->T(Msg::kOptRegion));
  };
  region(AddListCommand(catalog, context, "regions", Msg::kHelpRegions,
                        "  glutwatch catalog regions list --region 530400", flags, ListRegions));
  region(AddListCommand(catalog, context, "markets", Msg::kHelpMarkets,
                        "  glutwatch catalog markets list --region 云南省 -o csv", flags,
                        ListMarkets));
  AddListCommand(catalog, context, "products", Msg::kHelpProducts,
                 "  glutwatch catalog products list --category vegetable", flags, ListProducts)
      ->add_option("--category", flags->category, context->T(Msg::kOptCategory));
  AddListCommand(catalog, context, "units", Msg::kHelpUnits, "  glutwatch catalog units list",
                 flags, ListUnits);
  CLI::App* series = AddListCommand(catalog, context, "series", Msg::kHelpSeries,
                                    "  glutwatch catalog series list --product 大蒜\n"
                                    "  glutwatch catalog series list --region 530000 --quiet",
                                    flags, ListSeries);
  region(series);
  series->add_option("--market", flags->market, context->T(Msg::kOptMarket));
  series->add_option("--product", flags->product, context->T(Msg::kOptProduct));
}

}  // namespace

void AddCatalogCommand(CLI::App* app, Context* context) {
  CLI::App* catalog = AddCommand(app, context, "catalog", Msg::kHelpCatalog,
                                 "  glutwatch catalog regions list\n"
                                 "  glutwatch catalog show products/garlic\n"
                                 "  glutwatch catalog change markets/xinfadi --name 新发地\n"
                                 "  glutwatch catalog export catalog.yaml");
  catalog->require_subcommand(1);
  AddListCommands(catalog, context);
  CLI::App* show = AddCommand(catalog, context, "show", Msg::kHelpCatalogShow,
                              "  glutwatch catalog show regions/530403\n"
                              "  glutwatch catalog show 大蒜 -o json");
  const auto name = std::make_shared<std::string>();
  show->add_option("NAME", *name, context->T(Msg::kOptName))->required();
  show->callback(
      [context, name] { context->action = [context, name] { return Show(context, *name); }; });
  AddCatalogEditCommands(catalog, context);
  AddCatalogRetireCommand(catalog, context);
  AddCatalogMergeCommand(catalog, context);
  AddCatalogHistoryCommand(catalog, context);
  AddCatalogFileCommands(catalog, context);
}

}  // namespace glutwatch::client

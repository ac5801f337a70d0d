#include "server/rpc/catalog_service.h"

#include <algorithm>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "server/rpc/tokens.h"
#include "server/rpc/translate_catalog.h"

namespace glutwatch::rpc {
namespace {

constexpr int kUsualPage = 100;
constexpr int kMostPage = 1000;
constexpr int kUsualSeriesPage = 1000;
constexpr int kMostSeriesPage = 10'000;

// "" stays ""; "regions/530000" becomes "530000".
absl::StatusOr<std::string> OptionalId(absl::string_view name, absl::string_view collection,
                                       absl::string_view field) {
  if (name.empty()) return "";
  return IdOf(name, collection, field);
}

template <typename Resource>
absl::Status FoundOr(const std::shared_ptr<const Resource>& resource, absl::string_view name) {
  if (resource != nullptr) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("no ", name));
}

// One page of a list. `list(after, limit)` gives resources with ids above `after`; `id_of` their
// ids.
template <typename Request, typename Response, typename List, typename IdOfResource, typename Add>
absl::Status Page(const Request& request, absl::string_view scope, Response* response, List list,
                  IdOfResource id_of, Add add) {
  GLUTWATCH_ASSIGN_OR_RETURN(const int size, PageSize(request.page_size(), kUsualPage, kMostPage));
  const uint64_t query = StableHash(absl::StrCat(request.GetTypeName(), "\n", scope));
  GLUTWATCH_ASSIGN_OR_RETURN(const std::string after, ReadPageToken(request.page_token(), query));
  const auto found = list(after, size + 1);
  const size_t count = std::min(found.size(), static_cast<size_t>(size));
  for (size_t i = 0; i < count; ++i) add(ToProto(*found[i]));
  if (found.size() > count) {
    response->set_next_page_token(MakePageToken(id_of(*found[count - 1]), query));
  }
  return absl::OkStatus();
}

// "markets/xinfadi" as a resource of which only the id is set.
absl::StatusOr<catalog::Resource> ResourceNamed(absl::string_view name) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(name, absl::MaxSplits('/', 1));
  const std::string id(parts.second);
  if (!id.empty()) {
    if (parts.first == "regions") return catalog::Region{.code = id};
    if (parts.first == "markets") return catalog::Market{.id = id};
    if (parts.first == "products") return catalog::Product{.id = id};
    if (parts.first == "units") return catalog::Unit{.code = id};
  }
  return absl::InvalidArgumentError(
      absl::StrCat("name: is \"", name,
                   "\", expected regions/{code}, markets/{id}, products/{id} or units/{code}"));
}

}  // namespace

grpc::ServerUnaryReactor* CatalogServiceImpl::GetRegion(grpc::CallbackServerContext* context,
                                                        const v1::GetRegionRequest* request,
                                                        v1::GetRegionResponse* response) {
  return gate_->Read(context, "GetRegion", [=, this](auto&) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string code, IdOf(request->name(), "regions", "name"));
    const auto region = catalog_->FindRegion(code);
    GLUTWATCH_RETURN_IF_ERROR(FoundOr(region, request->name()));
    *response->mutable_region() = ToProto(*region);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::ListRegions(grpc::CallbackServerContext* context,
                                                          const v1::ListRegionsRequest* request,
                                                          v1::ListRegionsResponse* response) {
  return gate_->Read(context, "ListRegions", [=, this](auto&) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string within,
                               OptionalId(request->parent(), "regions", "parent"));
    return Page(
        *request, within, response,
        [&](absl::string_view after, int n) { return catalog_->ListRegions(within, after, n); },
        [](const catalog::Region& region) { return region.code; },
        [&](v1::Region region) { *response->add_regions() = std::move(region); });
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::GetMarket(grpc::CallbackServerContext* context,
                                                        const v1::GetMarketRequest* request,
                                                        v1::GetMarketResponse* response) {
  return gate_->Read(context, "GetMarket", [=, this](auto&) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string id, IdOf(request->name(), "markets", "name"));
    auto market = catalog_->GetMarket(id);  // also what was merged
    if (market == nullptr) market = catalog_->FindMarket(id);
    GLUTWATCH_RETURN_IF_ERROR(FoundOr(market, request->name()));
    *response->mutable_market() = ToProto(*market);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::ListMarkets(grpc::CallbackServerContext* context,
                                                          const v1::ListMarketsRequest* request,
                                                          v1::ListMarketsResponse* response) {
  return gate_->Read(context, "ListMarkets", [=, this](auto&) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string within,
                               OptionalId(request->region(), "regions", "region"));
    return Page(
        *request, within, response,
        [&](absl::string_view after, int n) { return catalog_->ListMarkets(within, after, n); },
        [](const catalog::Market& market) { return market.id; },
        [&](v1::Market market) { *response->add_markets() = std::move(market); });
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::GetProduct(grpc::CallbackServerContext* context,
                                                         const v1::GetProductRequest* request,
                                                         v1::GetProductResponse* response) {
  return gate_->Read(context, "GetProduct", [=, this](auto&) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string id, IdOf(request->name(), "products", "name"));
    auto product = catalog_->GetProduct(id);  // also what was merged
    if (product == nullptr) product = catalog_->FindProduct(id);
    GLUTWATCH_RETURN_IF_ERROR(FoundOr(product, request->name()));
    *response->mutable_product() = ToProto(*product);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::ListProducts(grpc::CallbackServerContext* context,
                                                           const v1::ListProductsRequest* request,
                                                           v1::ListProductsResponse* response) {
  return gate_->Read(context, "ListProducts", [=, this](auto&) -> absl::Status {
    return Page(
        *request, request->category(), response,
        [&](absl::string_view after, int n) {
          return catalog_->ListProducts(request->category(), after, n);
        },
        [](const catalog::Product& product) { return product.id; },
        [&](v1::Product product) { *response->add_products() = std::move(product); });
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::ListUnits(grpc::CallbackServerContext* context,
                                                        const v1::ListUnitsRequest* request,
                                                        v1::ListUnitsResponse* response) {
  return gate_->Read(context, "ListUnits", [=, this](auto&) -> absl::Status {
    const auto after_id = [&](absl::string_view after, int n) {
      std::vector<std::shared_ptr<const catalog::Unit>> found;
      for (const auto& unit : catalog_->ListUnits()) {
        if (unit->code > after && static_cast<int>(found.size()) < n) found.push_back(unit);
      }
      return found;
    };
    return Page(
        *request, "", response, after_id, [](const catalog::Unit& unit) { return unit.code; },
        [&](v1::Unit unit) { *response->add_units() = std::move(unit); });
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::ListSeries(grpc::CallbackServerContext* context,
                                                         const v1::ListSeriesRequest* request,
                                                         v1::ListSeriesResponse* response) {
  return gate_->Read(context, "ListSeries", [=, this](auto&) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const int size,
                               PageSize(request->page_size(), kUsualSeriesPage, kMostSeriesPage));
    catalog::SeriesSelection selection;
    GLUTWATCH_ASSIGN_OR_RETURN(selection.region,
                               OptionalId(request->region(), "regions", "region"));
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string market,
                               OptionalId(request->market(), "markets", "market"));
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string product,
                               OptionalId(request->product(), "products", "product"));
    if (!market.empty()) selection.markets.push_back(market);
    if (!product.empty()) selection.products.push_back(product);
    const uint64_t query =
        StableHash(absl::StrCat("series\n", market, "\n", product, "\n", selection.region));
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string token,
                               ReadPageToken(request->page_token(), query));
    uint32_t after = 0;
    (void)absl::SimpleAtoi(token, &after);
    GLUTWATCH_ASSIGN_OR_RETURN(const auto ids,
                               registry_->Select(selection, static_cast<catalog::SeriesId>(after),
                                                 static_cast<size_t>(size) + 1));
    const size_t count = std::min(ids.size(), static_cast<size_t>(size));
    for (size_t i = 0; i < count; ++i) *response->add_series() = ToProto(*registry_->Find(ids[i]));
    if (ids.size() > count) {
      response->set_next_page_token(
          MakePageToken(absl::StrCat(static_cast<uint32_t>(ids[count - 1])), query));
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::ListCatalogChanges(
    grpc::CallbackServerContext* context, const v1::ListCatalogChangesRequest* request,
    v1::ListCatalogChangesResponse* response) {
  return gate_->Read(context, "ListCatalogChanges", [=, this](auto&) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const int size,
                               PageSize(request->page_size(), kUsualPage, kMostPage));
    std::optional<catalog::Resource> only;
    if (!request->name().empty()) {
      GLUTWATCH_ASSIGN_OR_RETURN(only, ResourceNamed(request->name()));
    }
    const uint64_t query = StableHash(absl::StrCat("changes\n", request->name()));
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string token,
                               ReadPageToken(request->page_token(), query));
    int64_t before = std::numeric_limits<int64_t>::max();
    if (!token.empty()) (void)absl::SimpleAtoi(token, &before);
    GLUTWATCH_ASSIGN_OR_RETURN(
        const auto changes,
        catalog_->ListChanges(only.has_value() ? &*only : nullptr, before, size + 1));
    const size_t count = std::min(changes.size(), static_cast<size_t>(size));
    for (size_t i = 0; i < count; ++i) *response->add_changes() = ToProto(changes[i]);
    if (changes.size() > count) {
      response->set_next_page_token(
          MakePageToken(absl::StrCat(changes[count - 1].sequence), query));
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::ExportCatalog(grpc::CallbackServerContext* context,
                                                            const v1::ExportCatalogRequest*,
                                                            v1::ExportCatalogResponse* response) {
  return gate_->Administer(context, "ExportCatalog", [=, this](auto&) -> absl::Status {
    *response->mutable_catalog() = ToProto(catalog_->Export());
    return absl::OkStatus();
  });
}

}  // namespace glutwatch::rpc

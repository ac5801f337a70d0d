#include "server/rpc/catalog_service.h"

#include <google/protobuf/util/field_mask_util.h>

#include <algorithm>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/rpc/log.h"
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

}  // namespace

absl::Status CatalogServiceImpl::Put(const security::Principal& principal, absl::string_view name,
                                     absl::string_view region,
                                     const catalog::Resources& resources) const {
  GLUTWATCH_RETURN_IF_ERROR(
      security::Authorize(principal, security::Action::kEditCatalog, region, *catalog_));
  GLUTWATCH_ASSIGN_OR_RETURN(const int changed, catalog_->Put(resources));
  spdlog::info("catalog put name={} changed={} by={}", LogText(name), changed,
               LogText(principal.id));
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* CatalogServiceImpl::GetRegion(grpc::CallbackServerContext* context,
                                                        const v1::GetRegionRequest* request,
                                                        v1::GetRegionResponse* response) {
  return gate_->Answer(context, "GetRegion", [&](const auto&) -> absl::Status {
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
  return gate_->Answer(context, "ListRegions", [&](const auto&) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string within,
                               OptionalId(request->parent(), "regions", "parent"));
    return Page(
        *request, within, response,
        [&](absl::string_view after, int n) { return catalog_->ListRegions(within, after, n); },
        [](const catalog::Region& region) { return region.code; },
        [&](v1::Region region) { *response->add_regions() = std::move(region); });
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::PutRegion(grpc::CallbackServerContext* context,
                                                        const v1::PutRegionRequest* request,
                                                        v1::PutRegionResponse* response) {
  return gate_->Answer(context, "PutRegion", [&](const auto& principal) -> absl::Status {
    catalog::Resources resources;
    GLUTWATCH_ASSIGN_OR_RETURN(auto region, FromProto(request->region(), "region"));
    const std::string scope = region.parent;
    const std::string code = region.code;
    resources.regions.push_back(std::move(region));
    GLUTWATCH_RETURN_IF_ERROR(Put(principal, request->region().name(), scope, resources));
    *response->mutable_region() = ToProto(*catalog_->FindRegion(code));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::GetMarket(grpc::CallbackServerContext* context,
                                                        const v1::GetMarketRequest* request,
                                                        v1::GetMarketResponse* response) {
  return gate_->Answer(context, "GetMarket", [&](const auto&) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string id, IdOf(request->name(), "markets", "name"));
    const auto market = catalog_->FindMarket(id);
    GLUTWATCH_RETURN_IF_ERROR(FoundOr(market, request->name()));
    *response->mutable_market() = ToProto(*market);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::ListMarkets(grpc::CallbackServerContext* context,
                                                          const v1::ListMarketsRequest* request,
                                                          v1::ListMarketsResponse* response) {
  return gate_->Answer(context, "ListMarkets", [&](const auto&) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string within,
                               OptionalId(request->region(), "regions", "region"));
    return Page(
        *request, within, response,
        [&](absl::string_view after, int n) { return catalog_->ListMarkets(within, after, n); },
        [](const catalog::Market& market) { return market.id; },
        [&](v1::Market market) { *response->add_markets() = std::move(market); });
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::PutMarket(grpc::CallbackServerContext* context,
                                                        const v1::PutMarketRequest* request,
                                                        v1::PutMarketResponse* response) {
  return gate_->Answer(context, "PutMarket", [&](const auto& principal) -> absl::Status {
    catalog::Resources resources;
    GLUTWATCH_ASSIGN_OR_RETURN(auto market, FromProto(request->market(), "market"));
    const std::string scope = market.region;
    const std::string id = market.id;
    resources.markets.push_back(std::move(market));
    GLUTWATCH_RETURN_IF_ERROR(Put(principal, request->market().name(), scope, resources));
    *response->mutable_market() = ToProto(*catalog_->FindMarket(id));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::GetProduct(grpc::CallbackServerContext* context,
                                                         const v1::GetProductRequest* request,
                                                         v1::GetProductResponse* response) {
  return gate_->Answer(context, "GetProduct", [&](const auto&) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string id, IdOf(request->name(), "products", "name"));
    const auto product = catalog_->FindProduct(id);
    GLUTWATCH_RETURN_IF_ERROR(FoundOr(product, request->name()));
    *response->mutable_product() = ToProto(*product);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::ListProducts(grpc::CallbackServerContext* context,
                                                           const v1::ListProductsRequest* request,
                                                           v1::ListProductsResponse* response) {
  return gate_->Answer(context, "ListProducts", [&](const auto&) -> absl::Status {
    return Page(
        *request, request->category(), response,
        [&](absl::string_view after, int n) {
          return catalog_->ListProducts(request->category(), after, n);
        },
        [](const catalog::Product& product) { return product.id; },
        [&](v1::Product product) { *response->add_products() = std::move(product); });
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::PutProduct(grpc::CallbackServerContext* context,
                                                         const v1::PutProductRequest* request,
                                                         v1::PutProductResponse* response) {
  return gate_->Answer(context, "PutProduct", [&](const auto& principal) -> absl::Status {
    using google::protobuf::util::FieldMaskUtil;
    v1::Product wanted = request->product();
    const auto& mask = request->update_mask();
    const bool whole = mask.paths_size() == 0 || (mask.paths_size() == 1 && mask.paths(0) == "*");
    if (!whole) {
      if (!FieldMaskUtil::IsValidFieldMask<v1::Product>(mask)) {
        return absl::InvalidArgumentError(
            absl::StrCat("update_mask: \"", FieldMaskUtil::ToString(mask),
                         "\" names a field that a product does not have"));
      }
      GLUTWATCH_ASSIGN_OR_RETURN(const std::string id,
                                 IdOf(wanted.name(), "products", "product.name"));
      const auto known = catalog_->FindProduct(id);
      GLUTWATCH_RETURN_IF_ERROR(FoundOr(known, wanted.name()));
      v1::Product merged = ToProto(*known);
      FieldMaskUtil::MergeOptions options;
      options.set_replace_message_fields(true);
      options.set_replace_repeated_fields(true);
      FieldMaskUtil::MergeMessageTo(wanted, mask, options, &merged);
      merged.set_name("products/" + known->id);
      wanted = std::move(merged);
    }
    catalog::Resources resources;
    GLUTWATCH_ASSIGN_OR_RETURN(auto product, FromProto(wanted, "product"));
    const std::string id = product.id;
    resources.products.push_back(std::move(product));
    GLUTWATCH_RETURN_IF_ERROR(Put(principal, request->product().name(), "", resources));
    *response->mutable_product() = ToProto(*catalog_->FindProduct(id));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::ListUnits(grpc::CallbackServerContext* context,
                                                        const v1::ListUnitsRequest* request,
                                                        v1::ListUnitsResponse* response) {
  return gate_->Answer(context, "ListUnits", [&](const auto&) -> absl::Status {
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
  return gate_->Answer(context, "ListSeries", [&](const auto&) -> absl::Status {
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

grpc::ServerUnaryReactor* CatalogServiceImpl::ExportCatalog(grpc::CallbackServerContext* context,
                                                            const v1::ExportCatalogRequest*,
                                                            v1::ExportCatalogResponse* response) {
  return gate_->Answer(context, "ExportCatalog", [&](const auto&) -> absl::Status {
    *response->mutable_catalog() = ToProto(catalog_->Export());
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::ImportCatalog(grpc::CallbackServerContext* context,
                                                            const v1::ImportCatalogRequest* request,
                                                            v1::ImportCatalogResponse* response) {
  return gate_->Answer(context, "ImportCatalog", [&](const auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(
        security::Authorize(principal, security::Action::kEditCatalog, "", *catalog_));
    GLUTWATCH_ASSIGN_OR_RETURN(const catalog::Resources resources, FromProto(request->catalog()));
    GLUTWATCH_ASSIGN_OR_RETURN(const int changed,
                               catalog_->Put(resources, request->validate_only()));
    response->set_changed_count(changed);
    if (!request->validate_only()) {
      spdlog::info("catalog import changed={} by={}", changed, LogText(principal.id));
    }
    return absl::OkStatus();
  });
}

}  // namespace glutwatch::rpc

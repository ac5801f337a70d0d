#include <google/protobuf/util/field_mask_util.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/rpc/catalog_service.h"
#include "server/rpc/log.h"
#include "server/rpc/translate_catalog.h"

// What changes the catalog; what only reads it is in catalog_service.cc.
namespace glutwatch::rpc {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::util::FieldMaskUtil;

bool IsWhole(const FieldMask& mask) {
  return mask.paths_size() == 0 || (mask.paths_size() == 1 && mask.paths(0) == "*");
}

// `known` with the masked fields of `wanted`. INVALID_ARGUMENT names a field that there is not.
template <typename Proto>
absl::StatusOr<Proto> Masked(const FieldMask& mask, const Proto& wanted, Proto known) {
  if (!FieldMaskUtil::IsValidFieldMask<Proto>(mask)) {
    return absl::InvalidArgumentError(absl::StrCat("update_mask: \"", FieldMaskUtil::ToString(mask),
                                                   "\" names a field that a ",
                                                   Proto::descriptor()->name(), " does not have"));
  }
  FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  // Merging skips what the source does not have; a field that the mask names is cleared then.
  for (const std::string& path : mask.paths()) {
    const auto* field = Proto::descriptor()->FindFieldByName(path);
    if (field != nullptr) known.GetReflection()->ClearField(&known, field);
  }
  FieldMaskUtil::MergeMessageTo(wanted, mask, options, &known);
  return known;
}

absl::Status NoSuch(absl::string_view name) {
  return absl::NotFoundError(absl::StrCat("no ", name));
}

catalog::Edit EditOf(const security::Principal& principal, absl::string_view note,
                     bool validate_only = false) {
  return {.author = principal.id, .note = std::string(note), .validate_only = validate_only};
}

}  // namespace

absl::Status CatalogServiceImpl::Put(const security::Principal& principal, absl::string_view name,
                                     absl::string_view region, const catalog::Resources& resources,
                                     absl::string_view note) const {
  GLUTWATCH_RETURN_IF_ERROR(
      security::Authorize(principal, security::Action::kEditCatalog, region, *catalog_));
  GLUTWATCH_ASSIGN_OR_RETURN(const int changed, catalog_->Put(resources, EditOf(principal, note)));
  spdlog::info("catalog put name={} changed={} by={}", LogText(name), changed,
               LogText(principal.id));
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* CatalogServiceImpl::PutRegion(grpc::CallbackServerContext* context,
                                                        const v1::PutRegionRequest* request,
                                                        v1::PutRegionResponse* response) {
  return gate_->Administer(context, "PutRegion", [=, this](auto& principal) -> absl::Status {
    catalog::Resources resources;
    GLUTWATCH_ASSIGN_OR_RETURN(auto region, FromProto(request->region(), "region"));
    const std::string scope = region.parent;
    const std::string code = region.code;
    resources.regions.push_back(std::move(region));
    GLUTWATCH_RETURN_IF_ERROR(
        Put(principal, request->region().name(), scope, resources, request->note()));
    *response->mutable_region() = ToProto(*catalog_->FindRegion(code));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::PutMarket(grpc::CallbackServerContext* context,
                                                        const v1::PutMarketRequest* request,
                                                        v1::PutMarketResponse* response) {
  return gate_->Administer(context, "PutMarket", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string id,
                               IdOf(request->market().name(), "markets", "market.name"));
    const auto known = catalog_->GetMarket(id);
    v1::Market wanted = request->market();
    if (!IsWhole(request->update_mask())) {
      if (known == nullptr) return NoSuch(wanted.name());
      GLUTWATCH_ASSIGN_OR_RETURN(wanted, Masked(request->update_mask(), wanted, ToProto(*known)));
      wanted.set_name("markets/" + id);
    }
    wanted.clear_merged_into();
    wanted.clear_merge_time();
    catalog::Resources resources;
    GLUTWATCH_ASSIGN_OR_RETURN(auto market, FromProto(wanted, "market"));
    const std::string scope = market.region;
    if (known != nullptr && known->region != scope) {  // out of one region, into another
      GLUTWATCH_RETURN_IF_ERROR(
          security::Authorize(principal, security::Action::kEditCatalog, known->region, *catalog_));
    }
    resources.markets.push_back(std::move(market));
    GLUTWATCH_RETURN_IF_ERROR(
        Put(principal, request->market().name(), scope, resources, request->note()));
    *response->mutable_market() = ToProto(*catalog_->GetMarket(id));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::PutProduct(grpc::CallbackServerContext* context,
                                                         const v1::PutProductRequest* request,
                                                         v1::PutProductResponse* response) {
  return gate_->Administer(context, "PutProduct", [=, this](auto& principal) -> absl::Status {
    v1::Product wanted = request->product();
    if (!IsWhole(request->update_mask())) {
      GLUTWATCH_ASSIGN_OR_RETURN(const std::string id,
                                 IdOf(wanted.name(), "products", "product.name"));
      const auto known = catalog_->FindProduct(id);
      if (known == nullptr) return NoSuch(wanted.name());
      GLUTWATCH_ASSIGN_OR_RETURN(wanted, Masked(request->update_mask(), wanted, ToProto(*known)));
      wanted.set_name("products/" + known->id);
    }
    wanted.clear_merged_into();
    wanted.clear_merge_time();
    catalog::Resources resources;
    GLUTWATCH_ASSIGN_OR_RETURN(auto product, FromProto(wanted, "product"));
    const std::string id = product.id;
    resources.products.push_back(std::move(product));
    GLUTWATCH_RETURN_IF_ERROR(
        Put(principal, request->product().name(), "", resources, request->note()));
    *response->mutable_product() = ToProto(*catalog_->GetProduct(id));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::MergeMarket(grpc::CallbackServerContext* context,
                                                          const v1::MergeMarketRequest* request,
                                                          v1::MergeMarketResponse* response) {
  return gate_->Administer(context, "MergeMarket", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string from, IdOf(request->name(), "markets", "name"));
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string into, IdOf(request->into(), "markets", "into"));
    for (const std::string& id : {from, into}) {
      const auto market = catalog_->GetMarket(id);
      if (market == nullptr) return NoSuch("markets/" + id);
      GLUTWATCH_RETURN_IF_ERROR(security::Authorize(principal, security::Action::kEditCatalog,
                                                    market->region, *catalog_));
    }
    GLUTWATCH_ASSIGN_OR_RETURN(
        const bool merged,
        catalog_->MergeMarket(from, into,
                              EditOf(principal, request->note(), request->validate_only())));
    if (!request->validate_only()) {
      spdlog::info("catalog merge market={} into={} new={} by={}", LogText(from), LogText(into),
                   merged, LogText(principal.id));
      GLUTWATCH_ASSIGN_OR_RETURN(*response->mutable_result(),
                                 finish_merge_(*catalog_->GetMarket(from)));
    }
    *response->mutable_market() = ToProto(*catalog_->GetMarket(into));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::MergeProduct(grpc::CallbackServerContext* context,
                                                           const v1::MergeProductRequest* request,
                                                           v1::MergeProductResponse* response) {
  return gate_->Administer(context, "MergeProduct", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string from, IdOf(request->name(), "products", "name"));
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string into, IdOf(request->into(), "products", "into"));
    GLUTWATCH_RETURN_IF_ERROR(
        security::Authorize(principal, security::Action::kEditCatalog, "", *catalog_));
    GLUTWATCH_ASSIGN_OR_RETURN(
        const bool merged,
        catalog_->MergeProduct(from, into,
                               EditOf(principal, request->note(), request->validate_only())));
    if (!request->validate_only()) {
      spdlog::info("catalog merge product={} into={} new={} by={}", LogText(from), LogText(into),
                   merged, LogText(principal.id));
      GLUTWATCH_ASSIGN_OR_RETURN(*response->mutable_result(),
                                 finish_merge_(*catalog_->GetProduct(from)));
    }
    *response->mutable_product() = ToProto(*catalog_->GetProduct(into));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogServiceImpl::ImportCatalog(grpc::CallbackServerContext* context,
                                                            const v1::ImportCatalogRequest* request,
                                                            v1::ImportCatalogResponse* response) {
  return gate_->Administer(context, "ImportCatalog", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(
        security::Authorize(principal, security::Action::kEditCatalog, "", *catalog_));
    GLUTWATCH_ASSIGN_OR_RETURN(const catalog::Resources resources, FromProto(request->catalog()));
    GLUTWATCH_ASSIGN_OR_RETURN(
        const int changed,
        catalog_->Put(resources, EditOf(principal, "import", request->validate_only())));
    response->set_changed_count(changed);
    if (request->validate_only()) return absl::OkStatus();
    spdlog::info("catalog import changed={} by={}", changed, LogText(principal.id));
    for (const catalog::Market& market : resources.markets) {
      if (market.standing.is_merged()) GLUTWATCH_RETURN_IF_ERROR(finish_merge_(market).status());
    }
    for (const catalog::Product& product : resources.products) {
      if (product.standing.is_merged()) GLUTWATCH_RETURN_IF_ERROR(finish_merge_(product).status());
    }
    return absl::OkStatus();
  });
}

}  // namespace glutwatch::rpc

#pragma once
#include <google/protobuf/message.h>

#include <string>

#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/context.h"
#include "glutwatch/v1/catalog.grpc.pb.h"

namespace glutwatch::client {

namespace v1 = ::glutwatch::v1;

// How a kind of resource is read and written.
struct RegionCalls {
  using Resource = v1::Region;
  static absl::StatusOr<Resource> Get(Context* context, const std::string& name) {
    v1::GetRegionRequest request;
    request.set_name(name);
    GLUTWATCH_ASSIGN_OR_RETURN(
        const auto got, Call(*v1::CatalogService::NewStub(context->channel()),
                             &v1::CatalogService::Stub::GetRegion, request, context->timeout));
    return got.region();
  }
  static absl::StatusOr<Resource> Put(Context* context, const Resource& region,
                                      const std::string& note) {
    v1::PutRegionRequest request;
    *request.mutable_region() = region;
    request.set_note(note);
    GLUTWATCH_ASSIGN_OR_RETURN(
        const auto put, Call(*v1::CatalogService::NewStub(context->channel()),
                             &v1::CatalogService::Stub::PutRegion, request, context->timeout));
    return put.region();
  }
};

struct MarketCalls {
  using Resource = v1::Market;
  static absl::StatusOr<Resource> Get(Context* context, const std::string& name) {
    v1::GetMarketRequest request;
    request.set_name(name);
    GLUTWATCH_ASSIGN_OR_RETURN(
        const auto got, Call(*v1::CatalogService::NewStub(context->channel()),
                             &v1::CatalogService::Stub::GetMarket, request, context->timeout));
    return got.market();
  }
  static absl::StatusOr<Resource> Put(Context* context, const Resource& market,
                                      const std::string& note) {
    v1::PutMarketRequest request;
    *request.mutable_market() = market;
    request.set_note(note);
    GLUTWATCH_ASSIGN_OR_RETURN(
        const auto put, Call(*v1::CatalogService::NewStub(context->channel()),
                             &v1::CatalogService::Stub::PutMarket, request, context->timeout));
    return put.market();
  }
};

struct ProductCalls {
  using Resource = v1::Product;
  static absl::StatusOr<Resource> Get(Context* context, const std::string& name) {
    v1::GetProductRequest request;
    request.set_name(name);
    GLUTWATCH_ASSIGN_OR_RETURN(
        const auto got, Call(*v1::CatalogService::NewStub(context->channel()),
                             &v1::CatalogService::Stub::GetProduct, request, context->timeout));
    return got.product();
  }
  static absl::StatusOr<Resource> Put(Context* context, const Resource& product,
                                      const std::string& note) {
    v1::PutProductRequest request;
    *request.mutable_product() = product;
    request.set_note(note);
    GLUTWATCH_ASSIGN_OR_RETURN(
        const auto put, Call(*v1::CatalogService::NewStub(context->channel()),
                             &v1::CatalogService::Stub::PutProduct, request, context->timeout));
    return put.product();
  }
};

// A resource that was changed: the text for people, itself for programs.
inline void ShowChanged(Context* context, const google::protobuf::Message& resource,
                        const std::string& text) {
  if (context->format != Format::kTable) {
    context->ShowJson(resource, context->format == Format::kJson);
  } else if (!context->quiet) {
    context->out() << text << "\n";
  }
}

}  // namespace glutwatch::client

#pragma once
#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "glutwatch/v1/catalog.grpc.pb.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/rpc/call.h"

namespace glutwatch::rpc {

// Brings the prices and reports of a market or product that the catalog says is merged to what took
// its place. Called after the merge is durable; may be called again. Thread-safe.
using FinishMerge = std::function<absl::StatusOr<v1::MergeResult>(const catalog::Resource& merged)>;

// CatalogService over the catalog room. Thread-safe. Arguments outlive it.
class CatalogServiceImpl final : public v1::CatalogService::CallbackService {
 public:
  CatalogServiceImpl(catalog::Catalog* catalog, const catalog::SeriesRegistry* registry,
                     FinishMerge finish_merge, const CallGate* gate)
      : catalog_(catalog),
        registry_(registry),
        finish_merge_(std::move(finish_merge)),
        gate_(gate) {}

  grpc::ServerUnaryReactor* GetRegion(grpc::CallbackServerContext* context,
                                      const v1::GetRegionRequest* request,
                                      v1::GetRegionResponse* response) override;
  grpc::ServerUnaryReactor* ListRegions(grpc::CallbackServerContext* context,
                                        const v1::ListRegionsRequest* request,
                                        v1::ListRegionsResponse* response) override;
  grpc::ServerUnaryReactor* PutRegion(grpc::CallbackServerContext* context,
                                      const v1::PutRegionRequest* request,
                                      v1::PutRegionResponse* response) override;
  grpc::ServerUnaryReactor* GetMarket(grpc::CallbackServerContext* context,
                                      const v1::GetMarketRequest* request,
                                      v1::GetMarketResponse* response) override;
  grpc::ServerUnaryReactor* ListMarkets(grpc::CallbackServerContext* context,
                                        const v1::ListMarketsRequest* request,
                                        v1::ListMarketsResponse* response) override;
  grpc::ServerUnaryReactor* PutMarket(grpc::CallbackServerContext* context,
                                      const v1::PutMarketRequest* request,
                                      v1::PutMarketResponse* response) override;
  grpc::ServerUnaryReactor* MergeMarket(grpc::CallbackServerContext* context,
                                        const v1::MergeMarketRequest* request,
                                        v1::MergeMarketResponse* response) override;
  grpc::ServerUnaryReactor* GetProduct(grpc::CallbackServerContext* context,
                                       const v1::GetProductRequest* request,
                                       v1::GetProductResponse* response) override;
  grpc::ServerUnaryReactor* ListProducts(grpc::CallbackServerContext* context,
                                         const v1::ListProductsRequest* request,
                                         v1::ListProductsResponse* response) override;
  grpc::ServerUnaryReactor* PutProduct(grpc::CallbackServerContext* context,
                                       const v1::PutProductRequest* request,
                                       v1::PutProductResponse* response) override;
  grpc::ServerUnaryReactor* MergeProduct(grpc::CallbackServerContext* context,
                                         const v1::MergeProductRequest* request,
                                         v1::MergeProductResponse* response) override;
  grpc::ServerUnaryReactor* ListCatalogChanges(grpc::CallbackServerContext* context,
                                               const v1::ListCatalogChangesRequest* request,
                                               v1::ListCatalogChangesResponse* response) override;
  grpc::ServerUnaryReactor* ListUnits(grpc::CallbackServerContext* context,
                                      const v1::ListUnitsRequest* request,
                                      v1::ListUnitsResponse* response) override;
  grpc::ServerUnaryReactor* ListSeries(grpc::CallbackServerContext* context,
                                       const v1::ListSeriesRequest* request,
                                       v1::ListSeriesResponse* response) override;
  grpc::ServerUnaryReactor* ExportCatalog(grpc::CallbackServerContext* context,
                                          const v1::ExportCatalogRequest* request,
                                          v1::ExportCatalogResponse* response) override;
  grpc::ServerUnaryReactor* ImportCatalog(grpc::CallbackServerContext* context,
                                          const v1::ImportCatalogRequest* request,
                                          v1::ImportCatalogResponse* response) override;

 private:
  // Puts one resource on behalf of `principal`, who must be allowed to edit in `region`.
  absl::Status Put(const security::Principal& principal, absl::string_view name,
                   absl::string_view region, const catalog::Resources& resources,
                   absl::string_view note) const;

  catalog::Catalog* const catalog_;
  const catalog::SeriesRegistry* const registry_;
  const FinishMerge finish_merge_;
  const CallGate* const gate_;
};

}  // namespace glutwatch::rpc

#pragma once
#include "base/clock.h"
#include "glutwatch/v1/health.grpc.pb.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/observe/health_reader.h"
#include "server/rpc/call.h"
#include "server/storage/commit_log.h"
#include "server/storage/price_store.h"

namespace glutwatch::rpc {

// DataHealthService over the observe room and the store. Thread-safe. What `rooms` points to
// outlives it.
class DataHealthServiceImpl final : public v1::DataHealthService::CallbackService {
 public:
  struct Rooms {
    const catalog::Catalog* catalog = nullptr;
    const catalog::SeriesRegistry* registry = nullptr;
    storage::PriceStore* store = nullptr;
    const storage::CommitLog* commits = nullptr;
    const observe::HealthReader* health = nullptr;
    const Clock* clock = nullptr;
  };
  DataHealthServiceImpl(const Rooms& rooms, const CallGate* gate) : rooms_(rooms), gate_(gate) {}

  grpc::ServerUnaryReactor* ListMarketHealth(grpc::CallbackServerContext* context,
                                             const v1::ListMarketHealthRequest* request,
                                             v1::ListMarketHealthResponse* response) override;
  grpc::ServerUnaryReactor* GetRegionHealth(grpc::CallbackServerContext* context,
                                            const v1::GetRegionHealthRequest* request,
                                            v1::GetRegionHealthResponse* response) override;
  grpc::ServerUnaryReactor* GetSeriesHealth(grpc::CallbackServerContext* context,
                                            const v1::GetSeriesHealthRequest* request,
                                            v1::GetSeriesHealthResponse* response) override;
  grpc::ServerUnaryReactor* ListSourceDays(grpc::CallbackServerContext* context,
                                           const v1::ListSourceDaysRequest* request,
                                           v1::ListSourceDaysResponse* response) override;
  // data_review_service.cc
  grpc::ServerUnaryReactor* ListCorrections(grpc::CallbackServerContext* context,
                                            const v1::ListCorrectionsRequest* request,
                                            v1::ListCorrectionsResponse* response) override;
  grpc::ServerUnaryReactor* ListSuspicious(grpc::CallbackServerContext* context,
                                           const v1::ListSuspiciousRequest* request,
                                           v1::ListSuspiciousResponse* response) override;
  grpc::ServerUnaryReactor* ReviewObservation(grpc::CallbackServerContext* context,
                                              const v1::ReviewObservationRequest* request,
                                              v1::ReviewObservationResponse* response) override;

 private:
  // Of one market on the request's day, or on the market's today if the request names none.
  template <typename Request>
  absl::StatusOr<observe::MarketHealth> HealthOf(const catalog::Market& market,
                                                 const Request& request) const;
  // "" or the code of a region that exists.
  absl::StatusOr<std::string> RegionOf(absl::string_view name) const;
  absl::Status FillSourceDays(const v1::ListSourceDaysRequest& request,
                              v1::ListSourceDaysResponse* response) const;

  const Rooms rooms_;
  const CallGate* const gate_;
};

}  // namespace glutwatch::rpc

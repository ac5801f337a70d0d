#pragma once
#include "glutwatch/v1/observe.grpc.pb.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/observe/intake.h"
#include "server/rpc/call.h"
#include "server/rpc/push_stream.h"
#include "server/storage/price_store.h"

namespace glutwatch::rpc {

// ObservationService over the observe room and the store. Thread-safe. Arguments outlive it.
class ObservationServiceImpl final : public v1::ObservationService::CallbackService {
 public:
  ObservationServiceImpl(observe::Intake* intake, const storage::PriceStore* store,
                         const catalog::Catalog* catalog, const catalog::SeriesRegistry* registry,
                         const CallGate* gate)
      : intake_(intake), store_(store), catalog_(catalog), registry_(registry), gate_(gate) {}

  grpc::ServerBidiReactor<v1::PushObservationsRequest, v1::PushObservationsResponse>*
  PushObservations(grpc::CallbackServerContext* context) override {
    return BeginPush(intake_, gate_->PrincipalOf(*context), &drain_);
  }
  grpc::ServerWriteReactor<v1::QueryObservationsResponse>* QueryObservations(
      grpc::CallbackServerContext* context, const v1::QueryObservationsRequest* request) override;
  grpc::ServerUnaryReactor* LatestPrices(grpc::CallbackServerContext* context,
                                         const v1::LatestPricesRequest* request,
                                         v1::LatestPricesResponse* response) override;

  // Push streams end with UNAVAILABLE once what they have taken is answered.
  void Drain() { drain_.Begin(); }

 private:
  observe::Intake* const intake_;
  const storage::PriceStore* const store_;
  const catalog::Catalog* const catalog_;
  const catalog::SeriesRegistry* const registry_;
  const CallGate* const gate_;
  PushDrain drain_;
};

}  // namespace glutwatch::rpc

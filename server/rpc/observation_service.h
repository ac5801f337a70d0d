#pragma once
#include "glutwatch/v1/observe.grpc.pb.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/observe/intake.h"
#include "server/rpc/call.h"
#include "server/rpc/price_aggregation.h"
#include "server/rpc/price_watch.h"
#include "server/rpc/push_stream.h"
#include "server/storage/price_store.h"

namespace glutwatch::rpc {

// ObservationService over the observe room and the store. Thread-safe. Arguments outlive it.
class ObservationServiceImpl final : public v1::ObservationService::CallbackService {
 public:
  ObservationServiceImpl(observe::Intake* intake, const storage::PriceStore* store,
                         const catalog::Catalog* catalog, const catalog::SeriesRegistry* registry,
                         PushStreams* pushes, PriceWatch* watch, const CallGate* gate)
      : intake_(intake),
        store_(store),
        catalog_(catalog),
        registry_(registry),
        pushes_(pushes),
        watch_(watch),
        gate_(gate) {}

  grpc::ServerBidiReactor<v1::PushObservationsRequest, v1::PushObservationsResponse>*
  PushObservations(grpc::CallbackServerContext* context) override {
    return pushes_->Begin(intake_, gate_->PrincipalOf(*context));
  }
  grpc::ServerWriteReactor<v1::QueryObservationsResponse>* QueryObservations(
      grpc::CallbackServerContext* context, const v1::QueryObservationsRequest* request) override;
  grpc::ServerUnaryReactor* LatestPrices(grpc::CallbackServerContext* context,
                                         const v1::LatestPricesRequest* request,
                                         v1::LatestPricesResponse* response) override;
  grpc::ServerWriteReactor<v1::AggregateObservationsResponse>* AggregateObservations(
      grpc::CallbackServerContext* context,
      const v1::AggregateObservationsRequest* request) override {
    return AggregatePrices({store_, catalog_, registry_}, *gate_, context, *request);
  }
  grpc::ServerWriteReactor<v1::WatchPricesResponse>* WatchPrices(
      grpc::CallbackServerContext* context, const v1::WatchPricesRequest* request) override {
    return watch_->Begin(gate_->PrincipalOf(*context), *request);
  }

 private:
  observe::Intake* const intake_;
  const storage::PriceStore* const store_;
  const catalog::Catalog* const catalog_;
  const catalog::SeriesRegistry* const registry_;
  PushStreams* const pushes_;
  PriceWatch* const watch_;
  const CallGate* const gate_;
};

}  // namespace glutwatch::rpc

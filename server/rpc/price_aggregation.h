#pragma once
#include "glutwatch/v1/observe.grpc.pb.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/rpc/call.h"
#include "server/storage/price_store.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

// The rooms that an aggregation reads; they outlive it.
struct AggregationRooms {
  const storage::PriceStore* store;
  const catalog::Catalog* catalog;
  const catalog::SeriesRegistry* registry;
};

// Answers AggregateObservations, one frame ahead of the wire. Reads nothing more once the client
// has gone or its deadline is past. The reactor deletes itself when it is done.
grpc::ServerWriteReactor<v1::AggregateObservationsResponse>* AggregatePrices(
    const AggregationRooms& rooms, const CallGate& gate, grpc::CallbackServerContext* context,
    const v1::AggregateObservationsRequest& request);

}  // namespace glutwatch::rpc

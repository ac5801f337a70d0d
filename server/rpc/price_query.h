#pragma once
#include <grpcpp/support/server_callback.h>

#include <vector>

#include "absl/status/statusor.h"
#include "glutwatch/v1/observe.pb.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/rpc/call.h"
#include "server/storage/price_store.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

// The series that a read is about, as of `as_of_us`; ascending.
//
// Errors: INVALID_ARGUMENT names the field, or says that more than 10,000 series match; NOT_FOUND
// if none does.
absl::StatusOr<std::vector<catalog::SeriesId>> SelectForRead(
    const v1::SeriesSelection& selection, int64_t as_of_us,
    const catalog::SeriesRegistry& registry);

// Serves one QueryObservations: reads a response's worth of rows when the one before is written.
// Deletes itself. Arguments outlive it.
grpc::ServerWriteReactor<v1::QueryObservationsResponse>* BeginPriceQuery(
    const storage::PriceStore* store, const catalog::Catalog* catalog,
    const catalog::SeriesRegistry* registry, const CallGate* gate,
    grpc::CallbackServerContext* context, const v1::QueryObservationsRequest& request);

}  // namespace glutwatch::rpc

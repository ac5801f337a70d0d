#include "server/rpc/observation_service.h"

#include "base/decimal.h"
#include "base/status_macros.h"
#include "server/observe/latest_price.h"
#include "server/rpc/price_query.h"
#include "server/rpc/price_view.h"
#include "server/rpc/timestamps.h"
#include "server/rpc/translate_catalog.h"

namespace glutwatch::rpc {

grpc::ServerWriteReactor<v1::QueryObservationsResponse>* ObservationServiceImpl::QueryObservations(
    grpc::CallbackServerContext* context, const v1::QueryObservationsRequest* request) {
  return BeginPriceQuery(store_, catalog_, registry_, gate_, context, *request);
}

grpc::ServerUnaryReactor* ObservationServiceImpl::LatestPrices(
    grpc::CallbackServerContext* context, const v1::LatestPricesRequest* request,
    v1::LatestPricesResponse* response) {
  return gate_->Read(context, "LatestPrices", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, security::Action::kReadPrices));
    const int64_t as_of_us = AsOf(request->has_as_of(), request->as_of());
    GLUTWATCH_ASSIGN_OR_RETURN(const auto ids,
                               SelectForRead(request->selection(), as_of_us, *registry_));
    ViewCache views(catalog_, request->unit_view());
    response->mutable_prices()->Reserve(static_cast<int>(ids.size()));
    for (const catalog::SeriesId id : ids) {
      if (context->IsCancelled()) return absl::CancelledError("nobody waits for the answer");
      GLUTWATCH_ASSIGN_OR_RETURN(const auto tip, observe::TipAsOf(*store_, id, as_of_us));
      if (!tip.has_value()) continue;
      const catalog::Series series = *registry_->Find(id);
      const PriceView& view = views.Of(series);
      v1::LatestPrice* price = response->add_prices();
      *price->mutable_series() = ToProto(series);
      *price->mutable_newest_date() = ToProto(tip->newest_day);
      price->set_price_unit(view.unit);
      if (!tip->newest_price_day.has_value()) continue;
      *price->mutable_price_date() = ToProto(*tip->newest_price_day);
      price->set_modal_price_e4(tip->modal_e4);
      price->set_modal_price(E4ToDouble(tip->modal_e4) * view.factor);
    }
    return absl::OkStatus();
  });
}

}  // namespace glutwatch::rpc

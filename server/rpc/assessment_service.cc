#include "server/rpc/assessment_service.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_warn.h"

namespace glutwatch::rpc {
namespace {

constexpr int kMostHorizonDays = 28;

absl::StatusOr<std::optional<Day>> OptionalDay(bool set, const google::type::Date& date,
                                               absl::string_view field) {
  if (!set) return std::optional<Day>();
  GLUTWATCH_ASSIGN_OR_RETURN(const Day day, FromProto(date, field));
  return std::optional<Day>(day);
}

}  // namespace

grpc::ServerUnaryReactor* AssessmentServiceImpl::GetIndicators(
    grpc::CallbackServerContext* context, const v1::GetIndicatorsRequest* request,
    v1::GetIndicatorsResponse* response) {
  return gate_->Read(context, "GetIndicators", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, security::Action::kReadPrices));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto id, catalog::ParseSeriesName(request->series()));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto day, OptionalDay(request->has_market_date(),
                                                           request->market_date(), "market_date"));
    GLUTWATCH_ASSIGN_OR_RETURN(
        const assess::SeriesDay result,
        assessor_->Series(id, day, AsOf(request->has_as_of(), request->as_of())));
    *response->mutable_series() = ToProto(*registry_->Find(id));
    *response->mutable_indicators() = ToProto(result.indicators);
    response->set_price_unit(result.price_unit);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AssessmentServiceImpl::GetForecast(grpc::CallbackServerContext* context,
                                                             const v1::GetForecastRequest* request,
                                                             v1::GetForecastResponse* response) {
  return gate_->Read(context, "GetForecast", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, security::Action::kReadPrices));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto id, catalog::ParseSeriesName(request->series()));
    if (request->horizon_days() < 0 || request->horizon_days() > kMostHorizonDays) {
      return absl::InvalidArgumentError(absl::StrCat("horizon_days is ", request->horizon_days(),
                                                     ", expected 1..", kMostHorizonDays));
    }
    GLUTWATCH_ASSIGN_OR_RETURN(
        const auto origin,
        OptionalDay(request->has_origin_date(), request->origin_date(), "origin_date"));
    const int horizon = request->horizon_days() == 0 ? kMostHorizonDays : request->horizon_days();
    GLUTWATCH_ASSIGN_OR_RETURN(
        const auto result,
        assessor_->Forecast(id, origin, horizon, AsOf(request->has_as_of(), request->as_of())));
    *response->mutable_series() = ToProto(*registry_->Find(id));
    *response->mutable_origin_date() = ToProto(result.origin);
    response->set_method(result.forecast.method);
    response->set_price_unit(result.price_unit);
    for (const forecast::ForecastPoint& point : result.forecast.points) {
      v1::ForecastPoint* to = response->add_points();
      *to->mutable_market_date() = ToProto(point.day);
      to->set_price(point.median);
      to->set_low80(point.low80);
      to->set_high80(point.high80);
      to->set_low95(point.low95);
      to->set_high95(point.high95);
      if (point.norm.has_value()) to->set_seasonal_norm(*point.norm);
    }
    return absl::OkStatus();
  });
}

}  // namespace glutwatch::rpc

#include "server/rpc/data_health_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "server/observe/source_tally.h"
#include "server/rpc/tokens.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_health.h"

// How complete and late the data is; what corrects it is in data_review_service.cc.
namespace glutwatch::rpc {
namespace {

using security::Action;

constexpr int kUsualMarkets = 100;
constexpr int kMostMarkets = 500;
constexpr int kMostRegionMarkets = 2000;
constexpr int kUsualSourceDays = 1000;
constexpr int kMostSourceDays = 10'000;
constexpr int kUsualTallyDays = 7;
constexpr int kMostTallyDays = 92;
constexpr char kUsualZone[] = "Asia/Shanghai";

// What is merged or retired is expected to report nothing.
bool InUse(const catalog::Market& market) {
  return !market.standing.is_merged() && !market.standing.retired_date.has_value();
}

bool HasGap(const observe::MarketHealth& health) {
  return health.stale || health.state == observe::MarketDayState::kPartial ||
         health.state == observe::MarketDayState::kMissing;
}

absl::Status Gone(const grpc::CallbackServerContext& context) {
  return context.IsCancelled() ? absl::CancelledError("the client went away") : absl::OkStatus();
}

// Newest day first, then by source, with digits of one width.
std::string PlaceOf(const observe::SourceDay& day) {
  return absl::StrFormat("%07d %s", DayNumber(kMaxDay) - DayNumber(day.day), day.source);
}

}  // namespace

template <typename Request>
absl::StatusOr<observe::MarketHealth> DataHealthServiceImpl::HealthOf(
    const catalog::Market& market, const Request& request) const {
  const absl::Time now = rooms_.clock->Now();
  if (request.has_date()) {
    GLUTWATCH_ASSIGN_OR_RETURN(const Day day, FromProto(request.date(), "date"));
    return rooms_.health->Market(market, day, now);
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const absl::TimeZone zone, observe::ZoneOf(market));
  return rooms_.health->Market(market, ToDay(absl::ToCivilDay(now, zone)), now);
}

absl::StatusOr<std::string> DataHealthServiceImpl::RegionOf(absl::string_view name) const {
  if (name.empty()) return "";
  GLUTWATCH_ASSIGN_OR_RETURN(std::string code, IdOf(name, "regions", "region"));
  if (rooms_.catalog->FindRegion(code) == nullptr) {
    return absl::NotFoundError(absl::StrCat("no ", name));
  }
  return code;
}

grpc::ServerUnaryReactor* DataHealthServiceImpl::ListMarketHealth(
    grpc::CallbackServerContext* context, const v1::ListMarketHealthRequest* request,
    v1::ListMarketHealthResponse* response) {
  return gate_->Read(context, "ListMarketHealth", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kReadPrices));
    GLUTWATCH_ASSIGN_OR_RETURN(const int size,
                               PageSize(request->page_size(), kUsualMarkets, kMostMarkets));
    const uint64_t query = QueryHash(*request);
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string after,
                               ReadPageToken(request->page_token(), query));
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string region, RegionOf(request->region()));
    const auto markets = rooms_.catalog->ListMarkets(region, after, size + 1);
    const size_t shown = std::min(markets.size(), static_cast<size_t>(size));
    for (size_t i = 0; i < shown; ++i) {
      if (!InUse(*markets[i])) continue;
      GLUTWATCH_RETURN_IF_ERROR(Gone(*context));
      GLUTWATCH_ASSIGN_OR_RETURN(const auto health, HealthOf(*markets[i], *request));
      if (request->only_gaps() && !HasGap(health)) continue;
      *response->add_markets() = ToProto(health, *markets[i], request->with_missing_series());
      if (!request->with_missing_series()) continue;
      for (const storage::SeriesId missing : health.missing) {
        const auto series = rooms_.registry->Find(missing);
        if (series.has_value()) *response->add_series() = ToProto(*series);
      }
    }
    if (markets.size() > shown) {
      response->set_next_page_token(MakePageToken(markets[shown - 1]->id, query));
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* DataHealthServiceImpl::GetRegionHealth(
    grpc::CallbackServerContext* context, const v1::GetRegionHealthRequest* request,
    v1::GetRegionHealthResponse* response) {
  return gate_->Read(context, "GetRegionHealth", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kReadPrices));
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string region, RegionOf(request->region()));
    const auto markets = rooms_.catalog->ListMarkets(region, "", kMostRegionMarkets + 1);
    if (markets.size() > static_cast<size_t>(kMostRegionMarkets)) {
      return absl::InvalidArgumentError(absl::StrCat("region has more than ", kMostRegionMarkets,
                                                     " markets, expected a smaller one"));
    }
    observe::RegionHealth total;
    for (const auto& market : markets) {
      if (!InUse(*market)) continue;
      GLUTWATCH_RETURN_IF_ERROR(Gone(*context));
      GLUTWATCH_ASSIGN_OR_RETURN(const auto health, HealthOf(*market, *request));
      total.Add(health);
    }
    *response = ToProto(total);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* DataHealthServiceImpl::GetSeriesHealth(
    grpc::CallbackServerContext* context, const v1::GetSeriesHealthRequest* request,
    v1::GetSeriesHealthResponse* response) {
  return gate_->Read(context, "GetSeriesHealth", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kReadPrices));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto id, catalog::ParseSeriesName(request->series()));
    const auto series = rooms_.registry->Find(id);
    const auto market =
        series.has_value() ? rooms_.catalog->GetMarket(series->key.market) : nullptr;
    if (market == nullptr) return absl::NotFoundError(absl::StrCat("no ", request->series()));
    GLUTWATCH_ASSIGN_OR_RETURN(const absl::TimeZone zone, observe::ZoneOf(*market));
    Day day = ToDay(absl::ToCivilDay(rooms_.clock->Now(), zone));
    if (request->has_date()) {
      GLUTWATCH_ASSIGN_OR_RETURN(day, FromProto(request->date(), "date"));
    }
    GLUTWATCH_ASSIGN_OR_RETURN(const auto health, rooms_.health->Series(id, *market, day));
    *response = ToProto(health);
    *response->mutable_series() = ToProto(*series);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* DataHealthServiceImpl::ListSourceDays(
    grpc::CallbackServerContext* context, const v1::ListSourceDaysRequest* request,
    v1::ListSourceDaysResponse* response) {
  return gate_->Read(context, "ListSourceDays", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kReadPrices));
    return FillSourceDays(*request, response);
  });
}

absl::Status DataHealthServiceImpl::FillSourceDays(const v1::ListSourceDaysRequest& request,
                                                   v1::ListSourceDaysResponse* response) const {
  GLUTWATCH_ASSIGN_OR_RETURN(const int size,
                             PageSize(request.page_size(), kUsualSourceDays, kMostSourceDays));
  const uint64_t query = QueryHash(request);
  GLUTWATCH_ASSIGN_OR_RETURN(const std::string after, ReadPageToken(request.page_token(), query));
  const std::string zone_name = request.time_zone().empty() ? kUsualZone : request.time_zone();
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(zone_name, &zone)) {
    return absl::InvalidArgumentError(
        absl::StrCat("time_zone is \"", request.time_zone(), "\", expected an IANA name"));
  }
  Day last = ToDay(absl::ToCivilDay(rooms_.clock->Now(), zone));
  if (request.has_end_date()) {
    GLUTWATCH_ASSIGN_OR_RETURN(last, FromProto(request.end_date(), "end_date"));
  }
  Day first = last - (kUsualTallyDays - 1);
  if (request.has_start_date()) {
    GLUTWATCH_ASSIGN_OR_RETURN(first, FromProto(request.start_date(), "start_date"));
  }
  if (first > last || last - first >= kMostTallyDays) {
    return absl::InvalidArgumentError(absl::StrCat("start_date is ", FormatDay(first),
                                                   ", end_date is ", FormatDay(last),
                                                   ", expected 1 to ", kMostTallyDays, " days"));
  }
  observe::SourceTally tally(zone);
  GLUTWATCH_RETURN_IF_ERROR(
      rooms_.commits->Scan(absl::ToUnixMicros(absl::FromCivil(ToCivil(first), zone)),
                           absl::ToUnixMicros(absl::FromCivil(ToCivil(last + 1), zone)),
                           [&](const storage::CommitRecord& record) {
                             if (request.source().empty() || record.source == request.source())
                               tally.Add(record);
                             return true;
                           }));
  std::string place;
  for (const observe::SourceDay& day : tally.Days()) {
    const std::string here = PlaceOf(day);
    if (here <= after) continue;
    if (response->days_size() == size) {
      response->set_next_page_token(MakePageToken(place, query));
      break;
    }
    *response->add_days() = ToProto(day);
    place = here;
  }
  return absl::OkStatus();
}

}  // namespace glutwatch::rpc

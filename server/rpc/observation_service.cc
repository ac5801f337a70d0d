#include "server/rpc/observation_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/status_macros.h"
#include "server/rpc/price_view.h"
#include "server/rpc/status.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_warn.h"

namespace glutwatch::rpc {
namespace {

constexpr size_t kMaxSeriesPerRead = 10'000;
constexpr size_t kRowsPerBlock = 8192;

absl::StatusOr<std::vector<catalog::SeriesId>> SelectForRead(
    const v1::SeriesSelection& selection, int64_t as_of_us,
    const catalog::SeriesRegistry& registry) {
  GLUTWATCH_ASSIGN_OR_RETURN(auto wanted, FromProto(selection));
  wanted.as_of_us = as_of_us;
  GLUTWATCH_ASSIGN_OR_RETURN(auto ids,
                             registry.Select(wanted, catalog::SeriesId{}, kMaxSeriesPerRead + 1));
  if (ids.empty()) return absl::NotFoundError("no series matches the selection");
  if (ids.size() > kMaxSeriesPerRead) {
    return absl::InvalidArgumentError(
        absl::StrCat("TOO_MANY_SERIES: selection matches more than ", kMaxSeriesPerRead,
                     " series; name markets, products or a smaller region"));
  }
  return ids;
}

// Reads one series after another, one block ahead of the wire. Deletes itself when done.
class QueryReactor final : public grpc::ServerWriteReactor<v1::QueryObservationsResponse> {
 public:
  QueryReactor(const storage::PriceStore* store, const catalog::Catalog* catalog,
               const catalog::SeriesRegistry* registry, const CallGate* gate,
               const security::Principal& principal, v1::QueryObservationsRequest request)
      : store_(store),
        catalog_(catalog),
        registry_(registry),
        gate_(gate),
        principal_(principal),
        request_(std::move(request)) {}

  void Begin() {
    const absl::Status status = Open();
    if (!status.ok()) return End(status);
    Next();
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("the client went away"));
    Next();
  }
  void OnDone() override { delete this; }

 private:
  void End(const absl::Status& status) {
    gate_->Ended("QueryObservations", status.code(), begin_);
    Finish(ToGrpc(status));
  }

  absl::Status Open() {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal_, security::Action::kReadPrices));
    if (request_.has_start_date()) {
      GLUTWATCH_ASSIGN_OR_RETURN(from_, FromProto(request_.start_date(), "start_date"));
    }
    if (request_.has_end_date()) {
      GLUTWATCH_ASSIGN_OR_RETURN(to_, FromProto(request_.end_date(), "end_date"));
    }
    if (from_ > to_) {
      return absl::InvalidArgumentError(
          absl::StrCat("start_date is ", FormatDay(from_), ", after end_date ", FormatDay(to_)));
    }
    if (request_.all_versions() && request_.has_as_of()) {
      return absl::InvalidArgumentError("all_versions and as_of exclude each other");
    }
    as_of_us_ = AsOf(request_.has_as_of(), request_.as_of());
    GLUTWATCH_ASSIGN_OR_RETURN(ids_, SelectForRead(request_.selection(), as_of_us_, *registry_));
    return absl::OkStatus();
  }

  void Next() {
    while (row_ >= versions_.size()) {
      if (next_ == ids_.size()) return End(absl::OkStatus());
      const absl::Status status = ReadSeries(ids_[next_++]);
      if (!status.ok()) return End(status);
    }
    block_.Clear();
    if (row_ == 0) *block_.mutable_series() = ToProto(series_);
    block_.set_price_unit(view_.unit);
    const auto rows = absl::MakeSpan(versions_).subspan(row_, kRowsPerBlock);
    AddRows(rows, view_, *store_, &block_);
    row_ += rows.size();
    StartWrite(&block_);
  }

  absl::Status ReadSeries(catalog::SeriesId id) {
    series_ = *registry_->Find(id);
    view_ = ViewOf(series_, *catalog_, request_.unit_view());
    row_ = 0;
    if (request_.all_versions()) {
      GLUTWATCH_ASSIGN_OR_RETURN(versions_, store_->ReadVersions(id, from_, to_));
      return absl::OkStatus();
    }
    GLUTWATCH_ASSIGN_OR_RETURN(versions_, store_->Read(id, from_, to_, as_of_us_));
    return absl::OkStatus();
  }

  const storage::PriceStore* const store_;
  const catalog::Catalog* const catalog_;
  const catalog::SeriesRegistry* const registry_;
  const CallGate* const gate_;
  const security::Principal& principal_;
  const v1::QueryObservationsRequest request_;
  const absl::Time begin_ = absl::Now();
  Day from_ = kMinDay;
  Day to_ = kMaxDay;
  int64_t as_of_us_ = storage::PriceStore::kNow;
  std::vector<catalog::SeriesId> ids_;
  size_t next_ = 0;
  catalog::Series series_;
  PriceView view_;
  std::vector<storage::Version> versions_;  // of series_
  size_t row_ = 0;                          // the first that is not sent
  v1::QueryObservationsResponse block_;
};

}  // namespace

grpc::ServerWriteReactor<v1::QueryObservationsResponse>* ObservationServiceImpl::QueryObservations(
    grpc::CallbackServerContext* context, const v1::QueryObservationsRequest* request) {
  auto* reactor =
      new QueryReactor(store_, catalog_, registry_, gate_, gate_->PrincipalOf(*context), *request);
  reactor->Begin();
  return reactor;
}

grpc::ServerUnaryReactor* ObservationServiceImpl::LatestPrices(
    grpc::CallbackServerContext* context, const v1::LatestPricesRequest* request,
    v1::LatestPricesResponse* response) {
  return gate_->Answer(context, "LatestPrices", [&](const auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, security::Action::kReadPrices));
    GLUTWATCH_ASSIGN_OR_RETURN(
        const auto ids, SelectForRead(request->selection(), storage::PriceStore::kNow, *registry_));
    for (const catalog::SeriesId id : ids) {
      const auto tip = store_->Tip(id);
      if (!tip.has_value()) continue;
      const catalog::Series series = *registry_->Find(id);
      const PriceView view = ViewOf(series, *catalog_, request->unit_view());
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

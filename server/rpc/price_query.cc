#include "server/rpc/price_query.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/rpc/price_view.h"
#include "server/rpc/status.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_warn.h"

namespace glutwatch::rpc {
namespace {

constexpr char kMethod[] = "QueryObservations";
constexpr size_t kMaxSeriesPerRead = 10'000;
// At most about 1 MiB of a response, and of a block.
constexpr size_t kRowsPerResponse = 16'384;

class PriceQuery final : public grpc::ServerWriteReactor<v1::QueryObservationsResponse> {
 public:
  PriceQuery(const storage::PriceStore* store, const catalog::Catalog* catalog,
             const catalog::SeriesRegistry* registry, const CallGate* gate,
             grpc::CallbackServerContext* context, Admission admission,
             const v1::QueryObservationsRequest& request)
      : store_(store),
        registry_(registry),
        gate_(gate),
        principal_(gate->PrincipalOf(*context)),
        admission_(std::move(admission)),
        request_(request),
        views_(catalog, request.unit_view()) {}

  void Begin() {
    admission_.Work([this] {
      absl::Status status = admission_.StillWanted();  // it may have waited
      if (status.ok()) status = Open();
      if (!status.ok()) return End(status);
      Next();
    });
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("the client went away"));
    admission_.Work([this] { Next(); });
  }
  void OnDone() override { delete this; }

 private:
  void End(const absl::Status& status) {
    admission_.Leave();
    gate_->Ended(kMethod, status.code(), begin_);
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
    GLUTWATCH_ASSIGN_OR_RETURN(columns_, ColumnsOf(request_.columns()));
    const int64_t as_of_us = AsOf(request_.has_as_of(), request_.as_of());
    GLUTWATCH_ASSIGN_OR_RETURN(ids_, SelectForRead(request_.selection(), as_of_us, *registry_));
    // Fixed now, so that what is recorded meanwhile is in all responses or in none.
    limit_us_ = std::min(as_of_us, store_->newest_recorded_us());
    return absl::OkStatus();
  }

  // Fills the next response and writes it.
  void Next() {
    response_.Clear();
    room_ = kRowsPerResponse;
    AddBlock();
    while (room_ > 0 && next_ < ids_.size()) {
      const absl::Status status = request_.all_versions() ? ReadVersions() : ReadColumns();
      if (!status.ok()) return End(status);
    }
    const absl::Status wanted = admission_.StillWanted();
    if (!wanted.ok()) return End(wanted);
    const bool last = next_ == ids_.size() && row_ == rows_.rows();
    if (!last) return StartWrite(&response_);
    if (response_.blocks_size() == 0) return End(absl::OkStatus());
    admission_.Leave();
    gate_->Ended(kMethod, absl::StatusCode::kOk, begin_);
    StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
  }

  // Reads series and adds their blocks until the response is full.
  absl::Status ReadColumns() {
    const absl::Span<const catalog::SeriesId> rest = absl::MakeConstSpan(ids_).subspan(next_);
    return store_->ReadManyColumns(rest, from_, to_, limit_us_, columns_, &rows_,
                                   [this](size_t, const storage::PriceColumns&) {
                                     StartSeries();
                                     return room_ > 0 && admission_.StillWanted().ok();
                                   });
  }
  absl::Status ReadVersions() {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto versions, store_->ReadVersions(ids_[next_], from_, to_));
    storage::SetRows(versions, columns_, &rows_);
    StartSeries();
    if (!admission_.StillWanted().ok()) room_ = 0;
    return absl::OkStatus();
  }

  // The next series' rows are in rows_.
  void StartSeries() {
    series_ = *registry_->Find(ids_[next_++]);
    view_ = &views_.Of(series_);
    row_ = 0;
    AddBlock();
  }

  // Adds what is left of the series, as far as there is room.
  void AddBlock() {
    const size_t count = std::min(room_, rows_.rows() - row_);
    if (count == 0) return;
    v1::PriceBlock* block = response_.add_blocks();
    if (row_ == 0) *block->mutable_series() = ToProto(series_);
    block->set_price_unit(view_->unit);
    AddRows(rows_, row_, count, columns_, *view_, *store_, block);
    row_ += count;
    room_ -= count;
  }

  const storage::PriceStore* const store_;
  const catalog::SeriesRegistry* const registry_;
  const CallGate* const gate_;
  const security::Principal& principal_;
  Admission admission_;
  const v1::QueryObservationsRequest request_;
  ViewCache views_;
  const absl::Time begin_ = absl::Now();
  Day from_ = kMinDay;
  Day to_ = kMaxDay;
  int64_t limit_us_ = storage::PriceStore::kNow;
  storage::ColumnSet columns_ = storage::kAllColumns;
  std::vector<catalog::SeriesId> ids_;
  size_t next_ = 0;
  catalog::Series series_;  // whose rows are in rows_
  const PriceView* view_ = nullptr;
  storage::PriceColumns rows_;
  size_t row_ = 0;   // the first that is not in a response yet
  size_t room_ = 0;  // rows that the response can take
  v1::QueryObservationsResponse response_;
};

}  // namespace

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

grpc::ServerWriteReactor<v1::QueryObservationsResponse>* BeginPriceQuery(
    const storage::PriceStore* store, const catalog::Catalog* catalog,
    const catalog::SeriesRegistry* registry, const CallGate* gate,
    grpc::CallbackServerContext* context, const v1::QueryObservationsRequest& request) {
  auto admitted = gate->Admit(*context, CallClass::kRead, kMethod);
  if (!admitted.ok()) return new RefusedStream<v1::QueryObservationsResponse>(admitted.status());
  auto* query =
      new PriceQuery(store, catalog, registry, gate, context, *std::move(admitted), request);
  query->Begin();
  return query;
}

}  // namespace glutwatch::rpc

#include "server/rpc/price_aggregation.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "server/observe/aggregation.h"
#include "server/rpc/price_view.h"
#include "server/rpc/status.h"
#include "server/rpc/timestamps.h"
#include "server/rpc/translate_catalog.h"

namespace glutwatch::rpc {
namespace {

using observe::AggregatedGroup;
using observe::AggregateFigures;

// A frame is full with so many rows; the names of a group weigh as much as some rows.
constexpr size_t kRowsPerFrame = 8192;
constexpr size_t kRowsPerName = 16;
constexpr char kMethod[] = "AggregateObservations";

absl::Status NotKnown(absl::string_view field, int value, absl::string_view expected) {
  return absl::InvalidArgumentError(absl::StrCat(field, " is ", value, ", expected ", expected));
}

absl::StatusOr<observe::Period> ToPeriod(v1::AggregatePeriod period) {
  if (period == v1::AGGREGATE_PERIOD_UNSPECIFIED || !v1::AggregatePeriod_IsValid(period)) {
    return NotKnown("period", period, "DAY, WEEK, TEN_DAYS, MONTH or YEAR");
  }
  return static_cast<observe::Period>(period);
}

absl::StatusOr<observe::Weighting> ToWeighting(v1::AggregateWeighting weighting) {
  if (!v1::AggregateWeighting_IsValid(weighting)) {
    return NotKnown("weighting", weighting, "PLAIN or VOLUME");
  }
  return weighting == v1::AGGREGATE_WEIGHTING_VOLUME ? observe::Weighting::kVolume
                                                     : observe::Weighting::kPlain;
}

absl::StatusOr<observe::MassUnit> ToMassUnit(v1::UnitView view) {
  switch (view) {
    case v1::UNIT_VIEW_UNSPECIFIED:
    case v1::UNIT_VIEW_PER_KILOGRAM:
      return observe::MassUnit{"kg", 1};
    case v1::UNIT_VIEW_PER_JIN:
      return observe::MassUnit{"jin", 0.5};
    case v1::UNIT_VIEW_PER_QUINTAL:
      return observe::MassUnit{"quintal", 100};
    default:
      return NotKnown("unit_view", view, "PER_KILOGRAM, PER_JIN or PER_QUINTAL");
  }
}

absl::StatusOr<uint8_t> GroupBy(const v1::AggregateObservationsRequest& request) {
  uint8_t group_by = 0;
  for (int i = 0; i < request.group_by_size(); ++i) {
    switch (request.group_by(i)) {
      case v1::AGGREGATE_DIMENSION_REGION:
        group_by |= observe::kByRegion;
        break;
      case v1::AGGREGATE_DIMENSION_PRODUCT:
        group_by |= observe::kByProduct;
        break;
      case v1::AGGREGATE_DIMENSION_CATEGORY:
        group_by |= observe::kByCategory;
        break;
      case v1::AGGREGATE_DIMENSION_MARKET:
        group_by |= observe::kByMarket;
        break;
      default:
        return NotKnown(absl::StrCat("group_by[", i, "]"), request.group_by(i),
                        "REGION, PRODUCT, CATEGORY or MARKET");
    }
  }
  return group_by;
}

// Which figures an answer has besides the counts.
struct Columns {
  bool means = true;
  bool extremes = true;
  bool arrivals = true;
};

absl::StatusOr<Columns> ColumnsOf(const v1::AggregateObservationsRequest& request) {
  if (request.columns_size() == 0) return Columns();
  Columns columns{false, false, false};
  for (int i = 0; i < request.columns_size(); ++i) {
    switch (request.columns(i)) {
      case v1::AGGREGATE_COLUMN_MEAN:
        columns.means = true;
        break;
      case v1::AGGREGATE_COLUMN_EXTREMES:
        columns.extremes = true;
        break;
      case v1::AGGREGATE_COLUMN_ARRIVALS:
        columns.arrivals = true;
        break;
      default:
        return NotKnown(absl::StrCat("columns[", i, "]"), request.columns(i),
                        "MEAN, EXTREMES or ARRIVALS");
    }
  }
  return columns;
}

absl::StatusOr<observe::AggregateQuestion> ToQuestion(
    const v1::AggregateObservationsRequest& request, const Columns& columns) {
  observe::AggregateQuestion question;
  observe::GroupingQuestion& grouping = question.grouping;
  grouping.category = request.category();
  if (grouping.category.empty() || request.selection().ByteSizeLong() > 0) {
    GLUTWATCH_ASSIGN_OR_RETURN(grouping.selection, FromProto(request.selection()));
  }
  grouping.selection.as_of_us = AsOf(request.has_as_of(), request.as_of());
  GLUTWATCH_ASSIGN_OR_RETURN(grouping.group_by, GroupBy(request));
  if (!v1::RegionLevel_IsValid(request.region_level())) {
    return NotKnown("region_level", request.region_level(), "PROVINCE, PREFECTURE or COUNTY");
  }
  grouping.region_level = static_cast<observe::RegionLevel>(request.region_level());
  GLUTWATCH_ASSIGN_OR_RETURN(grouping.mass_unit, ToMassUnit(request.unit_view()));
  if (request.has_start_date()) {
    GLUTWATCH_ASSIGN_OR_RETURN(question.from, FromProto(request.start_date(), "start_date"));
  }
  if (request.has_end_date()) {
    GLUTWATCH_ASSIGN_OR_RETURN(question.to, FromProto(request.end_date(), "end_date"));
  }
  observe::AggregateOptions& options = question.options;
  GLUTWATCH_ASSIGN_OR_RETURN(options.period, ToPeriod(request.period()));
  GLUTWATCH_ASSIGN_OR_RETURN(options.weighting, ToWeighting(request.weighting()));
  options.quantiles.assign(request.quantiles().begin(), request.quantiles().end());
  options.with_arrivals = columns.arrivals;
  options.with_extremes = columns.extremes;
  return question;
}

v1::AggregateGroup NamesOf(const AggregatedGroup& from) {
  v1::AggregateGroup group;
  const observe::AggregateGroup& names = from.group;
  if (!names.region.empty()) group.set_region("regions/" + names.region);
  if (!names.product.empty()) group.set_product("products/" + names.product);
  group.set_category(names.category);
  if (!names.market.empty()) group.set_market("markets/" + names.market);
  group.set_price_unit(names.price_unit);
  group.set_arrivals_unit(names.arrivals_unit);
  group.set_series_count(names.series);
  group.set_market_count(names.markets);
  group.set_product_count(names.products);
  group.set_simulated(from.simulated);
  return group;
}

// Rows [begin, begin + count) of the figures.
void AddRows(const AggregateFigures& figures, size_t begin, size_t count, const Columns& columns,
             absl::Span<const double> quantiles, v1::AggregateBlock* block) {
  const auto copy = [&](const auto& column, auto* to) {
    const auto first = column.begin() + static_cast<std::ptrdiff_t>(begin);
    to->Add(first, first + static_cast<std::ptrdiff_t>(count));
  };
  block->mutable_period_start_days()->Reserve(static_cast<int>(count));
  for (size_t i = begin; i < begin + count; ++i) {
    block->add_period_start_days(DayNumber(figures.period_starts[i]));
  }
  if (columns.means) copy(figures.means, block->mutable_means());
  if (columns.extremes) {
    copy(figures.minima, block->mutable_minima());
    copy(figures.maxima, block->mutable_maxima());
  }
  for (size_t q = 0; q < quantiles.size(); ++q) {
    v1::AggregateQuantile* quantile = block->add_quantiles();
    quantile->set_quantile(quantiles[q]);
    copy(figures.quantiles[q], quantile->mutable_values());
  }
  copy(figures.markets, block->mutable_market_counts());
  copy(figures.observations, block->mutable_observation_counts());
  copy(figures.suspicious, block->mutable_suspicious_counts());
  if (columns.arrivals) {
    copy(figures.arrivals, block->mutable_arrivals());
    copy(figures.unweighed, block->mutable_unweighed_counts());
    copy(figures.unweighed_markets, block->mutable_unweighed_market_counts());
  }
}

class AggregateReactor final : public grpc::ServerWriteReactor<v1::AggregateObservationsResponse> {
 public:
  AggregateReactor(const CallGate& gate, grpc::CallbackServerContext* context, Admission admission)
      : gate_(gate), context_(context), admission_(std::move(admission)) {}

  void Begin(const AggregationRooms& rooms, const v1::AggregateObservationsRequest& request) {
    admission_.Work([this, rooms, request] {
      absl::Status status = admission_.StillWanted();  // it may have waited
      if (status.ok()) status = Open(rooms, request);
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
    gate_.Ended(kMethod, status.code(), begin_);
    Finish(ToGrpc(status));
  }

  absl::Status Open(const AggregationRooms& rooms,
                    const v1::AggregateObservationsRequest& request) {
    GLUTWATCH_RETURN_IF_ERROR(
        MayAtAll(gate_.PrincipalOf(*context_), security::Action::kReadPrices));
    GLUTWATCH_ASSIGN_OR_RETURN(columns_, ColumnsOf(request));
    GLUTWATCH_ASSIGN_OR_RETURN(auto question, ToQuestion(request, columns_));
    quantiles_ = question.options.quantiles;
    GLUTWATCH_ASSIGN_OR_RETURN(auto aggregation,
                               observe::Aggregation::Begin(std::move(question), *rooms.catalog,
                                                           *rooms.registry, rooms.store));
    aggregation_ = std::make_unique<observe::Aggregation>(std::move(aggregation));
    return absl::OkStatus();
  }

  void Next() {
    frame_.Clear();
    size_t filled = 0;
    while (filled < kRowsPerFrame) {
      if (ready_.empty()) {
        if (aggregation_->done()) break;
        const absl::Status status = Read();
        if (!status.ok()) return End(status);
        continue;
      }
      filled += AddBlock(kRowsPerFrame - filled);
    }
    if (!ready_.empty() || !aggregation_->done()) return StartWrite(&frame_);
    if (frame_.blocks_size() == 0) return End(absl::OkStatus());
    admission_.Leave();
    gate_.Ended(kMethod, absl::StatusCode::kOk, begin_);
    StartWriteAndFinish(&frame_, grpc::WriteOptions(), grpc::Status::OK);
  }

  absl::Status Read() {
    std::vector<AggregatedGroup> done;
    GLUTWATCH_RETURN_IF_ERROR(
        aggregation_->Step([this] { return !admission_.StillWanted().ok(); }, &done));
    std::move(done.begin(), done.end(), std::back_inserter(ready_));
    return absl::OkStatus();
  }

  // Moves up to `room` rows of the first group that is ready into a block; returns what they weigh.
  size_t AddBlock(size_t room) {
    const AggregatedGroup& group = ready_.front();
    v1::AggregateBlock* block = frame_.add_blocks();
    if (row_ == 0) *block->mutable_group() = NamesOf(group);
    const size_t count = std::min(room, group.figures.size() - row_);
    AddRows(group.figures, row_, count, columns_, quantiles_, block);
    row_ += count;
    if (row_ == group.figures.size()) {
      ready_.pop_front();
      row_ = 0;
    }
    return count + kRowsPerName;
  }

  const CallGate& gate_;
  grpc::CallbackServerContext* const context_;
  Admission admission_;
  const absl::Time begin_ = absl::Now();
  Columns columns_;
  std::vector<double> quantiles_;
  std::unique_ptr<observe::Aggregation> aggregation_;
  std::deque<AggregatedGroup> ready_;
  size_t row_ = 0;  // the first of ready_.front() that is not in a frame
  v1::AggregateObservationsResponse frame_;
};

}  // namespace

grpc::ServerWriteReactor<v1::AggregateObservationsResponse>* AggregatePrices(
    const AggregationRooms& rooms, const CallGate& gate, grpc::CallbackServerContext* context,
    const v1::AggregateObservationsRequest& request) {
  auto admitted = gate.Admit(*context, CallClass::kRead, kMethod);
  if (!admitted.ok()) {
    return new RefusedStream<v1::AggregateObservationsResponse>(admitted.status());
  }
  auto* reactor = new AggregateReactor(gate, context, *std::move(admitted));
  reactor->Begin(rooms, request);
  return reactor;
}

}  // namespace glutwatch::rpc

#include "server/observe/aggregation.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "server/observe/intake.h"

namespace glutwatch::observe {
namespace {

absl::Status Check(const AggregateQuestion& question) {
  if (question.from > question.to) {
    return absl::InvalidArgumentError(absl::StrCat("start_date is ", FormatDay(question.from),
                                                   ", after end_date ", FormatDay(question.to)));
  }
  const std::vector<double>& quantiles = question.options.quantiles;
  if (quantiles.size() > kMaxQuantiles) {
    return absl::InvalidArgumentError(absl::StrCat("quantiles: there are ", quantiles.size(),
                                                   ", expected at most ", kMaxQuantiles));
  }
  for (size_t i = 0; i < quantiles.size(); ++i) {
    if (quantiles[i] >= 0 && quantiles[i] <= 1) continue;  // false for NaN
    return absl::InvalidArgumentError(
        absl::StrCat("quantiles[", i, "] is ", quantiles[i], ", expected 0 to 1"));
  }
  return absl::OkStatus();
}

bool WithArrivals(const AggregateOptions& options) {
  return options.with_arrivals || options.weighting == Weighting::kVolume;
}

}  // namespace

absl::StatusOr<Aggregation> Aggregation::Begin(AggregateQuestion question,
                                               const catalog::Catalog& catalog,
                                               const catalog::SeriesRegistry& registry,
                                               const storage::PriceStore* store) {
  GLUTWATCH_RETURN_IF_ERROR(Check(question));
  GLUTWATCH_ASSIGN_OR_RETURN(AggregatePlan plan,
                             PlanAggregation(question.grouping, catalog, registry));
  return Aggregation(std::move(question), std::move(plan), store);
}

Aggregation::Aggregation(AggregateQuestion question, AggregatePlan plan,
                         const storage::PriceStore* store)
    : question_(std::move(question)),
      plan_(std::move(plan)),
      store_(store),
      as_of_us_(question_.grouping.selection.as_of_us),
      columns_(kDayPriceColumns | storage::kSourceColumn),
      aggregator_(question_.options) {
  if (WithArrivals(question_.options)) columns_ |= storage::kArrivalsColumn;
  // One read is as of one instant by itself; several need to be told which.
  if (plan_.series.size() > kSeriesPerStep) {
    as_of_us_ = std::min(as_of_us_, store_->newest_recorded_us());
  }
}

bool Aggregation::IsSimulated(uint16_t source) {
  if (source >= simulated_sources_.size()) simulated_sources_.resize(source + size_t{1}, -1);
  int8_t& known = simulated_sources_[source];
  if (known < 0) known = IsSimulatedSource(store_->SourceName(source)) ? 1 : 0;
  return known == 1;
}

void Aggregation::NoteSources(const storage::PriceColumns& rows) {
  if (simulated_ || rows.rows() == 0) return;
  const uint16_t* const sources = rows.sources.data();
  const size_t pairs = rows.rows() - 1;
  // Nearly every series has one source; comparing the column with itself, shifted, says so fast.
  if (std::memcmp(sources, sources + 1, pairs * sizeof(uint16_t)) == 0) {
    simulated_ = IsSimulated(sources[0]);
    return;
  }
  for (size_t i = 0; i <= pairs && !simulated_; ++i) simulated_ = IsSimulated(sources[i]);
}

absl::Status Aggregation::Take(const PlannedSeries& series, const storage::PriceColumns& rows) {
  const bool with_arrivals = WithArrivals(question_.options);
  NoteSources(rows);
  const storage::PriceColumns* at_hand = &rows;
  while (true) {
    const storage::ColumnSet missing =
        ToDayPrices(*at_hand, series.scale, with_arrivals, &day_prices_);
    if (missing == 0) break;
    columns_ |= missing;
    GLUTWATCH_RETURN_IF_ERROR(store_->ReadColumns(series.id, question_.from, question_.to,
                                                  as_of_us_, columns_, &reread_));
    at_hand = &reread_;
  }
  return aggregator_.Add(day_prices_, series.last_of_market);
}

absl::Status Aggregation::EndGroup(uint32_t group, std::vector<AggregatedGroup>* done) {
  AggregatedGroup ended{std::move(plan_.groups[group]), simulated_, {}};
  simulated_ = false;
  aggregator_.Finish(ended.group.price_divisor, &ended.figures);
  if (ended.figures.size() == 0) return absl::OkStatus();
  cells_ += static_cast<int64_t>(ended.figures.size());
  if (cells_ > kMaxAggregateCells) {
    return absl::InvalidArgumentError(
        absl::StrCat("TOO_MANY_CELLS: the answer has more than ", kMaxAggregateCells,
                     " periods of groups; ask for longer periods, fewer days or fewer groups"));
  }
  done->push_back(std::move(ended));
  return absl::OkStatus();
}

absl::Status Aggregation::Step(const std::function<bool()>& stopped,
                               std::vector<AggregatedGroup>* done) {
  const size_t count = std::min(kSeriesPerStep, plan_.series.size() - next_);
  const auto step = absl::MakeConstSpan(plan_.series).subspan(next_, count);
  std::vector<storage::SeriesId> ids;
  ids.reserve(count);
  for (const PlannedSeries& series : step) ids.push_back(series.id);
  absl::Status status;
  GLUTWATCH_RETURN_IF_ERROR(store_->ReadManyColumns(
      ids, question_.from, question_.to, as_of_us_, columns_, &scratch_,
      [&](size_t i, const storage::PriceColumns& rows) {
        if (stopped()) {
          status = absl::CancelledError("nobody waits for the answer any more");
          return false;
        }
        status = Take(step[i], rows);
        const size_t following = next_ + i + 1;
        const bool ends_group =
            following == plan_.series.size() || plan_.series[following].group != step[i].group;
        if (status.ok() && ends_group) status = EndGroup(step[i].group, done);
        return status.ok();
      }));
  GLUTWATCH_RETURN_IF_ERROR(status);
  next_ += count;
  return absl::OkStatus();
}

}  // namespace glutwatch::observe

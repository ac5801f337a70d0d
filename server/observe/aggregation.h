#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/day.h"
#include "server/observe/aggregate.h"
#include "server/observe/aggregate_plan.h"
#include "server/storage/price_store.h"

namespace glutwatch::observe {

struct AggregateQuestion {
  GroupingQuestion grouping = {};  // selection.as_of_us is the instant of the whole answer
  Day from = kMinDay;
  Day to = kMaxDay;  // included
  AggregateOptions options = {};
};
inline constexpr size_t kMaxQuantiles = 20;
// Periods of groups in one answer.
inline constexpr int64_t kMaxAggregateCells = 1'000'000;

// A group that is done.
struct AggregatedGroup {
  AggregateGroup group;
  bool simulated = false;  // some of the rows that were read are made up
  AggregateFigures figures;
};

// One aggregation: reads the series of a plan, group after group, and gives away each group when
// it is done, so that memory holds the groups of one step, whatever the answer's size.
//
// Every group is as of the same commit, whatever is written in the meantime. Used by one thread
// at a time.
class Aggregation {
 public:
  // INVALID_ARGUMENT names the field: days the wrong way round, a quantile outside 0..1 or too
  // many of them. Others: those of PlanAggregation. `store` outlives the result.
  static absl::StatusOr<Aggregation> Begin(AggregateQuestion question,
                                           const catalog::Catalog& catalog,
                                           const catalog::SeriesRegistry& registry,
                                           const storage::PriceStore* store);

  bool done() const { return next_ == plan_.series.size(); }

  // Reads on for up to kSeriesPerStep series and appends the groups that are done and not empty.
  //
  // CANCELLED if `stopped`, which is asked before each series, says so. INVALID_ARGUMENT
  // "TOO_MANY_CELLS" above kMaxAggregateCells, or as GroupAggregator. DATA_LOSS as the store.
  absl::Status Step(const std::function<bool()>& stopped, std::vector<AggregatedGroup>* done);
  static constexpr size_t kSeriesPerStep = 256;

 private:
  Aggregation(AggregateQuestion question, AggregatePlan plan, const storage::PriceStore* store);

  absl::Status Take(const PlannedSeries& series, const storage::PriceColumns& rows);
  bool IsSimulated(uint16_t source);
  void NoteSources(const storage::PriceColumns& rows);
  absl::Status EndGroup(uint32_t group, std::vector<AggregatedGroup>* done);

  AggregateQuestion question_;
  AggregatePlan plan_;
  const storage::PriceStore* store_;
  int64_t as_of_us_;
  storage::ColumnSet columns_;  // grows when a series turns out to need more
  GroupAggregator aggregator_;
  size_t next_ = 0;  // into plan_.series
  int64_t cells_ = 0;
  bool simulated_ = false;                 // the group at hand
  std::vector<int8_t> simulated_sources_;  // by source: 1 or 0; -1 if not looked up yet
  storage::PriceColumns scratch_;
  storage::PriceColumns reread_;
  DayPrices day_prices_;
};

}  // namespace glutwatch::observe

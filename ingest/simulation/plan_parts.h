#pragma once
#include "absl/status/status.h"
#include "glutwatch/config/v1/scenario.pb.h"
#include "glutwatch/v1/catalog.pb.h"
#include "glutwatch/v1/observe.pb.h"
#include "ingest/simulation/plan.h"

// What both plans are put together from. Private to ingest/simulation/.
namespace glutwatch::ingest::simulation {

// Sets seed, first and last day. INVALID_ARGUMENT names what is out of range.
absl::Status SetDays(const PlanOptions& options, SimulationPlan* plan);

// A market in `region`, which the server knows: its name says that it is simulated.
v1::MarketSpec MakeMarketSpec(const v1::Region& region, bool wholesale);

// A series in yuan per the product's unit, arrivals in kilograms.
v1::SeriesSpec MakeSeriesSpec(int market, const config::v1::ScenarioProduct& product);

// Appends the series of product "all", one for each market; the last step of a plan.
void AddClosureSeries(SimulationPlan* plan);

}  // namespace glutwatch::ingest::simulation

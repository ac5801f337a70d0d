#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/day.h"
#include "glutwatch/v1/catalog.pb.h"
#include "ingest/simulation/plan.h"

namespace glutwatch::ingest {

struct SimulateOptions {
  std::string scenario_path;  // empty: the scenario that ships with the program
  bool national = false;      // the load-test shape; no scenario
  simulation::PlanOptions plan;
};

struct PreparedSimulation {
  simulation::SimulationPlan plan;
  std::string key;  // DocumentKey of everything that decides the rows
};

// Asks the server for a region and its subtree: "regions/530000".
using ListRegionsFn =
    std::function<absl::StatusOr<std::vector<v1::Region>>(const std::string& region)>;

// The feed "simulate": not a document that is read but a plan that is played.
//
// NOT_FOUND if there is no scenario file; INVALID_ARGUMENT for a bad one; errors of
// `list_regions`, which is not called for a national plan.
absl::StatusOr<PreparedSimulation> PrepareSimulation(const SimulateOptions& options,
                                                     const ListRegionsFn& list_regions);

// Where the built-in scenario lies: beside the installed program, or in the source tree that it
// was built from or is run in. NOT_FOUND lists where it was looked for.
absl::StatusOr<std::string> FindBuiltInScenario();

}  // namespace glutwatch::ingest

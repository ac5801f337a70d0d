#include "ingest/feeds/simulate.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "ingest/checkpoint.h"
#include "ingest/simulation/scenario.h"

namespace glutwatch::ingest {
namespace {

// Changes whenever equal settings give other rows than before.
constexpr int kSimulatorVersion = 1;

std::string SettingsKey(const SimulateOptions& options, absl::string_view scenario,
                        absl::string_view regions) {
  const simulation::PlanOptions& plan = options.plan;
  const std::string settings =
      absl::StrCat("simulate|", kSimulatorVersion, "|", options.national, "|", plan.seed, "|",
                   DayNumber(plan.last), "|", plan.days, "|", plan.counties, "|", plan.products);
  return DocumentKey(settings, absl::StrCat(scenario, "|", regions));
}

}  // namespace

absl::StatusOr<std::string> FindBuiltInScenario() {
  std::vector<std::string> candidates;
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path folder = program.parent_path();
  candidates.push_back((folder / "../share/glutwatch/scenarios/yunnan.yaml").lexically_normal());
  candidates.push_back((folder / "../../../deploy/scenarios/yunnan.yaml").lexically_normal());
  candidates.push_back("deploy/scenarios/yunnan.yaml");
  for (const std::string& path : candidates) {
    if (std::filesystem::exists(path, error)) return path;
  }
  return absl::NotFoundError(absl::StrCat("no scenario file at ", absl::StrJoin(candidates, ", "),
                                          "; name one with --scenario"));
}

absl::StatusOr<PreparedSimulation> PrepareSimulation(const SimulateOptions& options,
                                                     const ListRegionsFn& list_regions) {
  PreparedSimulation prepared;
  if (options.national) {
    GLUTWATCH_ASSIGN_OR_RETURN(prepared.plan, simulation::PlanNation(options.plan));
    prepared.key = SettingsKey(options, "", "");
    return prepared;
  }
  std::string path = options.scenario_path;
  if (path.empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(path, FindBuiltInScenario());
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const config::v1::Scenario scenario, simulation::LoadScenario(path));
  GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<v1::Region> regions,
                             list_regions(absl::StrCat("regions/", scenario.region())));
  GLUTWATCH_ASSIGN_OR_RETURN(prepared.plan,
                             simulation::PlanProvince(scenario, regions, options.plan));
  std::string names;
  for (const v1::MarketSpec& market : prepared.plan.market_specs) {
    absl::StrAppend(&names, market.market().name(), ";");
  }
  prepared.key = SettingsKey(options, scenario.SerializeAsString(), names);
  return prepared;
}

}  // namespace glutwatch::ingest

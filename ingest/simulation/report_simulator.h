#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "base/day.h"
#include "glutwatch/v1/report.pb.h"

namespace glutwatch::ingest::simulation {

// What is wrong with a simulated report, as an officer would get it wrong.
enum class Slip : uint8_t {
  kNone,
  kTenfold,    // a digit too many
  kHectares,   // hectares written under a heading that says 亩: a fifteenth
  kKilograms,  // a price per 公斤 written under 元/斤: twofold
  kCopied,     // last week's figure again
};

// A report, with what the truth was and in which week it comes in.
struct SimulatedReport {
  v1::Report report;
  int64_t true_value_e4 = 0;
  Slip slip = Slip::kNone;
  int arrival_week = 0;  // at least the week that it describes
};

// A made-up reporting year of a province.
//
// Planting follows the cob-web (Ezekiel 1938): this year's area answers last year's price with
// elasticity kSupply, and the price falls with the area over all counties to the power kDemand, so
// that good prices are followed by gluts. Each county grows each product with a share of its own,
// and reports weekly: planted area, from the harvest on its progress, the farm-gate price (or that
// nobody bids) and, in a glut, the unsold backlog. A county's diligence, drawn from 0.6 to 1, is
// the chance that a week is reported at all; what is reported comes 0 to 3 weeks late; one figure
// in a hundred carries a slip. The figures are an invention; only the mechanism is cited.
struct ReportScenario {
  uint64_t seed = 0;
  std::vector<std::string> regions;   // "regions/532328"
  std::vector<std::string> products;  // "products/onion"
  Day first_monday{};
  int weeks = 52;

  static constexpr double kSupply = 0.6;
  static constexpr double kDemand = -1.2;
  static constexpr double kSlipShare = 0.01;
  static constexpr double kLeastDiligence = 0.6;
  static constexpr int kMostWeeksLate = 3;
};

// Every report of one week (0 to weeks - 1), in the order of regions, products and kinds; each day
// is the week's Sunday. A pure function: equal scenarios give equal reports on every machine.
std::vector<SimulatedReport> ReportsOfWeek(const ReportScenario& scenario, int week);

// The same without gaps, delays and slips: planted areas only, of every region and product. For
// the load test of a province's year.
std::vector<v1::Report> PlantedAreasOfWeek(const ReportScenario& scenario, int week);

}  // namespace glutwatch::ingest::simulation

#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/day.h"
#include "glutwatch/config/v1/scenario.pb.h"
#include "glutwatch/v1/catalog.pb.h"
#include "glutwatch/v1/observe.pb.h"

namespace glutwatch::ingest::simulation {

// How a product's price moves over the year where nothing unusual happens. Logarithms are natural.
struct ProductModel {
  double base_e4 = 0;       // 1/10,000 yuan per unit in a producing-area market
  double dearest_turn = 0;  // where in the year it is dearest, 0 to 1
  double season_log = 0;    // amplitude
  double weekly_log = 0;    // amplitude
  double festival_log = 0;  // at its highest, before the Spring Festival
  double noise = 0;         // standard deviation of log price
  double arrivals_kg = 0;   // on a usual day in a producing-area market; 0: none are reported
};

// A series of one product in one market. Its number in the plan is the stream's series index.
struct SeriesModel {
  int32_t market = 0;
  int32_t product = 0;
  double level = 1;           // price relative to the product's base
  double arrivals_level = 1;  // arrivals relative to the product's
};

// How much of a glut a series feels.
struct GlutSeries {
  int32_t series = 0;
  double share = 1;  // of the fall, in log price
};

// A fall, a bottom and a recovery, linear in the logarithm of the price.
struct GlutModel {
  Day start{};
  int fall_days = 1;
  int bottom_days = 0;
  int recovery_days = 1;
  double price_log = 0;     // at the bottom, below 0
  double arrivals_log = 0;  // at the bottom
  double no_bid_share = 0;  // at the bottom
  std::vector<GlutSeries> series;
};

// Everything that a simulation consists of, before its first day.
//
// `series_specs` holds one entry for each of `series`, then one of product "all" for each market,
// which carries its closures.
struct SimulationPlan {
  std::string name;  // "yunnan", "national": part of the document's name
  uint64_t seed = 0;
  Day first{};
  Day last{};            // included
  bool closures = true;  // holidays, closed days, days without a report or a bid
  std::vector<v1::MarketSpec> market_specs;
  std::vector<bool> wholesale;  // by market
  std::vector<v1::SeriesSpec> series_specs;
  std::vector<ProductModel> products;
  std::vector<SeriesModel> series;
  std::vector<GlutModel> gluts;
};

// The product id that stands for a market as a whole.
inline constexpr uint64_t kDefaultSeed = 20221;
inline constexpr int kMaxYears = 20;

struct PlanOptions {
  uint64_t seed = kDefaultSeed;
  Day last{};
  int days = 1;      // 1..kMaxYears * 366, the last one included
  int counties = 0;  // at most so many, those of the gluts first; 0 for all
  int products = 0;  // the scenario's first so many; 0 for all
};

// A province: a producing-area market in every county, a wholesale market in every prefecture.
//
// `regions` is the subtree of the scenario's region as the server lists it: prefectures 53xx00 and
// counties 53xxxx by GB/T 2260. INVALID_ARGUMENT if a day lies outside 2000 to 2040 or a glut
// names a county that is not among them.
absl::StatusOr<SimulationPlan> PlanProvince(const config::v1::Scenario& scenario,
                                            absl::Span<const v1::Region> regions,
                                            const PlanOptions& options);

inline constexpr int kNationalMarkets = 2000;
inline constexpr int kNationalProducts = 250;

// The shape of a national day for load tests: 2,000 markets in 31 provinces with 250 products
// each, every one traded on every day. `options.counties` cuts the markets.
absl::StatusOr<SimulationPlan> PlanNation(const PlanOptions& options);

}  // namespace glutwatch::ingest::simulation

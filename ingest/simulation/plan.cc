#include "ingest/simulation/plan.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "ingest/feed.h"
#include "ingest/simulation/arithmetic.h"
#include "ingest/simulation/plan_parts.h"
#include "ingest/simulation/spring_festival.h"

namespace glutwatch::ingest::simulation {
namespace {

using config::v1::Scenario;
using config::v1::ScenarioGlut;
using config::v1::ScenarioProduct;

// The random streams of the plan; the simulator's begin at 100.
constexpr uint64_t kCountyStream = 1;
constexpr uint64_t kSharesStream = 2;

std::string CodeOf(const v1::Region& region) {
  return std::string(absl::StripPrefix(region.name(), "regions/"));
}

bool IsCounty(const std::string& code) { return code.size() == 6 && !absl::EndsWith(code, "00"); }

uint64_t HashOf(absl::string_view text) {
  uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

// What a province's plan is made from.
struct Province {
  const Scenario& scenario;
  const PlanOptions& options;
  std::map<std::string, const v1::Region*> regions;  // by code
  std::vector<std::string> counties;                 // that are simulated, by code
  int product_count = 0;
};

ProductModel ModelOf(const ScenarioProduct& product) {
  ProductModel model;
  model.base_e4 = static_cast<double>(product.base_price_e4());
  model.dearest_turn = product.dearest_day_of_year() / 365.25;
  model.season_log = Log(1 + product.season_swing());
  model.weekly_log = Log(1 + product.weekly_swing());
  model.festival_log = Log(1 + product.festival_rise());
  model.noise = product.noise();
  model.arrivals_kg = product.daily_arrivals_tonnes() * 1000;
  return model;
}

// Those that a glut needs, then others drawn by seed, in the order of their codes.
std::vector<std::string> ChooseCounties(const Province& province) {
  std::set<std::string> chosen;
  for (const ScenarioGlut& glut : province.scenario.gluts()) {
    chosen.insert(glut.counties().begin(), glut.counties().end());
  }
  std::vector<std::pair<uint64_t, std::string>> rest;
  for (const auto& [code, region] : province.regions) {
    if (!IsCounty(code) || chosen.contains(code)) continue;
    rest.emplace_back(Mix(province.options.seed, kCountyStream, HashOf(code)), code);
  }
  std::sort(rest.begin(), rest.end());
  const size_t limit =
      province.options.counties == 0 ? SIZE_MAX : static_cast<size_t>(province.options.counties);
  for (const auto& [draw, code] : rest) {
    if (chosen.size() >= limit) break;
    chosen.insert(code);
  }
  return {chosen.begin(), chosen.end()};
}

absl::Status CheckCounties(const Province& province) {
  for (const ScenarioGlut& glut : province.scenario.gluts()) {
    for (const std::string& code : glut.counties()) {
      if (IsCounty(code) && province.regions.contains(code)) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("glut ", glut.id(), ": county \"", code, "\" is not a county of region ",
                       province.scenario.region(), "; the server lists ", province.regions.size(),
                       " regions there"));
    }
  }
  return absl::OkStatus();
}

int ProductIndex(const Scenario& scenario, absl::string_view product) {
  for (int i = 0; i < scenario.products_size(); ++i) {
    if (scenario.products(i).product() == product) return i;
  }
  return -1;
}

// Whether a glut or one of its leads needs the product in the county.
bool GlutNeeds(const Scenario& scenario, int product, absl::string_view county) {
  const std::string& name = scenario.products(product).product();
  for (const ScenarioGlut& glut : scenario.gluts()) {
    if (std::find(glut.counties().begin(), glut.counties().end(), county) ==
        glut.counties().end()) {
      continue;
    }
    if (glut.product() == name) return true;
    for (const auto& lead : glut.leads()) {
      if (lead.product() == name) return true;
    }
  }
  return false;
}

bool Sells(const Province& province, int product, const std::string& county) {
  if (GlutNeeds(province.scenario, product, county)) return true;
  const double draw = Uniform(
      Mix(province.options.seed, kSharesStream,
          HashOf(absl::StrCat(county, "|", province.scenario.products(product).product()))));
  return draw < province.scenario.products(product).county_share();
}

void AddSeriesOf(const Province& province, int market, const std::string& region,
                 const std::vector<int>& sold, SimulationPlan* plan) {
  const bool wholesale = plan->wholesale[static_cast<size_t>(market)];
  for (const int product : sold) {
    const ScenarioProduct& spec = province.scenario.products(product);
    SeriesModel series;
    series.market = market;
    series.product = product;
    const double draw =
        Normal(Mix(plan->seed, kSharesStream + 1, HashOf(absl::StrCat(region, spec.product()))));
    series.level = (wholesale ? 1.35 : 1.0) * Exp(0.06 * draw);
    series.arrivals_level = (wholesale ? 2.5 : 1.0) * Exp(0.3 * draw);
    plan->series.push_back(series);
    plan->series_specs.push_back(MakeSeriesSpec(market, spec));
  }
}

// The prefecture of a county: 532930 lies in 532900.
std::string PrefectureOf(const std::string& county) { return county.substr(0, 4) + "00"; }

void AddMarkets(const Province& province, SimulationPlan* plan) {
  std::map<std::string, std::set<int>> by_prefecture;
  for (const std::string& county : province.counties) {
    const auto market = static_cast<int>(plan->market_specs.size());
    plan->market_specs.push_back(MakeMarketSpec(*province.regions.at(county), false));
    plan->wholesale.push_back(false);
    std::vector<int> sold;
    for (int product = 0; product < province.product_count; ++product) {
      if (Sells(province, product, county)) sold.push_back(product);
    }
    by_prefecture[PrefectureOf(county)].insert(sold.begin(), sold.end());
    AddSeriesOf(province, market, county, sold, plan);
  }
  for (const auto& [prefecture, sold] : by_prefecture) {
    const auto region = province.regions.find(prefecture);
    if (region == province.regions.end()) continue;
    const auto market = static_cast<int>(plan->market_specs.size());
    plan->market_specs.push_back(MakeMarketSpec(*region->second, true));
    plan->wholesale.push_back(true);
    AddSeriesOf(province, market, prefecture, {sold.begin(), sold.end()}, plan);
  }
}

// The series of `product` in the glut's counties, and in their prefectures with `wholesale_share`.
std::vector<GlutSeries> SeriesUnder(const SimulationPlan& plan, const ScenarioGlut& glut,
                                    int product, double wholesale_share) {
  std::map<std::string, double> shares;
  for (const std::string& county : glut.counties()) {
    shares[county] = 1;
    if (wholesale_share > 0) shares[PrefectureOf(county)] = wholesale_share;
  }
  std::vector<GlutSeries> found;
  for (size_t i = 0; i < plan.series.size(); ++i) {
    if (plan.series[i].product != product) continue;
    const auto& market = plan.market_specs[static_cast<size_t>(plan.series[i].market)].market();
    const auto share = shares.find(std::string(absl::StripPrefix(market.region(), "regions/")));
    if (share != shares.end()) found.push_back({static_cast<int32_t>(i), share->second});
  }
  return found;
}

Day StartOf(const ScenarioGlut& glut, Day last) {
  if (glut.start_month() == 0) return last - glut.start_days_before_end();
  const auto year = ToCivil(last).year() - glut.years_before_end();
  return ToDay(absl::CivilDay(year, glut.start_month(), glut.start_day()));
}

void AddGluts(const Province& province, SimulationPlan* plan) {
  for (const ScenarioGlut& glut : province.scenario.gluts()) {
    GlutModel model;
    model.start = StartOf(glut, plan->last);
    model.fall_days = glut.fall_days();
    model.bottom_days = glut.bottom_days();
    model.recovery_days = glut.recovery_days();
    model.price_log = Log(glut.bottom_price_ratio());
    model.arrivals_log = glut.bottom_arrivals_ratio() > 0 ? Log(glut.bottom_arrivals_ratio()) : 0;
    model.no_bid_share = glut.no_bid_share();
    const int product = ProductIndex(province.scenario, glut.product());
    model.series = SeriesUnder(*plan, glut, product, glut.wholesale_share());
    plan->gluts.push_back(model);
    for (const auto& lead : glut.leads()) {
      GlutModel early;
      early.start = model.start - lead.days_before();
      early.fall_days = lead.fall_days();
      early.bottom_days = lead.bottom_days();
      early.recovery_days = lead.recovery_days();
      early.price_log = Log(lead.bottom_price_ratio());
      early.series = SeriesUnder(*plan, glut, ProductIndex(province.scenario, lead.product()), 0);
      plan->gluts.push_back(std::move(early));
    }
  }
}

}  // namespace

absl::Status SetDays(const PlanOptions& options, SimulationPlan* plan) {
  if (options.days < 1 || options.days > kMaxYears * 366) {
    return absl::InvalidArgumentError(
        absl::StrCat("days is ", options.days, ", expected 1 to ", kMaxYears * 366));
  }
  plan->seed = options.seed;
  plan->last = options.last;
  plan->first = options.last - (options.days - 1);
  const auto year_of = [](Day day) { return ToCivil(day).year(); };
  if (year_of(plan->first) < kFirstFestivalYear || year_of(plan->last) > kLastFestivalYear) {
    return absl::InvalidArgumentError(absl::StrCat(
        "days ", FormatDay(plan->first), " to ", FormatDay(plan->last), ", expected within ",
        kFirstFestivalYear, " to ", kLastFestivalYear, ": no Spring Festival is known beyond"));
  }
  return absl::OkStatus();
}

void AddClosureSeries(SimulationPlan* plan) {
  ScenarioProduct all;
  all.set_product(kAllProducts);
  const auto markets = static_cast<int>(plan->market_specs.size());
  for (int market = 0; market < markets; ++market) {
    plan->series_specs.push_back(MakeSeriesSpec(market, all));
  }
}

absl::StatusOr<SimulationPlan> PlanProvince(const Scenario& scenario,
                                            absl::Span<const v1::Region> regions,
                                            const PlanOptions& options) {
  SimulationPlan plan;
  GLUTWATCH_RETURN_IF_ERROR(SetDays(options, &plan));
  plan.name = scenario.id();
  Province province{scenario, options, {}, {}, scenario.products_size()};
  for (const v1::Region& region : regions) province.regions[CodeOf(region)] = &region;
  GLUTWATCH_RETURN_IF_ERROR(CheckCounties(province));
  if (options.products > 0) {
    province.product_count = std::min(province.product_count, options.products);
  }
  province.counties = ChooseCounties(province);
  if (province.counties.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("region ", scenario.region(), " has no counties in the server's catalog"));
  }
  for (int i = 0; i < province.product_count; ++i) {
    plan.products.push_back(ModelOf(scenario.products(i)));
  }
  AddMarkets(province, &plan);
  AddGluts(province, &plan);
  AddClosureSeries(&plan);
  return plan;
}

}  // namespace glutwatch::ingest::simulation

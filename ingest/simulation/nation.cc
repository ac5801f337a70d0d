#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "ingest/simulation/arithmetic.h"
#include "ingest/simulation/plan.h"
#include "ingest/simulation/plan_parts.h"

namespace glutwatch::ingest::simulation {
namespace {

constexpr uint64_t kLevelStream = 10;

struct ProvinceName {
  const char* code;
  const char* name;
};
// The 31 provinces of the mainland, GB/T 2260.
constexpr ProvinceName kProvinces[] = {
    {"110000", "北京市"},          {"120000", "天津市"},         {"130000", "河北省"},
    {"140000", "山西省"},          {"150000", "内蒙古自治区"},   {"210000", "辽宁省"},
    {"220000", "吉林省"},          {"230000", "黑龙江省"},       {"310000", "上海市"},
    {"320000", "江苏省"},          {"330000", "浙江省"},         {"340000", "安徽省"},
    {"350000", "福建省"},          {"360000", "江西省"},         {"370000", "山东省"},
    {"410000", "河南省"},          {"420000", "湖北省"},         {"430000", "湖南省"},
    {"440000", "广东省"},          {"450000", "广西壮族自治区"}, {"460000", "海南省"},
    {"500000", "重庆市"},          {"510000", "四川省"},         {"520000", "贵州省"},
    {"530000", "云南省"},          {"540000", "西藏自治区"},     {"610000", "陕西省"},
    {"620000", "甘肃省"},          {"630000", "青海省"},         {"640000", "宁夏回族自治区"},
    {"650000", "新疆维吾尔自治区"}};

v1::Region Country() {
  v1::Region region;
  region.set_name("regions/CN");
  region.set_code_system("ISO 3166");
  region.set_display_name("中国");
  region.set_display_name_en("China");
  return region;
}

v1::Region ProvinceRegion(const ProvinceName& province) {
  v1::Region region;
  region.set_name(absl::StrCat("regions/", province.code));
  region.set_parent("regions/CN");
  region.set_code_system("GB/T 2260");
  region.set_display_name(province.name);
  return region;
}

v1::MarketSpec NationalMarket(int number) {
  const ProvinceName& province = kProvinces[static_cast<size_t>(number) % std::size(kProvinces)];
  v1::MarketSpec spec = MakeMarketSpec(ProvinceRegion(province), true);
  v1::Market* market = spec.mutable_market();
  market->set_name(absl::StrFormat("markets/sim-n-%04d", number + 1));
  market->set_display_name(absl::StrFormat("%s第%d市场（模拟）", province.name, number + 1));
  market->set_display_name_en(absl::StrFormat("Market %d (simulated)", number + 1));
  *spec.add_regions() = Country();
  *spec.add_regions() = ProvinceRegion(province);
  return spec;
}

ProductModel NationalProduct(uint64_t seed, int number) {
  const auto draw = [&](uint64_t stream) {
    return Uniform(Mix(seed, kLevelStream + stream, static_cast<uint64_t>(number)));
  };
  ProductModel model;
  model.base_e4 = 10000 * Exp(2.5 * draw(1));
  model.dearest_turn = draw(2);
  model.season_log = 0.1 + 0.3 * draw(3);
  model.weekly_log = 0.02;
  model.festival_log = 0.1;
  model.noise = 0.08;
  return model;
}

}  // namespace

absl::StatusOr<SimulationPlan> PlanNation(const PlanOptions& options) {
  SimulationPlan plan;
  GLUTWATCH_RETURN_IF_ERROR(SetDays(options, &plan));
  plan.name = "national";
  plan.closures = false;
  const auto cut = [](int most, int asked) { return asked > 0 ? std::min(most, asked) : most; };
  const int markets = cut(kNationalMarkets, options.counties);
  const int products = cut(kNationalProducts, options.products);
  for (int i = 0; i < products; ++i) plan.products.push_back(NationalProduct(plan.seed, i));
  plan.series.reserve(static_cast<size_t>(markets) * static_cast<size_t>(products));
  plan.series_specs.reserve(plan.series.capacity() + static_cast<size_t>(markets));
  for (int market = 0; market < markets; ++market) {
    plan.market_specs.push_back(NationalMarket(market));
    plan.wholesale.push_back(true);
    for (int product = 0; product < products; ++product) {
      config::v1::ScenarioProduct spec;
      spec.set_product(absl::StrFormat("模拟品种%03d", product + 1));
      spec.set_product_en(absl::StrFormat("Simulated product %03d", product + 1));
      spec.set_category("simulated");
      const uint64_t draw = Mix(plan.seed, kLevelStream, plan.series.size());
      plan.series.push_back({market, product, Exp(0.1 * Normal(draw)), 1});
      plan.series_specs.push_back(MakeSeriesSpec(market, spec));
    }
  }
  AddClosureSeries(&plan);
  return plan;
}

}  // namespace glutwatch::ingest::simulation

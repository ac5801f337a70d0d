#include "ingest/simulation/plan_parts.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace glutwatch::ingest::simulation {

v1::MarketSpec MakeMarketSpec(const v1::Region& region, bool wholesale) {
  const std::string code(absl::StripPrefix(region.name(), "regions/"));
  v1::MarketSpec spec;
  v1::Market* market = spec.mutable_market();
  market->set_name(absl::StrCat("markets/sim-", code));
  market->set_region(region.name());
  market->set_kind(wholesale ? v1::MARKET_KIND_WHOLESALE : v1::MARKET_KIND_PRODUCING_AREA);
  market->set_display_name(
      absl::StrCat(region.display_name(), wholesale ? "批发市场" : "产地市场", "（模拟）"));
  const std::string& english = region.display_name_en().empty() ? code : region.display_name_en();
  market->set_display_name_en(
      absl::StrCat(english, wholesale ? " wholesale" : " producing-area", " market (simulated)"));
  market->set_time_zone("Asia/Shanghai");
  if (region.has_position()) *market->mutable_position() = region.position();
  return spec;
}

v1::SeriesSpec MakeSeriesSpec(int market, const config::v1::ScenarioProduct& product) {
  v1::SeriesSpec spec;
  spec.set_market_index(market);
  spec.set_product(product.product());
  spec.set_product_en(product.product_en());
  spec.set_category(product.category());
  spec.set_grade(product.grade());
  spec.set_currency_code("CNY");
  spec.set_unit(product.unit().empty() ? "公斤" : product.unit());
  if (product.daily_arrivals_tonnes() > 0) spec.set_arrivals_unit("公斤");
  return spec;
}

}  // namespace glutwatch::ingest::simulation

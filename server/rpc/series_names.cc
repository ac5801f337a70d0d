#include "server/rpc/series_names.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/rpc/translate_catalog.h"

namespace glutwatch::rpc {
namespace {

// A spec that cannot even be translated still takes its place in the list: what is left of it names
// a market that there is, or one that the intake refuses with its rows.
observe::MarketSpec MarketOf(const v1::MarketSpec& spec) {
  observe::MarketSpec result;
  auto market = FromProto(spec.market(), "market");
  if (market.ok()) {
    result.market = *std::move(market);
  } else {
    result.market.id = IdOf(spec.market().name(), "markets", "market.name").value_or("");
  }
  for (const v1::Region& region : spec.regions()) {
    auto translated = FromProto(region, "region");
    if (translated.ok()) result.regions.push_back(*std::move(translated));
  }
  return result;
}

// Unlike any other goods': each name with its length.
std::string KeyOf(const v1::SeriesSpec& spec) {
  std::string key;
  for (const std::string* name :
       {&spec.product(), &spec.product_en(), &spec.category(), &spec.grade(), &spec.currency_code(),
        &spec.unit(), &spec.arrivals_unit()}) {
    absl::StrAppend(&key, name->size(), ":", *name);
  }
  return key;
}

}  // namespace

int32_t SeriesNames::GoodsNumber(const v1::SeriesSpec& spec,
                                 std::vector<observe::GoodsSpec>* fresh) {
  const auto [known, is_new] = goods_.try_emplace(KeyOf(spec), static_cast<int32_t>(goods_.size()));
  if (is_new) {
    fresh->push_back({.product = spec.product(),
                      .product_en = spec.product_en(),
                      .category = spec.category(),
                      .grade = spec.grade(),
                      .currency = spec.currency_code(),
                      .unit = spec.unit(),
                      .arrivals_unit = spec.arrivals_unit()});
  }
  return known->second;
}

std::vector<observe::SeriesSpec> SeriesNames::SeriesOf(const v1::PushObservationsRequest& request,
                                                       std::vector<observe::GoodsSpec>* fresh) {
  std::vector<observe::SeriesSpec> series;
  const v1::SeriesTable& table = request.new_series_table();
  series.reserve(static_cast<size_t>(request.new_series_size() + table.market_indexes_size()));
  for (const v1::SeriesSpec& spec : request.new_series()) {
    series.push_back({spec.market_index(), GoodsNumber(spec, fresh)});
  }
  for (const v1::SeriesSpec& spec : table.goods()) {
    table_goods_.push_back(GoodsNumber(spec, fresh));
  }
  for (int i = 0; i < table.market_indexes_size(); ++i) {
    // A missing or wrong index is one of no goods: its rows are refused.
    const auto at = i < table.goods_indexes_size() ? static_cast<size_t>(table.goods_indexes(i))
                                                   : table_goods_.size();
    series.push_back({table.market_indexes(i), at < table_goods_.size() ? table_goods_[at] : -1});
  }
  return series;
}

void SeriesNames::HandOver(const v1::PushObservationsRequest& request,
                           observe::IntakeSession* session) {
  if (request.new_markets_size() > 0) {
    std::vector<observe::MarketSpec> markets;
    markets.reserve(static_cast<size_t>(request.new_markets_size()));
    for (const auto& market : request.new_markets()) markets.push_back(MarketOf(market));
    session->AddMarkets(std::move(markets));
  }
  std::vector<observe::GoodsSpec> goods;
  const std::vector<observe::SeriesSpec> series = SeriesOf(request, &goods);
  if (!goods.empty()) session->AddGoods(std::move(goods));
  if (!series.empty()) session->AddSeries(series);
}

}  // namespace glutwatch::rpc

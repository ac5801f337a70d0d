#include "server/rpc/price_sheet_rows.h"

#include <limits>
#include <utility>

#include "absl/strings/str_join.h"

namespace glutwatch::rpc {
namespace {

using sheet::FeedRow;

int32_t PresenceOf(const FeedRow& row) {
  return (row.low_e4.has_value() ? storage::kHasLow : 0) |
         (row.modal_e4.has_value() ? storage::kHasModal : 0) |
         (row.high_e4.has_value() ? storage::kHasHigh : 0) |
         (row.arrivals_e4.has_value() ? storage::kHasArrivals : 0);
}

}  // namespace

std::string PriceSheetRows::MarketId(const sheet::FeedMarket& market) {
  for (const std::string& name : {market.id, market.name}) {
    const auto found = catalog_->FindMarket(name);
    if (found != nullptr) return found->id;
  }
  if (by_name_.empty()) {
    for (const auto& known : catalog_->ListMarkets("", "", std::numeric_limits<int>::max())) {
      const auto [at, added] = by_name_.try_emplace(known->display_name, known->id);
      if (!added) at->second.clear();
    }
  }
  const auto named = by_name_.find(market.name);
  if (named != by_name_.end() && !named->second.empty()) return named->second;
  return market.name.empty() ? market.id : market.name;  // refused; people know it by its name
}

absl::Status PriceSheetRows::Accept(FeedRow row) {
  const auto [market, new_market] =
      market_numbers_.try_emplace(row.market->id, static_cast<int>(markets_.size()));
  if (new_market) {
    observe::MarketSpec spec;
    spec.market.id = MarketId(*row.market);
    markets_.push_back(std::move(spec));
  }
  const std::string key = absl::StrJoin(
      {row.market->id, row.product, row.grade, row.currency, row.unit, row.arrivals_unit}, "\n");
  const auto [series, new_series] =
      series_numbers_.try_emplace(key, static_cast<int32_t>(series_.size()));
  if (new_series) {
    series_.push_back({market->second, series->second});
    goods_.push_back({row.product, row.product_en, row.category, row.grade, row.currency, row.unit,
                      row.arrivals_unit});
  }
  series_of_row_.push_back(series->second);
  market_of_row_.push_back(market->second);
  rows.push_back(std::move(row));
  return absl::OkStatus();
}

absl::Status PriceSheetRows::Refuse(sheet::RefusedRow row) {
  refused.push_back(std::move(row));
  return absl::OkStatus();
}

void PriceSheetRows::Introduce(observe::IntakeSession* session) const {
  session->AddMarkets(markets_);
  session->AddGoods(goods_);
  session->AddSeries(series_);
}

PriceSheetRows::Columns PriceSheetRows::ToColumns(std::string id,
                                                  absl::Span<const int32_t> numbers) const {
  Columns columns;
  columns.id = std::move(id);
  for (const int32_t number : numbers) {
    const auto at = static_cast<size_t>(number);
    const FeedRow& row = rows[at];
    columns.series.push_back(series_of_row_[at]);
    columns.days.push_back(DayNumber(row.day));
    columns.statuses.push_back(static_cast<int>(row.status));
    columns.presences.push_back(PresenceOf(row));
    columns.low.push_back(row.low_e4.value_or(0));
    columns.modal.push_back(row.modal_e4.value_or(0));
    columns.high.push_back(row.high_e4.value_or(0));
    columns.arrivals.push_back(row.arrivals_e4.value_or(0));
  }
  return columns;
}

}  // namespace glutwatch::rpc

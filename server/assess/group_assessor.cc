#include "server/assess/group_assessor.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/status_macros.h"
#include "forecast/seasonal_norm.h"
#include "server/assess/price_series.h"

namespace glutwatch::assess {

using catalog::CostConcept;
using forecast::risk::DayIndicators;

namespace {

constexpr char kSimulatedPrefix[] = "simulated:";

// A series, read and made ready for the mathematics.
struct LoadedSeries {
  catalog::Series series;
  PriceBasis basis;
  DailyPrices prices;
};

absl::StatusOr<LoadedSeries> Load(const catalog::Catalog& catalog,
                                  const catalog::SeriesRegistry& registry,
                                  const storage::PriceStore& store, storage::SeriesId id, Day to,
                                  int64_t vintage_us) {
  const auto series = registry.Find(id);
  if (!series.has_value()) {
    return absl::NotFoundError(absl::StrCat("no series ", catalog::SeriesName(id)));
  }
  const auto unit = catalog.FindUnit(series->key.unit);
  LoadedSeries loaded{*series, BasisOf(series->key.currency, series->key.unit, unit.get()), {}};
  GLUTWATCH_ASSIGN_OR_RETURN(const auto versions, store.Read(id, kMinDay, to, vintage_us));
  loaded.prices = ToDailyPrices(versions, loaded.basis);
  return loaded;
}

// The cost of one base unit on `day`, if it is in the currency of the quote.
std::optional<double> CostOn(const catalog::Catalog& catalog, const LoadedSeries& loaded,
                             absl::string_view region, CostConcept cost_concept, Day day) {
  if (!loaded.basis.converted) return std::nullopt;
  const auto cost = catalog.FindCost(loaded.series.key.product, region, cost_concept, day);
  if (!cost.has_value() || cost->currency != loaded.series.key.currency) return std::nullopt;
  return E4ToDouble(cost->cost_e4);
}

// Indicators on every day of [from, to] with a price. Costs change with the day, so they are
// applied after the range was computed once.
absl::StatusOr<std::vector<DayIndicators>> IndicatorsOf(const catalog::Catalog& catalog,
                                                        const LoadedSeries& loaded,
                                                        absl::string_view region, Day from, Day to,
                                                        bool with_forecast) {
  GLUTWATCH_ASSIGN_OR_RETURN(std::vector<DayIndicators> days,
                             forecast::risk::ComputeIndicators(loaded.prices.view(), {}, from, to,
                                                               {.with_forecast = with_forecast}));
  if (!loaded.basis.converted) return days;
  const auto product = catalog.FindProduct(loaded.series.key.product);
  if (product == nullptr || product->costs.empty()) return days;
  for (DayIndicators& day : days) {
    const auto total = CostOn(catalog, loaded, region, CostConcept::kTotal, day.day);
    const auto cash = CostOn(catalog, loaded, region, CostConcept::kCash, day.day);
    if (total.has_value()) day.price_to_total_cost = *day.median_price / *total;
    if (cash.has_value()) day.price_to_cash_cost = *day.median_price / *cash;
  }
  return days;
}

// The indicators over which a group takes medians.
constexpr std::optional<double> DayIndicators::*kFields[] = {
    &DayIndicators::price,
    &DayIndicators::median_price,
    &DayIndicators::norm,
    &DayIndicators::price_to_norm,
    &DayIndicators::ifpa,
    &DayIndicators::alps,
    &DayIndicators::price_to_total_cost,
    &DayIndicators::price_to_cash_cost,
    &DayIndicators::year_on_year,
    &DayIndicators::norm_in_28_days,
    &DayIndicators::forecast_to_norm,
};

// One series' day, and what its prices are per.
struct UnitDay {
  DayIndicators indicators;
  std::string unit;
};

// Prices of different units have no median; what is relative to a series' own past has.
void DropPricesOfMixedUnits(absl::Span<const UnitDay> series, DayIndicators* group) {
  for (const UnitDay& one : series) {
    if (one.unit == series.front().unit) continue;
    group->price.reset();
    group->median_price.reset();
    group->norm.reset();
    return;
  }
}

GroupDay MedianOf(Day day, absl::Span<const UnitDay> series) {
  GroupDay result;
  result.day = day;
  result.indicators.day = day;
  result.series_count = static_cast<int>(series.size());
  std::vector<double> values;
  for (const auto field : kFields) {
    values.clear();
    for (const UnitDay& one : series) {
      const std::optional<double>& value = one.indicators.*field;
      if (value.has_value()) values.push_back(*value);
    }
    if (!values.empty()) result.indicators.*field = forecast::Median(absl::MakeSpan(values));
  }
  for (const UnitDay& one : series) {
    const DayIndicators& i = one.indicators;
    result.indicators.norm_years = std::max(result.indicators.norm_years, i.norm_years);
    result.has_cost |= i.price_to_total_cost.has_value() || i.price_to_cash_cost.has_value();
  }
  DropPricesOfMixedUnits(series, &result.indicators);
  return result;
}

}  // namespace

absl::StatusOr<std::vector<GroupDay>> GroupAssessor::Days(const catalog::Group& group, Day from,
                                                          Day to, int64_t vintage_us) const {
  std::map<Day, std::vector<UnitDay>> by_day;
  for (const storage::SeriesId id : registry_->InGroup(group.product, group.region, vintage_us)) {
    const auto tip = store_->Tip(id);
    if (!tip.has_value() || tip->newest_day < from) continue;
    GLUTWATCH_ASSIGN_OR_RETURN(const LoadedSeries loaded,
                               Load(*catalog_, *registry_, *store_, id, to, vintage_us));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto days, IndicatorsOf(*catalog_, loaded, group.region, from,
                                                             to, options_.with_forecast));
    for (const DayIndicators& day : days) by_day[day.day].push_back({day, loaded.basis.unit});
  }
  std::vector<GroupDay> result;
  result.reserve(by_day.size());
  for (const auto& [day, series] : by_day) result.push_back(MedianOf(day, series));
  return result;
}

absl::StatusOr<std::vector<SeriesDay>> GroupAssessor::Evidence(const catalog::Group& group, Day day,
                                                               int64_t vintage_us) const {
  std::vector<SeriesDay> result;
  for (const storage::SeriesId id : registry_->InGroup(group.product, group.region, vintage_us)) {
    GLUTWATCH_ASSIGN_OR_RETURN(const LoadedSeries loaded,
                               Load(*catalog_, *registry_, *store_, id, day, vintage_us));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto days, IndicatorsOf(*catalog_, loaded, group.region, day,
                                                             day, options_.with_forecast));
    if (!days.empty()) result.push_back({id, loaded.basis.unit, days.front()});
  }
  return result;
}

absl::StatusOr<SeriesDay> GroupAssessor::Series(storage::SeriesId series, std::optional<Day> day,
                                                int64_t vintage_us) const {
  GLUTWATCH_ASSIGN_OR_RETURN(const LoadedSeries loaded, Load(*catalog_, *registry_, *store_, series,
                                                             day.value_or(kMaxDay), vintage_us));
  if (loaded.prices.price.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(catalog::SeriesName(series), " has no price that may be used",
                     day.has_value() ? absl::StrCat(" up to ", FormatDay(*day)) : ""));
  }
  const auto market = catalog_->FindMarket(loaded.series.key.market);
  const Day newest = loaded.prices.first_day + static_cast<int>(loaded.prices.price.size()) - 1;
  GLUTWATCH_ASSIGN_OR_RETURN(
      const auto days, IndicatorsOf(*catalog_, loaded, market == nullptr ? "" : market->region,
                                    newest, newest, options_.with_forecast));
  return SeriesDay{series, loaded.basis.unit, days.front()};
}

absl::StatusOr<GroupAssessor::SeriesForecast> GroupAssessor::Forecast(storage::SeriesId series,
                                                                      std::optional<Day> origin,
                                                                      int horizon_days,
                                                                      int64_t vintage_us) const {
  GLUTWATCH_ASSIGN_OR_RETURN(const LoadedSeries loaded, Load(*catalog_, *registry_, *store_, series,
                                                             origin.value_or(kMaxDay), vintage_us));
  if (loaded.prices.price.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(catalog::SeriesName(series), ": need 2 prices, have 0"));
  }
  const Day newest = loaded.prices.first_day + static_cast<int>(loaded.prices.price.size()) - 1;
  SeriesForecast result;
  result.origin = origin.value_or(newest);
  result.price_unit = loaded.basis.unit;
  GLUTWATCH_ASSIGN_OR_RETURN(
      result.forecast, forecast::ForecastPrice(loaded.prices.view(), result.origin, horizon_days));
  return result;
}

bool GroupAssessor::IsSimulated(const catalog::Group& group) const {
  for (const storage::SeriesId id : registry_->InGroup(group.product, group.region)) {
    const auto tip = store_->Tip(id);
    if (!tip.has_value()) continue;
    const auto newest = store_->Read(id, tip->newest_day, tip->newest_day);
    if (!newest.ok()) continue;
    for (const storage::Version& version : *newest) {
      const std::string source = store_->SourceName(version.observation.source);
      if (source.starts_with(kSimulatedPrefix)) return true;
    }
  }
  return false;
}

}  // namespace glutwatch::assess

#include "server/observe/dictionary.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace glutwatch::observe {
namespace {

constexpr size_t kMaxGradeBytes = 200;

// Of a series as the sender names it, so that it does not change with the catalog.
uint64_t IdentityOf(absl::string_view market, const SeriesSpec& spec) {
  uint64_t hash = 14695981039346656037ULL;
  for (const absl::string_view part :
       {market, absl::string_view(spec.product), absl::string_view(spec.grade),
        absl::string_view(spec.currency), absl::string_view(spec.unit)}) {
    for (const char c : part) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211ULL;
    hash = (hash ^ 0xff) * 1099511628211ULL;  // no byte of UTF-8
  }
  return hash;
}

absl::Status CheckCurrency(const std::string& currency) {
  bool good = currency.size() == 3;
  for (const char c : currency) good &= c >= 'A' && c <= 'Z';
  if (good) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("currency is \"", currency, "\", expected three letters such as CNY"));
}

}  // namespace

void Dictionary::AddMarkets(std::vector<MarketSpec> markets) {
  for (const MarketSpec& spec : markets) {
    absl::StatusOr<Market> market = ResolveMarket(spec);
    if (market.ok()) {
      markets_.push_back(*std::move(market));
    } else {
      markets_.push_back({spec.market.id, market.status(), absl::UTCTimeZone(), Day{}});
    }
  }
}

absl::StatusOr<Dictionary::Market> Dictionary::ResolveMarket(const MarketSpec& spec) {
  auto known = catalog_->FindMarket(spec.market.id);
  if (known == nullptr) {
    if (!create_missing_) {
      return absl::NotFoundError(
          absl::StrCat("unknown market \"", spec.market.id,
                       "\"; add it to the catalog or let the feed create what is missing"));
    }
    GLUTWATCH_RETURN_IF_ERROR(CreateMarket(spec));
    known = catalog_->FindMarket(spec.market.id);
  }
  if (known == nullptr) return absl::InternalError("a market vanished");
  GLUTWATCH_RETURN_IF_ERROR(
      security::Authorize(principal_, security::Action::kWritePrices, known->region, *catalog_));
  Market market{known->id, absl::OkStatus(), absl::UTCTimeZone(), Day{}};
  (void)absl::LoadTimeZone(known->time_zone, &market.zone);
  return market;
}

absl::Status Dictionary::CreateMarket(const MarketSpec& spec) {
  catalog::Resources missing;
  for (const catalog::Region& region : spec.regions) {
    if (catalog_->FindRegion(region.code) == nullptr) missing.regions.push_back(region);
  }
  missing.markets.push_back(spec.market);
  return catalog_->Put(missing).status();
}

absl::Status Dictionary::CreateMissing(const std::vector<SeriesSpec>& specs) {
  catalog::Resources missing;
  std::set<std::string> products;
  std::set<std::string> units;
  for (const SeriesSpec& spec : specs) {
    if (catalog_->FindProduct(spec.product) == nullptr) {
      const auto id = catalog::CanonicalId(spec.product);
      if (id.ok() && products.insert(*id).second) {
        catalog::Product product;
        product.id = *id;
        product.display_name = spec.product;
        product.display_name_en = spec.product_en;
        product.category = spec.category;
        missing.products.push_back(std::move(product));
      }
    }
    for (const std::string* name : {&spec.unit, &spec.arrivals_unit}) {
      if (name->empty() || catalog_->FindUnit(*name) != nullptr) continue;
      const auto code = catalog::CanonicalId(*name);
      if (!code.ok() || !units.insert(*code).second) continue;
      catalog::Unit unit;
      unit.code = *code;
      unit.dimension = catalog::Dimension::kUnspecified;
      if (*code != *name) unit.aliases.push_back(*name);
      missing.units.push_back(std::move(unit));
    }
  }
  if (missing.products.empty() && missing.units.empty()) return absl::OkStatus();
  return catalog_->Put(missing).status();
}

absl::StatusOr<catalog::SeriesKey> Dictionary::KeyOf(const SeriesSpec& spec) const {
  if (spec.market_index < 0 || static_cast<size_t>(spec.market_index) >= markets_.size()) {
    return absl::InvalidArgumentError(absl::StrCat("market_index is ", spec.market_index,
                                                   ", the stream has named ", markets_.size(),
                                                   " markets"));
  }
  const Market& market = markets_[static_cast<size_t>(spec.market_index)];
  GLUTWATCH_RETURN_IF_ERROR(market.status);
  const auto product = catalog_->FindProduct(spec.product);
  if (product == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("unknown product \"", spec.product,
                     "\"; add it to the catalog or let the feed create what is missing"));
  }
  const auto unit = catalog_->FindUnit(spec.unit);
  if (unit == nullptr) {
    return absl::NotFoundError(absl::StrCat("unknown unit \"", spec.unit, "\""));
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckCurrency(spec.currency));
  if (spec.grade.size() > kMaxGradeBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("grade has ", spec.grade.size(), " bytes, expected at most ", kMaxGradeBytes));
  }
  return catalog::SeriesKey{market.id, product->id, spec.grade, spec.currency, unit->code};
}

absl::Status Dictionary::CheckArrivalsUnit(const SeriesSpec& spec, storage::SeriesId id) {
  if (spec.arrivals_unit.empty()) return absl::OkStatus();
  const auto unit = catalog_->FindUnit(spec.arrivals_unit);
  if (unit == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("unknown unit of arrivals \"", spec.arrivals_unit, "\""));
  }
  return registry_->SetArrivalsUnit(id, unit->code);
}

void Dictionary::AddSeries(std::vector<SeriesSpec> specs) {
  const absl::Status created = create_missing_ ? CreateMissing(specs) : absl::OkStatus();
  std::vector<catalog::SeriesKey> keys;  // of the specs that can be used
  std::vector<size_t> places;            // theirs in series_
  keys.reserve(specs.size());
  const size_t first = series_.size();
  for (const SeriesSpec& spec : specs) {
    market_of_.push_back(spec.market_index);
    SessionSeries series;
    absl::StatusOr<catalog::SeriesKey> key = created.ok() ? KeyOf(spec) : created;
    const auto market = static_cast<size_t>(spec.market_index);
    series.identity = IdentityOf(market < markets_.size() ? markets_[market].id : "", spec);
    if (key.ok()) {
      places.push_back(series_.size());
      keys.push_back(*std::move(key));
    } else {
      series.status = key.status();
    }
    series_.push_back(std::move(series));
  }
  const auto ids = registry_->Resolve(keys);
  for (size_t i = 0; i < places.size(); ++i) {
    SessionSeries& series = series_[places[i]];
    if (!ids.ok()) {
      series.status = ids.status();
      continue;
    }
    series.id = (*ids)[i];
    series.status = CheckArrivalsUnit(specs[places[i] - first], series.id);
  }
}

const std::vector<SessionSeries>& Dictionary::SeriesAt(absl::Time now) {
  for (Market& market : markets_) market.today = ToDay(absl::ToCivilDay(now, market.zone));
  for (size_t i = 0; i < series_.size(); ++i) {
    const auto market = static_cast<size_t>(market_of_[i]);
    if (market < markets_.size()) series_[i].today = markets_[market].today;
  }
  return series_;
}

}  // namespace glutwatch::observe

#include "server/observe/dictionary.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/resource_id.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace glutwatch::observe {
namespace {

constexpr size_t kMaxGradeBytes = 200;
constexpr int64_t kUnknownArrangement = -1;
constexpr size_t kQuotedBytes = 100;  // of a bad name, in a message
constexpr absl::string_view kHowToAdd =
    "\"; add it to the catalog or let the feed create what is missing";

std::string Quoted(absl::string_view text) {
  return absl::Utf8SafeCEscape(text.substr(0, kQuotedBytes));
}

constexpr char kEndOfName = '\xff';  // no byte of UTF-8

uint64_t HashOn(absl::string_view text, uint64_t hash) {
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211ULL;
  return hash;
}

// Of what the sender calls the series, not of what the catalog makes of it: a batch that comes
// again after the catalog has changed is still the same batch. FNV-1a.
uint64_t IdentityOf(absl::string_view market, absl::string_view goods) {
  return HashOn(goods, HashOn({&kEndOfName, 1}, HashOn(market, 14695981039346656037ULL)));
}

// A refusal of what was asked for, as opposed to a disk that does not take it now.
bool IsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsPermissionDenied(status);
}

}  // namespace

uint32_t Dictionary::AddProblem(const char* reason, std::string message) {
  const auto [number, added] =
      problem_numbers_.emplace(message, static_cast<uint32_t>(problems_.size() + 1));
  if (added) problems_.push_back({reason, std::move(message)});
  return number->second;
}

void Dictionary::AddMarkets(std::vector<MarketSpec> markets) {
  for (MarketSpec& market : markets) waiting_markets_.push_back(std::move(market));
  Settle().IgnoreError();  // the next batch asks again
}

void Dictionary::AddGoods(std::vector<GoodsSpec> goods) {
  for (GoodsSpec& one : goods) waiting_goods_.push_back(std::move(one));
  Settle().IgnoreError();
}

void Dictionary::AddSeries(absl::Span<const SeriesSpec> series) {
  waiting_series_.insert(waiting_series_.end(), series.begin(), series.end());
  Settle().IgnoreError();
}

absl::Status Dictionary::Settle() {
  if (!waiting_markets_.empty()) GLUTWATCH_RETURN_IF_ERROR(SettleMarkets());
  if (!waiting_goods_.empty()) GLUTWATCH_RETURN_IF_ERROR(SettleGoods());
  if (!waiting_series_.empty()) GLUTWATCH_RETURN_IF_ERROR(SettleSeries());
  if (!over_quota_.empty() && !preview_) GLUTWATCH_RETURN_IF_ERROR(RetryOverQuota());
  return preview_ || arrangement_ == catalog_->arrangement() ? absl::OkStatus() : FollowMerges();
}

absl::Status Dictionary::FollowMerges() {
  const int64_t arrangement = catalog_->arrangement();
  std::vector<storage::SeriesId> ids;
  std::vector<SessionSeries*> known;
  for (SessionSeries& series : series_) {
    if (series.problem != 0) continue;
    ids.push_back(series.id);
    known.push_back(&series);
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const auto now, registry_->Survivors(ids));
  for (size_t i = 0; i < now.size(); ++i) {
    if (known[i]->id == now[i]) continue;
    known[i]->id = now[i];
    known[i]->reference_known = false;
    known[i]->run = {};
  }
  arrangement_ = arrangement;
  return absl::OkStatus();
}

void Dictionary::SetNow(absl::Time now) {
  for (Zone& zone : zones_) zone.today = ToDay(absl::ToCivilDay(now, zone.zone));
}

std::optional<uint32_t> Dictionary::ZoneNumber(const std::string& name) {
  for (uint32_t i = 1; i < zones_.size(); ++i) {
    if (zones_[i].name == name) return i;
  }
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(name, &zone)) return std::nullopt;
  zones_.push_back({name, zone, {}});
  return static_cast<uint32_t>(zones_.size() - 1);
}

absl::Status Dictionary::PutWhatCanBe(const catalog::Resources& resources) const {
  absl::Status status = catalog_->Put(resources, ByFeed()).status();
  if (!IsRefusal(status)) return status;
  catalog::Resources one;
  const auto put = [&] {
    const absl::Status put_one = catalog_->Put(one, ByFeed()).status();
    one = {};
    return IsRefusal(put_one) ? absl::OkStatus() : put_one;
  };
  for (const catalog::Unit& unit : resources.units) {
    one.units = {unit};
    GLUTWATCH_RETURN_IF_ERROR(put());
  }
  for (const catalog::Product& product : resources.products) {
    one.products = {product};
    GLUTWATCH_RETURN_IF_ERROR(put());
  }
  return absl::OkStatus();
}

Problem Dictionary::PlanMarket(const MarketSpec& spec, catalog::Resources* missing) const {
  if (!create_missing_) {
    return {"UNKNOWN_MARKET", absl::StrCat("unknown market \"", Quoted(spec.market.id), kHowToAdd)};
  }
  // Up the parents that the sender names, to a region that exists: what is created lies in it.
  std::string at = spec.market.region;
  for (int depth = 0; depth <= catalog::kMaxRegionDepth && !at.empty(); ++depth) {
    if (catalog_->FindRegion(at) != nullptr) break;
    const catalog::Region* found = nullptr;
    for (const catalog::Region& region : spec.regions) {
      if (region.code == at) found = &region;
    }
    if (found == nullptr) {
      return {"UNKNOWN_REGION", absl::StrCat("market \"", Quoted(spec.market.id),
                                             "\": unknown region \"", Quoted(at), kHowToAdd)};
    }
    missing->regions.push_back(*found);
    at = found->parent;
  }
  const absl::Status allowed =
      security::Authorize(principal_, security::Action::kWritePrices, at, *catalog_);
  if (!allowed.ok()) return {"PERMISSION", std::string(allowed.message())};
  missing->markets.push_back(spec.market);
  return {};
}

Dictionary::Market Dictionary::ResolveMarket(const MarketSpec& spec, const Problem& not_created) {
  Market market;
  market.name = spec.market.id;
  const std::shared_ptr<const catalog::Market> known = catalog_->FindMarket(market.name);
  market.id = known == nullptr ? market.name : known->id;
  if (known == nullptr) {
    market.problem = AddProblem(not_created.reason, not_created.message);
    return market;
  }
  const absl::Status allowed =
      security::Authorize(principal_, security::Action::kWritePrices, known->region, *catalog_);
  if (!allowed.ok()) {
    market.problem = AddProblem("PERMISSION", std::string(allowed.message()));
  } else if (const auto zone = ZoneNumber(known->time_zone); zone.has_value()) {
    market.zone = *zone;
  } else {
    market.problem =
        AddProblem("BAD_MARKET", absl::StrCat("market \"", market.id, "\": time zone \"",
                                              known->time_zone, "\" is unknown here"));
  }
  return market;
}

absl::Status Dictionary::SettleMarkets() {
  std::vector<Problem> problems(waiting_markets_.size());
  std::vector<catalog::Resources> plans(waiting_markets_.size());
  catalog::Resources all;  // every region and market once: one write for thousands
  absl::flat_hash_map<std::string, bool> planned;  // ids; 'r' or 'm' in front
  for (size_t i = 0; i < waiting_markets_.size(); ++i) {
    const MarketSpec& spec = waiting_markets_[i];
    if (catalog_->FindMarket(spec.market.id) != nullptr) continue;
    problems[i] = PlanMarket(spec, &plans[i]);
    if (problems[i].reason != nullptr) continue;
    for (const catalog::Region& region : plans[i].regions) {
      if (planned.emplace("r" + region.code, true).second) all.regions.push_back(region);
    }
    for (const catalog::Market& market : plans[i].markets) {
      if (planned.emplace("m" + market.id, true).second) all.markets.push_back(market);
    }
  }
  const absl::Status put_all = catalog_->Put(all, ByFeed()).status();
  if (IsRefusal(put_all)) {
    for (size_t i = 0; i < plans.size(); ++i) {
      if (plans[i].markets.empty() || problems[i].reason != nullptr) continue;
      const absl::Status put = catalog_->Put(plans[i], ByFeed()).status();
      if (!put.ok() && !IsRefusal(put)) return put;
      if (!put.ok()) {
        problems[i] = {"BAD_MARKET",
                       absl::StrCat("market \"", Quoted(waiting_markets_[i].market.id),
                                    "\" cannot be created: ", put.message())};
      }
    }
  } else {
    GLUTWATCH_RETURN_IF_ERROR(put_all);
  }
  for (size_t i = 0; i < waiting_markets_.size(); ++i) {
    markets_.push_back(ResolveMarket(waiting_markets_[i], problems[i]));
  }
  waiting_markets_.clear();
  return absl::OkStatus();
}

Dictionary::LookedUp Dictionary::LookUp() const {
  LookedUp known;
  for (const GoodsSpec& spec : waiting_goods_) {
    const auto [product, added] = known.products.try_emplace(spec.product);
    if (added) product->second = catalog_->FindProduct(spec.product);
    for (const std::string* name : {&spec.unit, &spec.arrivals_unit}) {
      const auto [unit, is_new] = known.units.try_emplace(*name);
      if (is_new && !name->empty()) unit->second = catalog_->FindUnit(*name);
    }
  }
  return known;
}

absl::StatusOr<bool> Dictionary::CreateUnknown(const LookedUp& known) const {
  catalog::Resources missing;
  absl::flat_hash_map<std::string, bool> planned;  // ids; 'u' or 'p' in front
  const auto plan_unit = [&](const std::string& name) {
    if (name.empty() || known.unit(name) != nullptr) return;
    const absl::StatusOr<std::string> code = CanonicalId(name);
    if (!code.ok() || !planned.emplace("u" + *code, true).second) return;
    missing.units.push_back({.code = *code,
                             .dimension = catalog::Dimension::kUnspecified,
                             .base_quantity_e4 = std::nullopt,
                             .aliases = {name}});
  };
  for (const GoodsSpec& spec : waiting_goods_) {
    plan_unit(spec.unit);
    plan_unit(spec.arrivals_unit);
    if (known.product(spec.product) != nullptr) continue;
    const absl::StatusOr<std::string> id = CanonicalId(spec.product);
    if (!id.ok() || !planned.emplace("p" + *id, true).second) continue;
    catalog::Product product;
    product.id = *id;
    product.display_name = spec.product;
    product.display_name_en = spec.product_en;
    product.category = spec.category;
    product.aliases = {spec.product};  // the feed still finds it when somebody renames it
    if (known.unit(spec.unit) != nullptr) product.dimension = known.unit(spec.unit)->dimension;
    missing.products.push_back(std::move(product));
  }
  if (missing.units.empty() && missing.products.empty()) return false;
  GLUTWATCH_RETURN_IF_ERROR(PutWhatCanBe(missing));
  return true;
}

uint32_t Dictionary::GoodsKeyOf(const GoodsSpec& spec, const LookedUp& known,
                                catalog::SeriesKeyTable::Goods* key) {
  const catalog::Product* product = known.product(spec.product);
  const catalog::Unit* unit = known.unit(spec.unit);
  if (product == nullptr) {
    return AddProblem("UNKNOWN_PRODUCT",
                      absl::StrCat("unknown product \"", Quoted(spec.product), kHowToAdd));
  }
  if (unit == nullptr) {
    return AddProblem("UNKNOWN_UNIT",
                      absl::StrCat("unknown unit \"", Quoted(spec.unit), kHowToAdd));
  }
  if (!catalog::IsCurrencyCode(spec.currency)) {
    return AddProblem("BAD_CURRENCY", absl::StrCat("currency is \"", Quoted(spec.currency),
                                                   "\", expected three letters such as CNY"));
  }
  if (spec.grade.size() > kMaxGradeBytes || !IsUtf8(spec.grade)) {
    return AddProblem(
        "BAD_GRADE", absl::StrCat("grade is \"", Quoted(spec.grade), "\" (", spec.grade.size(),
                                  " bytes), expected at most ", kMaxGradeBytes, " bytes of UTF-8"));
  }
  *key = {product->id, spec.grade, spec.currency, unit->code};
  return 0;
}

Dictionary::Goods Dictionary::ResolveGoods(const GoodsSpec& spec, const LookedUp& known) {
  Goods goods;
  for (const std::string* name :
       {&spec.product, &spec.grade, &spec.currency, &spec.unit, &spec.arrivals_unit}) {
    absl::StrAppend(&goods.names, *name, absl::string_view(&kEndOfName, 1));
  }
  goods.problem = GoodsKeyOf(spec, known, &goods.key);
  const catalog::Unit* unit = known.unit(spec.arrivals_unit);
  if (spec.arrivals_unit.empty()) {
    goods.arrivals_problem =
        AddProblem("ARRIVALS_WITHOUT_UNIT", "arrivals, but the series names no unit for them");
  } else if (unit == nullptr) {
    goods.arrivals_problem = AddProblem(
        "UNKNOWN_UNIT",
        absl::StrCat("unknown unit of arrivals \"", Quoted(spec.arrivals_unit), kHowToAdd));
  } else {
    goods.arrivals_unit = unit->code;
  }
  return goods;
}

absl::Status Dictionary::SettleGoods() {
  LookedUp known = LookUp();
  if (create_missing_) {
    GLUTWATCH_ASSIGN_OR_RETURN(const bool created, CreateUnknown(known));
    if (created) known = LookUp();
  }
  for (const GoodsSpec& spec : waiting_goods_) goods_.push_back(ResolveGoods(spec, known));
  waiting_goods_.clear();
  return absl::OkStatus();
}

SessionSeries Dictionary::Announce(const SeriesSpec& spec) {
  SessionSeries series;
  const auto market = static_cast<size_t>(spec.market_index);
  const auto goods = static_cast<size_t>(spec.goods_index);
  const bool market_named = spec.market_index >= 0 && market < markets_.size();
  const bool goods_named = spec.goods_index >= 0 && goods < goods_.size();
  series.zone = market_named ? markets_[market].zone : 0;
  series.identity = IdentityOf(market_named ? markets_[market].name : "",
                               goods_named ? absl::string_view(goods_[goods].names) : "");
  if (!market_named) {
    series.problem = AddProblem(
        "UNKNOWN_MARKET", absl::StrCat("market_index is ", spec.market_index,
                                       ", the stream has named ", markets_.size(), " markets"));
  } else if (!goods_named) {
    series.problem = AddProblem("UNKNOWN_GOODS",
                                absl::StrCat("goods index is ", spec.goods_index,
                                             ", the stream has named ", goods_.size(), " goods"));
  } else {
    series.problem =
        markets_[market].problem != 0 ? markets_[market].problem : goods_[goods].problem;
    series.arrivals_problem = goods_[goods].arrivals_problem;
  }
  return series;
}

std::vector<storage::SeriesId> Dictionary::PreviewNumbers(const catalog::SeriesKeyTable& keys) {
  std::vector<storage::SeriesId> ids = registry_->Lookup(keys);
  const int64_t left = quota_.account == nullptr
                           ? std::numeric_limits<int64_t>::max()
                           : quota_.account->NewSeriesLeft(quota_.clock->Now());
  for (storage::SeriesId& id : ids) {
    if (id == storage::SeriesId{0} && made_up_ < left) {
      id = storage::SeriesId{std::numeric_limits<uint32_t>::max() - made_up_++};
    }
  }
  return ids;
}

absl::StatusOr<std::vector<storage::SeriesId>> Dictionary::Resolve(
    const catalog::SeriesKeyTable& keys) {
  int64_t taken = 0;
  auto ids = registry_->Resolve(keys, [this, &taken](size_t wanted) {
    taken = quota_.account->TakeNewSeries(static_cast<int64_t>(wanted), quota_.clock->Now());
    return static_cast<size_t>(taken);
  });
  if (!ids.ok()) quota_.account->ReturnNewSeries(taken);
  return ids;
}

absl::StatusOr<std::vector<storage::SeriesId>> Dictionary::NumbersWithin(
    const catalog::SeriesKeyTable& keys, size_t left) {
  std::vector<storage::SeriesId> ids = registry_->Lookup(keys);
  catalog::SeriesKeyTable some;
  std::vector<size_t> places;  // of the rows of `some`
  for (size_t i = 0; i < ids.size() && places.size() < left; ++i) {
    if (ids[i] != storage::SeriesId{0}) continue;
    const auto number = static_cast<uint32_t>(places.size());
    some.markets.push_back(keys.markets[keys.rows[i].market]);
    some.goods.push_back(keys.goods[keys.rows[i].goods]);
    some.rows.push_back({number, number});
    places.push_back(i);
  }
  if (places.empty()) return ids;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto added, Resolve(some));
  for (size_t i = 0; i < places.size(); ++i) ids[places[i]] = added[i];
  return ids;
}

absl::StatusOr<std::vector<storage::SeriesId>> Dictionary::Numbers(
    const catalog::SeriesKeyTable& keys) {
  if (preview_) return PreviewNumbers(keys);
  if (quota_.account == nullptr) return registry_->Resolve(keys);
  const int64_t left = quota_.account->NewSeriesLeft(quota_.clock->Now());
  if (left >= static_cast<int64_t>(keys.rows.size())) return Resolve(keys);
  return NumbersWithin(keys, static_cast<size_t>(left));
}

absl::StatusOr<std::vector<absl::string_view>> Dictionary::ArrivalsUnits(
    const std::vector<storage::SeriesId>& series, const std::vector<absl::string_view>& units) {
  if (!preview_) return registry_->SetArrivalsUnits(series, units);
  std::vector<absl::string_view> now = units;
  for (size_t i = 0; i < now.size(); ++i) {
    const auto known = registry_->Find(series[i]);
    if (!known.has_value() || known->arrivals_unit.empty()) continue;
    // The unit of a series stays, so that asking for it changes nothing and gives a lasting view.
    GLUTWATCH_ASSIGN_OR_RETURN(const auto kept,
                               registry_->SetArrivalsUnits({&series[i], 1}, {&units[i], 1}));
    now[i] = kept[0];
  }
  return now;
}

absl::Status Dictionary::SetArrivalsUnits(const std::vector<Named>& named) {
  std::vector<storage::SeriesId> ids;
  std::vector<absl::string_view> codes;
  std::vector<size_t> places;
  ids.reserve(named.size());
  codes.reserve(named.size());
  places.reserve(named.size());
  for (const Named& one : named) {
    const Goods& goods = goods_[static_cast<size_t>(one.spec.goods_index)];
    if (goods.arrivals_unit.empty()) continue;
    ids.push_back(series_[one.place].id);
    codes.push_back(goods.arrivals_unit);
    places.push_back(one.place);
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const auto now, ArrivalsUnits(ids, codes));
  for (size_t i = 0; i < now.size(); ++i) {
    if (now[i] == codes[i]) continue;
    series_[places[i]].arrivals_problem = AddProblem(
        "ARRIVALS_UNIT_CHANGED",
        absl::StrCat("arrivals in \"", codes[i], "\", expected \"", now[i], "\" as before"));
  }
  return absl::OkStatus();
}

absl::Status Dictionary::Register(std::vector<Named> named) {
  catalog::SeriesKeyTable keys;
  for (const Market& market : markets_) keys.markets.push_back(market.id);
  for (const Goods& goods : goods_) keys.goods.push_back(goods.key);
  keys.rows.reserve(named.size());
  for (const Named& one : named) {
    keys.rows.push_back({static_cast<uint32_t>(one.spec.market_index),
                         static_cast<uint32_t>(one.spec.goods_index)});
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const auto ids, Numbers(keys));
  for (size_t i = 0; i < named.size(); ++i) series_[named[i].place].id = ids[i];
  const auto has_number = [this](const Named& one) {
    return series_[one.place].id != storage::SeriesId{0};
  };
  // stable_partition takes a buffer even if nothing has to move, which is nearly always.
  auto end = std::find_if_not(named.begin(), named.end(), has_number);
  end = std::stable_partition(end, named.end(), has_number);
  const std::vector<Named> refused(end, named.end());
  named.erase(end, named.end());
  GLUTWATCH_RETURN_IF_ERROR(SetArrivalsUnits(named));
  for (const Named& one : named) series_[one.place].problem = 0;
  if (refused.empty()) return absl::OkStatus();
  const uint32_t problem = AddProblem(
      "QUOTA_SERIES",
      quota_.account->RefuseNewSeries(static_cast<int64_t>(refused.size()), quota_.clock->Now()));
  for (const Named& one : refused) series_[one.place].problem = problem;
  over_quota_.insert(over_quota_.end(), refused.begin(), refused.end());
  return absl::OkStatus();
}

absl::Status Dictionary::SettleSeries() {
  const size_t first = series_.size();
  std::vector<Named> usable;
  usable.reserve(waiting_series_.size());
  for (const SeriesSpec& spec : waiting_series_) {
    series_.push_back(Announce(spec));
    if (series_.back().problem == 0) usable.push_back({series_.size() - 1, spec});
  }
  absl::Status status = Register(std::move(usable));
  if (!status.ok()) {
    series_.resize(first);
    return status;
  }
  waiting_series_.clear();
  return absl::OkStatus();
}

absl::Status Dictionary::RetryOverQuota() {
  const int64_t left = quota_.account->NewSeriesLeft(quota_.clock->Now());
  const auto count =
      static_cast<std::ptrdiff_t>(std::min(left, static_cast<int64_t>(over_quota_.size())));
  if (count == 0) return absl::OkStatus();
  GLUTWATCH_RETURN_IF_ERROR(Register({over_quota_.begin(), over_quota_.begin() + count}));
  over_quota_.erase(over_quota_.begin(), over_quota_.begin() + count);
  arrangement_ = kUnknownArrangement;  // their markets may have been merged since they were named
  return absl::OkStatus();
}

}  // namespace glutwatch::observe

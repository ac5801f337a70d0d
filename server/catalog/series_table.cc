#include "server/catalog/series_table.h"

#include <algorithm>
#include <limits>

namespace glutwatch::catalog {
namespace {

uint64_t GroupKey(uint32_t product, uint32_t region) { return (uint64_t{product} << 32) | region; }

std::vector<SeriesId> ToIds(const std::vector<uint32_t>& numbers) {
  std::vector<SeriesId> ids;
  ids.reserve(numbers.size());
  for (const uint32_t number : numbers) ids.push_back(SeriesId{number});
  return ids;
}

bool Allows(const std::vector<bool>& allowed, uint32_t number) {
  return number < allowed.size() && allowed[number];
}

size_t TotalSize(const std::vector<std::vector<uint32_t>>& lists,
                 const std::vector<bool>& allowed) {
  size_t total = 0;
  for (size_t i = 0; i < lists.size(); ++i) total += allowed[i] ? lists[i].size() : 0;
  return total;
}

void Gather(const std::vector<std::vector<uint32_t>>& lists, const std::vector<bool>& allowed,
            std::vector<uint32_t>* numbers) {
  for (size_t i = 0; i < lists.size(); ++i) {
    if (allowed[i]) numbers->insert(numbers->end(), lists[i].begin(), lists[i].end());
  }
}

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// When each of `names` was merged; empty if none was.
template <typename Get>
std::vector<int64_t> MergesOf(const Interner& names, const Get& get) {
  std::vector<int64_t> merges(names.size(), kNever);
  bool any = false;
  for (uint32_t i = 0; i < merges.size(); ++i) {
    const auto found = get(names.Text(i));
    if (found == nullptr || !found->standing.is_merged()) continue;
    merges[i] = found->standing.merged_us;
    any = true;
  }
  if (!any) merges.clear();
  return merges;
}

int64_t At(const std::vector<int64_t>& merges, uint32_t number) {
  return number < merges.size() ? merges[number] : kNever;
}

}  // namespace

Series SeriesTable::Get(SeriesId series) const {
  const PackedKey& packed = definitions_[Index(series)];
  const Quote& quote = quotes_[packed.quote];
  return {.id = series,
          .key = {.market = markets_.Text(packed.market),
                  .product = products_.Text(packed.product),
                  .grade = grades_.Text(packed.grade),
                  .currency = currencies_.Text(quote.currency),
                  .unit = units_.Text(quote.unit)},
          .arrivals_unit = ArrivalsUnit(series)};
}

std::optional<PackedKey> SeriesTable::FindGoods(const SeriesKeyTable::Goods& goods) const {
  const auto product = products_.Find(goods.product);
  const auto grade = grades_.Find(goods.grade);
  const auto currency = currencies_.Find(goods.currency);
  const auto unit = units_.Find(goods.unit);
  if (!product || !grade || !currency || !unit) return std::nullopt;
  const auto quote = quote_numbers_.find(Quote{*currency, *unit});
  if (quote == quote_numbers_.end()) return std::nullopt;
  return PackedKey{0, *product, *grade, quote->second};
}

uint32_t SeriesTable::PackMarket(absl::string_view market) { return markets_.Intern(market); }

PackedKey SeriesTable::PackGoods(const SeriesKeyTable::Goods& goods) {
  if (units_.size() == 0) units_.Intern("");
  const Quote quote{currencies_.Intern(goods.currency), units_.Intern(goods.unit)};
  const auto [number, added] = quote_numbers_.emplace(quote, static_cast<uint32_t>(quotes_.size()));
  if (added) quotes_.push_back(quote);
  return {0, products_.Intern(goods.product), grades_.Intern(goods.grade), number->second};
}

void SeriesTable::Reserve(size_t more) {
  const size_t wanted = definitions_.size() + more;
  if (wanted <= definitions_.capacity()) return;
  const size_t grown = std::max(wanted, 2 * definitions_.capacity());
  definitions_.reserve(grown);
  arrivals_units_.reserve(grown);
  by_key_.reserve(grown);
}

void SeriesTable::Add(const PackedKey& packed) {
  definitions_.push_back(packed);
  arrivals_units_.push_back(0);
  const auto number = static_cast<uint32_t>(definitions_.size());
  by_key_.insert(number);
  if (by_market_.size() <= packed.market) by_market_.resize(packed.market + 1);
  by_market_[packed.market].push_back(number);
  if (by_product_.size() <= packed.product) by_product_.resize(packed.product + 1);
  by_product_[packed.product].push_back(number);
  AddToGroup(number);
}

uint32_t SeriesTable::RegionOf(uint32_t market) {
  while (market_regions_.size() <= market) {
    const auto next = static_cast<uint32_t>(market_regions_.size());
    const std::shared_ptr<const Market> found = catalog_->GetMarket(markets_.Text(next));
    market_regions_.push_back(regions_.Intern(found == nullptr ? "" : found->region));
  }
  return market_regions_[market];
}

void SeriesTable::AddToGroup(uint32_t number) {
  const PackedKey& packed = definitions_[number - 1];
  groups_[GroupKey(packed.product, RegionOf(packed.market))].push_back(number);
}

void SeriesTable::Refresh() {
  if (IsFresh()) return;
  arrangement_ = catalog_->arrangement();
  market_regions_.clear();
  groups_.clear();
  for (uint32_t number = 1; number <= definitions_.size(); ++number) AddToGroup(number);
  LoadMerges();
}

void SeriesTable::LoadMerges() {
  market_merges_ =
      MergesOf(markets_, [this](absl::string_view id) { return catalog_->GetMarket(id); });
  product_merges_ =
      MergesOf(products_, [this](absl::string_view id) { return catalog_->GetProduct(id); });
}

bool SeriesTable::IsMerged(const PackedKey& packed, int64_t as_of_us) const {
  const int64_t merged_us =
      std::min(At(market_merges_, packed.market), At(product_merges_, packed.product));
  return merged_us != kNever && merged_us <= as_of_us;
}

std::vector<SeriesId> SeriesTable::Merged() const {
  std::vector<uint32_t> numbers;
  if (market_merges_.empty() && product_merges_.empty()) return {};
  for (uint32_t number = 1; number <= definitions_.size(); ++number) {
    if (IsMerged(definitions_[number - 1], kNever)) numbers.push_back(number);
  }
  return ToIds(numbers);
}

std::vector<SeriesId> SeriesTable::InGroup(absl::string_view product, absl::string_view region,
                                           int64_t as_of_us) const {
  const std::shared_ptr<const Product> found =
      catalog_->GetProduct(product) == nullptr ? catalog_->FindProduct(product) : nullptr;
  const auto product_number = products_.Find(found == nullptr ? product : found->id);
  const auto region_number = regions_.Find(region);
  if (!product_number || !region_number) return {};
  const auto group = groups_.find(GroupKey(*product_number, *region_number));
  if (group == groups_.end()) return {};
  std::vector<SeriesId> ids;
  ids.reserve(group->second.size());
  for (const uint32_t number : group->second) {
    if (!IsMerged(definitions_[number - 1], as_of_us)) ids.push_back(SeriesId{number});
  }
  return ids;
}

std::vector<bool> SeriesTable::AllowedMarkets(const Filter& filter) const {
  if (filter.markets.empty() && filter.region.empty()) return {};
  std::vector<bool> allowed(by_market_.size(), filter.markets.empty());
  for (const std::string& id : filter.markets) {
    const auto number = markets_.Find(id);
    if (number && *number < allowed.size()) allowed[*number] = true;
  }
  if (filter.region.empty()) return allowed;
  absl::flat_hash_map<std::string, bool> region_within;  // few regions, many markets
  for (uint32_t i = 0; i < allowed.size(); ++i) {
    if (!allowed[i]) continue;
    const std::shared_ptr<const Market> market = catalog_->GetMarket(markets_.Text(i));
    if (market == nullptr) {
      allowed[i] = false;
      continue;
    }
    const auto [known, added] = region_within.emplace(market->region, false);
    if (added) known->second = catalog_->IsWithin(market->region, filter.region);
    allowed[i] = known->second;
  }
  return allowed;
}

std::vector<bool> SeriesTable::AllowedProducts(const Filter& filter) const {
  if (filter.products.empty()) return {};
  std::vector<bool> allowed(by_product_.size(), false);
  for (const std::string& id : filter.products) {
    const auto number = products_.Find(id);
    if (number && *number < allowed.size()) allowed[*number] = true;
  }
  return allowed;
}

std::vector<uint32_t> SeriesTable::Candidates(const Filter& filter,
                                              const std::vector<bool>& markets,
                                              const std::vector<bool>& products,
                                              SeriesId after) const {
  std::vector<uint32_t> numbers;
  const bool by_market = !filter.markets.empty() || !filter.region.empty();
  const bool by_product = !filter.products.empty();
  if (!filter.series.empty()) {
    for (const SeriesId series : filter.series) numbers.push_back(static_cast<uint32_t>(series));
  } else if (by_market &&
             (!by_product || TotalSize(by_market_, markets) <= TotalSize(by_product_, products))) {
    Gather(by_market_, markets, &numbers);
  } else if (by_product) {
    Gather(by_product_, products, &numbers);
  } else {
    for (size_t i = static_cast<uint32_t>(after); i < definitions_.size(); ++i) {
      numbers.push_back(static_cast<uint32_t>(i + 1));
    }
  }
  return numbers;
}

std::vector<SeriesId> SeriesTable::Select(const Filter& filter, SeriesId after,
                                          size_t limit) const {
  const std::vector<bool> markets = AllowedMarkets(filter);
  const std::vector<bool> products = AllowedProducts(filter);
  const bool any_market = filter.markets.empty() && filter.region.empty();
  const bool any_product = filter.products.empty();
  std::vector<uint32_t> matching;
  for (const uint32_t number : Candidates(filter, markets, products, after)) {
    const PackedKey& packed = definitions_[number - 1];
    const bool there = !filter.series.empty() || !IsMerged(packed, filter.as_of_us);
    if (there && number > static_cast<uint32_t>(after) &&
        (any_market || Allows(markets, packed.market)) &&
        (any_product || Allows(products, packed.product))) {
      matching.push_back(number);
    }
  }
  std::sort(matching.begin(), matching.end());
  matching.erase(std::unique(matching.begin(), matching.end()), matching.end());
  if (matching.size() > limit) matching.resize(limit);
  return ToIds(matching);
}

}  // namespace glutwatch::catalog

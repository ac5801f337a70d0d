#include "server/catalog/catalog.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/resource_id.h"
#include "base/status_macros.h"
#include "server/catalog/builtin.h"
#include "server/catalog/catalog_state.h"
#include "server/catalog/pack_unit.h"
#include "server/catalog/resource_check.h"
#include "server/catalog/resource_codec.h"

namespace glutwatch::catalog {
namespace {

using storage::Table;

// First byte of a key in kCatalog; the id follows. On disk.
constexpr char kUnitKey = 'u';
constexpr char kRegionKey = 'r';
constexpr char kMarketKey = 'm';
constexpr char kProductKey = 'p';

const std::string& IdOf(const Unit& unit) { return unit.code; }
const std::string& IdOf(const Region& region) { return region.code; }
const std::string& IdOf(const Market& market) { return market.id; }
const std::string& IdOf(const Product& product) { return product.id; }

template <typename T>
bool LoadOne(absl::string_view value, CatalogState* state) {
  T resource;
  if (!Decode(value, &resource)) return false;
  state->Put(std::move(resource));
  return true;
}

bool LoadAny(absl::string_view key, absl::string_view value, CatalogState* state) {
  switch (key.empty() ? '\0' : key[0]) {
    case kUnitKey:
      return LoadOne<Unit>(value, state);
    case kRegionKey:
      return LoadOne<Region>(value, state);
    case kMarketKey:
      return LoadOne<Market>(value, state);
    case kProductKey:
      return LoadOne<Product>(value, state);
    default:
      return false;
  }
}

class StoredCatalog final : public Catalog {
 public:
  explicit StoredCatalog(storage::Database* database) : database_(database) {}

  absl::Status Load();

  std::shared_ptr<const Region> FindRegion(absl::string_view code) const override {
    ReaderMutexLock lock(&mu_);
    return state_.regions.Find(code);
  }
  std::shared_ptr<const Market> FindMarket(absl::string_view id) const override {
    ReaderMutexLock lock(&mu_);
    return state_.markets.Find(id);
  }
  std::shared_ptr<const Product> FindProduct(absl::string_view name) const override;
  std::shared_ptr<const Unit> FindUnit(absl::string_view name) const override;

  bool IsWithin(absl::string_view code, absl::string_view ancestor) const override {
    ReaderMutexLock lock(&mu_);
    return state_.IsWithin(code, ancestor);
  }
  int64_t market_moves() const override {
    ReaderMutexLock lock(&mu_);
    return market_moves_;
  }

  std::vector<std::shared_ptr<const Region>> ListRegions(absl::string_view within,
                                                         absl::string_view after,
                                                         int limit) const override;
  std::vector<std::shared_ptr<const Market>> ListMarkets(absl::string_view within,
                                                         absl::string_view after,
                                                         int limit) const override;
  std::vector<std::shared_ptr<const Product>> ListProducts(absl::string_view category,
                                                           absl::string_view after,
                                                           int limit) const override;
  std::vector<std::shared_ptr<const Unit>> ListUnits() const override;

  absl::StatusOr<int> Put(const Resources& resources, bool validate_only) override;
  Resources Export() const override;
  std::optional<ProductionCost> FindCost(absl::string_view product, absl::string_view region,
                                         CostConcept cost_concept, Day day) const override;

 private:
  Resources MissingBuiltins() const;
  void Apply(Resources changed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  storage::Database* const database_;
  Mutex put_mu_;  // one Put at a time; taken before mu_
  mutable SharedMutex mu_;
  CatalogState state_ ABSL_GUARDED_BY(mu_);
  int64_t market_moves_ ABSL_GUARDED_BY(mu_) = 0;
};

absl::Status StoredCatalog::Load() {
  {
    WriterMutexLock lock(&mu_);
    std::string damaged;
    GLUTWATCH_RETURN_IF_ERROR(database_->Scan(Table::kCatalog, "", "",
                                              [&](absl::string_view key, absl::string_view value) {
                                                if (!LoadAny(key, value, &state_))
                                                  damaged = std::string(key);
                                                return damaged.empty();
                                              }));
    if (!damaged.empty()) {
      return absl::DataLossError(absl::StrCat("table catalog, key \"",
                                              absl::Utf8SafeCEscape(damaged),
                                              "\": not a resource of a known version"));
    }
  }
  const absl::StatusOr<int> added = Put(MissingBuiltins(), /*validate_only=*/false);
  return added.status();
}

// A later release may bring new built-in units; what the operator has named stays.
Resources StoredCatalog::MissingBuiltins() const {
  ReaderMutexLock lock(&mu_);
  Resources missing;
  for (Unit& unit : BuiltinUnits()) {
    if (state_.unit_names.contains(unit.code)) continue;
    std::vector<std::string> free;
    for (std::string& alias : unit.aliases) {
      const absl::StatusOr<std::string> name = CanonicalId(alias);
      if (name.ok() && !state_.unit_names.contains(*name)) free.push_back(std::move(alias));
    }
    unit.aliases = std::move(free);
    missing.units.push_back(std::move(unit));
  }
  if (state_.products.Get(kAllProducts) == nullptr) missing.products.push_back(AllProducts());
  return missing;
}

std::shared_ptr<const Product> StoredCatalog::FindProduct(absl::string_view name) const {
  {
    ReaderMutexLock lock(&mu_);
    std::shared_ptr<const Product> product = state_.products.Find(name);
    if (product != nullptr) return product;
  }
  const absl::StatusOr<std::string> canonical = CanonicalId(name);
  if (!canonical.ok()) return nullptr;
  ReaderMutexLock lock(&mu_);
  const auto found = state_.product_names.find(*canonical);
  return found == state_.product_names.end() ? nullptr : state_.products.Find(found->second);
}

std::shared_ptr<const Unit> StoredCatalog::FindUnit(absl::string_view name) const {
  const auto find = [this](absl::string_view simple_name) -> std::shared_ptr<const Unit> {
    {
      ReaderMutexLock lock(&mu_);
      std::shared_ptr<const Unit> unit = state_.units.Find(simple_name);
      if (unit != nullptr) return unit;
    }
    const absl::StatusOr<std::string> canonical = CanonicalId(simple_name);
    if (!canonical.ok()) return nullptr;
    ReaderMutexLock lock(&mu_);
    const auto found = state_.unit_names.find(*canonical);
    return found == state_.unit_names.end() ? nullptr : state_.units.Find(found->second);
  };
  std::shared_ptr<const Unit> unit = find(name);
  return unit != nullptr ? unit : ParsePackUnit(name, find);
}

std::vector<std::shared_ptr<const Region>> StoredCatalog::ListRegions(absl::string_view within,
                                                                      absl::string_view after,
                                                                      int limit) const {
  ReaderMutexLock lock(&mu_);
  std::vector<std::shared_ptr<const Region>> list;
  state_.regions.VisitAfter(after, [&](const std::shared_ptr<const Region>& region) {
    if (static_cast<int>(list.size()) >= limit) return false;
    if (within.empty() || state_.IsWithin(region->code, within)) list.push_back(region);
    return true;
  });
  return list;
}

std::vector<std::shared_ptr<const Market>> StoredCatalog::ListMarkets(absl::string_view within,
                                                                      absl::string_view after,
                                                                      int limit) const {
  ReaderMutexLock lock(&mu_);
  std::vector<std::shared_ptr<const Market>> list;
  absl::flat_hash_map<std::string, bool> region_within;  // few regions, many markets
  state_.markets.VisitAfter(after, [&](const std::shared_ptr<const Market>& market) {
    if (static_cast<int>(list.size()) >= limit) return false;
    if (!within.empty()) {
      const auto [known, added] = region_within.emplace(market->region, false);
      if (added) known->second = state_.IsWithin(market->region, within);
      if (!known->second) return true;
    }
    list.push_back(market);
    return true;
  });
  return list;
}

std::vector<std::shared_ptr<const Product>> StoredCatalog::ListProducts(absl::string_view category,
                                                                        absl::string_view after,
                                                                        int limit) const {
  ReaderMutexLock lock(&mu_);
  std::vector<std::shared_ptr<const Product>> list;
  state_.products.VisitAfter(after, [&](const std::shared_ptr<const Product>& product) {
    if (static_cast<int>(list.size()) >= limit) return false;
    if (category.empty() || product->category == category) list.push_back(product);
    return true;
  });
  return list;
}

std::vector<std::shared_ptr<const Unit>> StoredCatalog::ListUnits() const {
  ReaderMutexLock lock(&mu_);
  std::vector<std::shared_ptr<const Unit>> list;
  state_.units.VisitAfter("", [&](const std::shared_ptr<const Unit>& unit) {
    list.push_back(unit);
    return true;
  });
  return list;
}

// Copies what is new or different, and adds its bytes to `set`.
template <typename T>
void CollectChanges(const std::vector<T>& values, const ResourceTable<T>& existing, char key,
                    std::vector<T>* changed, storage::WriteSet* set) {
  for (const T& value : values) {
    const T* old_value = existing.Get(IdOf(value));
    if (old_value != nullptr && *old_value == value) continue;
    changed->push_back(value);
    set->Put(Table::kCatalog, absl::StrCat(std::string(1, key), IdOf(value)), Encode(value));
  }
}

absl::StatusOr<int> StoredCatalog::Put(const Resources& resources, bool validate_only) {
  MutexLock one_writer(&put_mu_);
  Resources changed;
  storage::WriteSet set;
  {
    ReaderMutexLock lock(&mu_);
    GLUTWATCH_RETURN_IF_ERROR(CheckResources(resources, state_));
    CollectChanges(resources.units, state_.units, kUnitKey, &changed.units, &set);
    CollectChanges(resources.regions, state_.regions, kRegionKey, &changed.regions, &set);
    CollectChanges(resources.markets, state_.markets, kMarketKey, &changed.markets, &set);
    CollectChanges(resources.products, state_.products, kProductKey, &changed.products, &set);
  }
  const size_t count = changed.units.size() + changed.regions.size() + changed.markets.size() +
                       changed.products.size();
  if (count == 0 || validate_only) return static_cast<int>(count);
  GLUTWATCH_RETURN_IF_ERROR(database_->Write(set, storage::Durability::kFsynced));
  WriterMutexLock lock(&mu_);
  Apply(std::move(changed));
  return static_cast<int>(count);
}

void StoredCatalog::Apply(Resources changed) {
  for (Unit& unit : changed.units) state_.Put(std::move(unit));
  for (Region& region : changed.regions) state_.Put(std::move(region));
  for (Market& market : changed.markets) {
    const Market* old_market = state_.markets.Get(market.id);
    if (old_market != nullptr && old_market->region != market.region) ++market_moves_;
    state_.Put(std::move(market));
  }
  for (Product& product : changed.products) state_.Put(std::move(product));
}

Resources StoredCatalog::Export() const {
  ReaderMutexLock lock(&mu_);
  return {.description = "",
          .units = state_.units.Values(),
          .regions = state_.regions.Values(),
          .markets = state_.markets.Values(),
          .products = state_.products.Values()};
}

std::optional<ProductionCost> StoredCatalog::FindCost(absl::string_view product,
                                                      absl::string_view region,
                                                      CostConcept cost_concept, Day day) const {
  const std::shared_ptr<const Product> found = FindProduct(product);
  if (found == nullptr || found->costs.empty()) return std::nullopt;
  ReaderMutexLock lock(&mu_);
  for (const Region* at = state_.regions.Get(region); at != nullptr;
       at = state_.regions.Get(at->parent)) {
    const ProductionCost* best = nullptr;
    for (const ProductionCost& cost : found->costs) {
      if (cost.region != at->code || cost.cost_concept != cost_concept || cost.valid_from > day ||
          (cost.valid_to.has_value() && *cost.valid_to < day)) {
        continue;
      }
      if (best == nullptr || cost.valid_from > best->valid_from) best = &cost;
    }
    if (best != nullptr) return *best;
  }
  return std::nullopt;
}

}  // namespace

Catalog::~Catalog() = default;

absl::StatusOr<std::unique_ptr<Catalog>> Catalog::Open(storage::Database* database) {
  auto catalog = std::make_unique<StoredCatalog>(database);
  GLUTWATCH_RETURN_IF_ERROR(catalog->Load());
  return catalog;
}

}  // namespace glutwatch::catalog

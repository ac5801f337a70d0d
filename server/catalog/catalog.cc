#include "server/catalog/catalog.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/resource_id.h"
#include "base/status_macros.h"
#include "server/catalog/builtin.h"
#include "server/catalog/catalog_state.h"
#include "server/catalog/change_log.h"
#include "server/catalog/merge_plan.h"
#include "server/catalog/pack_unit.h"
#include "server/catalog/put_plan.h"
#include "server/catalog/resource_codec.h"

namespace glutwatch::catalog {
namespace {

using storage::Table;

constexpr int64_t kNewest = std::numeric_limits<int64_t>::max();

template <typename T>
bool LoadOne(absl::string_view value, CatalogState* state) {
  T resource;
  if (!Decode(value, &resource)) return false;
  state->Put(std::move(resource));
  return true;
}

bool LoadAny(absl::string_view key, absl::string_view value, CatalogState* state) {
  switch (key.empty() ? '\0' : key[0]) {
    case 'u':
      return LoadOne<Unit>(value, state);
    case 'r':
      return LoadOne<Region>(value, state);
    case 'm':
      return LoadOne<Market>(value, state);
    case 'p':
      return LoadOne<Product>(value, state);
    case 'h':
      return true;  // the log's
    default:
      return false;
  }
}

class StoredCatalog final : public Catalog {
 public:
  StoredCatalog(storage::Database* database, const Clock* clock)
      : database_(database), clock_(clock), log_(database) {}

  absl::Status Load();

  std::shared_ptr<const Region> FindRegion(absl::string_view code) const override {
    ReaderMutexLock lock(&mu_);
    return state_.regions.Find(code);
  }
  std::shared_ptr<const Market> FindMarket(absl::string_view name) const override;
  std::shared_ptr<const Product> FindProduct(absl::string_view name) const override;
  std::shared_ptr<const Unit> FindUnit(absl::string_view name) const override;
  std::shared_ptr<const Market> GetMarket(absl::string_view id) const override {
    ReaderMutexLock lock(&mu_);
    return state_.markets.Find(id);
  }
  std::shared_ptr<const Product> GetProduct(absl::string_view id) const override {
    ReaderMutexLock lock(&mu_);
    return state_.products.Find(id);
  }

  bool IsWithin(absl::string_view code, absl::string_view ancestor) const override {
    ReaderMutexLock lock(&mu_);
    return state_.IsWithin(code, ancestor);
  }
  int64_t arrangement() const override {
    ReaderMutexLock lock(&mu_);
    return arrangement_;
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

  absl::StatusOr<int> Put(const Resources& resources, const Edit& edit) override;
  absl::StatusOr<bool> MergeMarket(absl::string_view from, absl::string_view into,
                                   const Edit& edit) override {
    return Merge(&PlanMarketMerge, from, into, edit);
  }
  absl::StatusOr<bool> MergeProduct(absl::string_view from, absl::string_view into,
                                    const Edit& edit) override {
    return Merge(&PlanProductMerge, from, into, edit);
  }
  absl::StatusOr<std::vector<ResourceChange>> ListChanges(const Resource* resource, int64_t before,
                                                          int limit) const override {
    return log_.List(resource == nullptr ? "" : ResourceKey(*resource), before, limit);
  }
  Resources Export() const override;
  std::optional<ProductionCost> FindCost(absl::string_view product, absl::string_view region,
                                         CostConcept cost_concept, Day day) const override;

 private:
  using Plan = absl::StatusOr<Resources> (*)(const CatalogState&, absl::string_view,
                                             absl::string_view, int64_t);

  absl::Status LoadEdited() ABSL_EXCLUSIVE_LOCKS_REQUIRED(put_mu_);
  Resources MissingBuiltins() const;
  // Strictly increasing, also over restarts and when the clock goes back.
  int64_t NextTime() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(put_mu_) {
    return std::max(absl::ToUnixMicros(clock_->Now()), log_.newest_us() + 1);
  }
  absl::StatusOr<bool> Merge(Plan plan, absl::string_view from, absl::string_view into,
                             const Edit& edit);
  absl::StatusOr<int> PutAt(const Resources& resources, const Edit& edit, int64_t recorded_us)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(put_mu_);
  void Apply(Resources changed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  storage::Database* const database_;
  const Clock* const clock_;
  Mutex put_mu_;   // one Put at a time; taken before mu_
  ChangeLog log_;  // written under put_mu_
  EditedKeys edited_ ABSL_GUARDED_BY(put_mu_);
  mutable SharedMutex mu_;
  CatalogState state_ ABSL_GUARDED_BY(mu_);
  int64_t arrangement_ ABSL_GUARDED_BY(mu_) = 0;
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
  {
    MutexLock one_writer(&put_mu_);
    GLUTWATCH_RETURN_IF_ERROR(log_.Load());
    GLUTWATCH_RETURN_IF_ERROR(LoadEdited());
  }
  return Put(MissingBuiltins(), {.origin = Origin::kServer}).status();
}

// The newest change of each resource counts.
absl::Status StoredCatalog::LoadEdited() {
  absl::flat_hash_set<std::string> seen;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto changes,
                             log_.List("", kNewest, std::numeric_limits<int>::max()));
  for (const ResourceChange& change : changes) {
    std::string key = ResourceKey(change.after);
    if (seen.insert(key).second && change.origin == Origin::kPerson) edited_.insert(std::move(key));
  }
  return absl::OkStatus();
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

std::shared_ptr<const Market> StoredCatalog::FindMarket(absl::string_view name) const {
  {
    ReaderMutexLock lock(&mu_);
    std::shared_ptr<const Market> market = state_.FindMarket(name, "");
    if (market != nullptr) return market;
  }
  const absl::StatusOr<std::string> canonical = CanonicalId(name);
  if (!canonical.ok()) return nullptr;
  ReaderMutexLock lock(&mu_);
  return state_.FindMarket(name, *canonical);
}

std::shared_ptr<const Product> StoredCatalog::FindProduct(absl::string_view name) const {
  {
    ReaderMutexLock lock(&mu_);
    std::shared_ptr<const Product> product = state_.FindProduct(name, "");
    if (product != nullptr) return product;
  }
  const absl::StatusOr<std::string> canonical = CanonicalId(name);
  if (!canonical.ok()) return nullptr;
  ReaderMutexLock lock(&mu_);
  return state_.FindProduct(name, *canonical);
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

absl::StatusOr<int> StoredCatalog::Put(const Resources& resources, const Edit& edit) {
  MutexLock one_writer(&put_mu_);
  return PutAt(resources, edit, NextTime());
}

absl::StatusOr<bool> StoredCatalog::Merge(Plan plan, absl::string_view from, absl::string_view into,
                                          const Edit& edit) {
  MutexLock one_writer(&put_mu_);
  const int64_t now_us = NextTime();
  absl::StatusOr<Resources> resources;
  {
    ReaderMutexLock lock(&mu_);
    resources = plan(state_, from, into, now_us);
  }
  if (!resources.ok()) return resources.status();
  GLUTWATCH_ASSIGN_OR_RETURN(const int changed, PutAt(*resources, edit, now_us));
  return changed > 0;
}

absl::StatusOr<int> StoredCatalog::PutAt(const Resources& resources, const Edit& edit,
                                         int64_t recorded_us) {
  absl::StatusOr<PutPlan> plan;
  {
    ReaderMutexLock lock(&mu_);
    plan = PlanPut(state_, resources, edit, edited_);
  }
  if (!plan.ok()) return plan.status();
  const auto count = static_cast<int>(plan->changes.size());
  if (count == 0 || edit.validate_only) return count;
  storage::WriteSet set;
  for (ResourceChange& change : plan->changes) {
    change.recorded_us = recorded_us;
    log_.Stage(change, &set);
    set.Put(Table::kCatalog, ResourceKey(change.after),
            std::visit([](const auto& value) { return Encode(value); }, change.after));
  }
  const absl::Status written = database_->Write(set, storage::Durability::kFsynced);
  if (!written.ok()) {
    log_.Dropped();
    return written;
  }
  log_.Written(recorded_us);
  for (const ResourceChange& change : plan->changes) {
    if (edit.origin == Origin::kPerson) {
      edited_.insert(ResourceKey(change.after));
    } else {
      edited_.erase(ResourceKey(change.after));
    }
  }
  WriterMutexLock lock(&mu_);
  Apply(std::move(plan->after));
  return count;
}

void StoredCatalog::Apply(Resources changed) {
  for (Unit& unit : changed.units) state_.Put(std::move(unit));
  for (Region& region : changed.regions) state_.Put(std::move(region));
  for (Market& market : changed.markets) {
    const Market* old_market = state_.markets.Get(market.id);
    if (market.standing.is_merged() ||
        (old_market != nullptr && old_market->region != market.region)) {
      ++arrangement_;
    }
    state_.Put(std::move(market));
  }
  for (Product& product : changed.products) {
    if (product.standing.is_merged()) ++arrangement_;
    state_.Put(std::move(product));
  }
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

absl::StatusOr<std::unique_ptr<Catalog>> Catalog::Open(storage::Database* database,
                                                       const Clock* clock) {
  static const SystemClock system_clock;
  auto catalog =
      std::make_unique<StoredCatalog>(database, clock == nullptr ? &system_clock : clock);
  GLUTWATCH_RETURN_IF_ERROR(catalog->Load());
  return catalog;
}

}  // namespace glutwatch::catalog

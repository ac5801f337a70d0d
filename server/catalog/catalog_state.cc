#include "server/catalog/catalog_state.h"

#include "base/resource_id.h"
#include "server/catalog/catalog.h"

namespace glutwatch::catalog {
namespace {

void AddName(absl::string_view name, std::vector<std::string>* names) {
  absl::StatusOr<std::string> canonical = CanonicalId(name);
  if (canonical.ok()) names->push_back(*std::move(canonical));
}

// Moves the names of `old_value` (may be nullptr) to those of `value`.
template <typename T>
void Reindex(const T* old_value, const T& value, const std::string& id, NameIndex* index) {
  if (old_value != nullptr) {
    for (const std::string& name : NamesOf(*old_value)) {
      const auto found = index->find(name);
      // A name may already lead to another resource of the same Put.
      if (found != index->end() && found->second == id) index->erase(found);
    }
  }
  for (std::string& name : NamesOf(value)) (*index)[std::move(name)] = id;
}

// By id, or by name; then on to what took its place. CheckResources keeps the chain without loops.
template <typename T>
std::shared_ptr<const T> FindSurvivor(const ResourceTable<T>& table, const NameIndex& names,
                                      absl::string_view name, absl::string_view canonical) {
  std::shared_ptr<const T> found = table.Find(name);
  if (found == nullptr) {
    const auto owner = names.find(canonical);
    if (owner != names.end()) found = table.Find(owner->second);
  }
  while (found != nullptr && found->standing.is_merged()) {
    found = table.Find(found->standing.merged_into);
  }
  return found;
}

}  // namespace

std::vector<std::string> NamesOf(const Unit& unit) {
  std::vector<std::string> names;
  AddName(unit.code, &names);
  for (const std::string& alias : unit.aliases) AddName(alias, &names);
  return names;
}

std::vector<std::string> NamesOf(const Market& market) {
  std::vector<std::string> names;
  if (market.standing.is_merged()) return names;
  AddName(market.id, &names);
  for (const std::string& alias : market.aliases) AddName(alias, &names);
  return names;
}

std::vector<std::string> NamesOf(const Product& product) {
  std::vector<std::string> names;
  if (product.standing.is_merged()) return names;
  AddName(product.id, &names);
  AddName(product.display_name, &names);
  for (const std::string& alias : product.aliases) AddName(alias, &names);
  return names;
}

void CatalogState::Put(Unit unit) {
  Reindex(units.Get(unit.code), unit, unit.code, &unit_names);
  const std::string code = unit.code;
  units.Put(code, std::make_shared<const Unit>(std::move(unit)));
}

void CatalogState::Put(Region region) {
  const std::string code = region.code;
  regions.Put(code, std::make_shared<const Region>(std::move(region)));
}

void CatalogState::Put(Market market) {
  Reindex(markets.Get(market.id), market, market.id, &market_names);
  const std::string id = market.id;
  markets.Put(id, std::make_shared<const Market>(std::move(market)));
}

void CatalogState::Put(Product product) {
  Reindex(products.Get(product.id), product, product.id, &product_names);
  const std::string id = product.id;
  products.Put(id, std::make_shared<const Product>(std::move(product)));
}

std::shared_ptr<const Market> CatalogState::FindMarket(absl::string_view name,
                                                       absl::string_view canonical) const {
  return FindSurvivor(markets, market_names, name, canonical);
}

std::shared_ptr<const Product> CatalogState::FindProduct(absl::string_view name,
                                                         absl::string_view canonical) const {
  return FindSurvivor(products, product_names, name, canonical);
}

bool CatalogState::IsWithin(absl::string_view code, absl::string_view ancestor) const {
  if (regions.Get(ancestor) == nullptr) return false;
  const Region* region = regions.Get(code);
  while (region != nullptr) {
    if (region->code == ancestor) return true;
    region = regions.Get(region->parent);
  }
  return false;
}

}  // namespace glutwatch::catalog

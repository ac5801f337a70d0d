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

}  // namespace

std::vector<std::string> NamesOf(const Unit& unit) {
  std::vector<std::string> names;
  AddName(unit.code, &names);
  for (const std::string& alias : unit.aliases) AddName(alias, &names);
  return names;
}

std::vector<std::string> NamesOf(const Product& product) {
  std::vector<std::string> names;
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
  const std::string id = market.id;
  markets.Put(id, std::make_shared<const Market>(std::move(market)));
}

void CatalogState::Put(Product product) {
  Reindex(products.Get(product.id), product, product.id, &product_names);
  const std::string id = product.id;
  products.Put(id, std::make_shared<const Product>(std::move(product)));
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

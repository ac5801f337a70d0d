#pragma once
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "server/catalog/resources.h"

// The catalog in memory, without locks. Private to the room.
namespace glutwatch::catalog {

// Immutable resources of one kind, by id: O(1) lookup and byte order.
template <typename T>
class ResourceTable {
 public:
  using Pointer = std::shared_ptr<const T>;

  Pointer Find(absl::string_view id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
  }
  const T* Get(absl::string_view id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second.get();
  }
  void Put(const std::string& id, Pointer value) {
    by_id_[id] = value;
    in_order_[id] = std::move(value);
  }
  // Calls `visit(pointer)` for ids greater than `after`, ascending, until it returns false.
  template <typename Visit>
  void VisitAfter(absl::string_view after, const Visit& visit) const {
    for (auto it = after.empty() ? in_order_.begin() : in_order_.upper_bound(after);
         it != in_order_.end() && visit(it->second); ++it) {
    }
  }
  std::vector<T> Values() const {
    std::vector<T> values;
    values.reserve(in_order_.size());
    for (const auto& [id, value] : in_order_) values.push_back(*value);
    return values;
  }

 private:
  absl::flat_hash_map<std::string, Pointer> by_id_;
  absl::btree_map<std::string, Pointer> in_order_;
};

// Names after CanonicalId -> the id that they lead to.
using NameIndex = absl::flat_hash_map<std::string, std::string>;

struct CatalogState {
  ResourceTable<Unit> units;
  ResourceTable<Region> regions;
  ResourceTable<Market> markets;
  ResourceTable<Product> products;
  NameIndex unit_names;
  NameIndex market_names;
  NameIndex product_names;

  // Adds or replaces. What is put has passed CheckResources, or came from the disk.
  void Put(Unit unit);
  void Put(Region region);
  void Put(Market market);
  void Put(Product product);

  // By id or any other name; what was merged leads to what took its place. nullptr if unknown.
  // `canonical` is CanonicalId of `name`, "" if it has none.
  ResourceTable<Market>::Pointer FindMarket(absl::string_view name,
                                            absl::string_view canonical) const;
  ResourceTable<Product>::Pointer FindProduct(absl::string_view name,
                                              absl::string_view canonical) const;

  // Whether `code` is `ancestor` or lies below it.
  bool IsWithin(absl::string_view code, absl::string_view ancestor) const;
};

// Every canonical name of a resource: its id and aliases, of a product also its display name. What
// was merged has none: its names are those of what took its place.
std::vector<std::string> NamesOf(const Unit& unit);
std::vector<std::string> NamesOf(const Market& market);
std::vector<std::string> NamesOf(const Product& product);

}  // namespace glutwatch::catalog

#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/day.h"
#include "server/catalog/resources.h"
#include "server/storage/database.h"

namespace glutwatch::catalog {

// Regions, markets, products and units, in memory and on disk. Thread-safe.
//
// A pointer that is returned stays valid and unchanged as long as it is held; a later change
// makes a new value.
class Catalog {
 public:
  // Reads the kCatalog table. `database` outlives the catalog. A new catalog holds the built-in
  // units (kg, jin, g, t, quintal, lb, piece, dozen, head, bird, stem, litre, mu, h; docs/catalog.md)
  // and the product "all".
  static absl::StatusOr<std::unique_ptr<Catalog>> Open(storage::Database* database);
  virtual ~Catalog();

  // nullptr if unknown. Products and units are found by id, display name or alias; feeds' names
  // are matched after CanonicalId as well, units also as "90 KG" (docs/catalog.md). O(1).
  virtual std::shared_ptr<const Region> FindRegion(absl::string_view code) const = 0;
  virtual std::shared_ptr<const Market> FindMarket(absl::string_view id) const = 0;
  virtual std::shared_ptr<const Product> FindProduct(absl::string_view name) const = 0;
  virtual std::shared_ptr<const Unit> FindUnit(absl::string_view name) const = 0;

  // Whether `code` is `ancestor` or lies below it. False if either is unknown.
  virtual bool IsWithin(absl::string_view code, absl::string_view ancestor) const = 0;

  // Up to `limit` resources with an id greater than `after`, in byte order of ids, inside the
  // region subtree `within` ("" for all) or the category.
  virtual std::vector<std::shared_ptr<const Region>> ListRegions(absl::string_view within,
                                                                 absl::string_view after,
                                                                 int limit) const = 0;
  virtual std::vector<std::shared_ptr<const Market>> ListMarkets(absl::string_view within,
                                                                 absl::string_view after,
                                                                 int limit) const = 0;
  virtual std::vector<std::shared_ptr<const Product>> ListProducts(absl::string_view category,
                                                                   absl::string_view after,
                                                                   int limit) const = 0;
  virtual std::vector<std::shared_ptr<const Unit>> ListUnits() const = 0;

  // Adds and replaces `resources`, all or none, durable on return. Returns how many were new or
  // different; 0 writes nothing.
  //
  // INVALID_ARGUMENT begins with the path of the bad field ("markets[3].region: ...") and says
  // what was expected: bad id, unknown parent, a loop of parents, unknown time zone, alias that
  // leads to two products, cost without source or not above 0, validity that ends before it begins.
  virtual absl::StatusOr<int> Put(const Resources& resources, bool validate_only = false) = 0;
  // How often an existing market has moved to another region: an index by region that was built
  // at another number is stale.
  virtual int64_t market_moves() const = 0;
  // Everything, so that Put of it into a new catalog gives an equal one.
  virtual Resources Export() const = 0;

  // The cost that counts for `product` in `region` on `day`: of the nearest region up the tree
  // that has a valid one; of several there, the newest valid_from. nullopt if none.
  virtual std::optional<ProductionCost> FindCost(absl::string_view product,
                                                 absl::string_view region, CostConcept cost_concept,
                                                 Day day) const = 0;
};

// Three capital ASCII letters, as in ISO 4217; whether the currency exists is not checked.
bool IsCurrencyCode(absl::string_view code);

// Regions deeper than this below their country are refused.
inline constexpr int kMaxRegionDepth = 16;

}  // namespace glutwatch::catalog

#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "base/day.h"
#include "server/catalog/resources.h"
#include "server/storage/database.h"

namespace glutwatch::catalog {

// Where a change comes from. On disk; never renumber. Equal to glutwatch.v1.CatalogChange.Origin.
enum class Origin : uint8_t {
  kPerson = 1,
  kFile = 2,    // read at the start of the server
  kFeed = 3,    // created because a feed named it
  kServer = 4,  // built in
};

// How resources are put. What a person has changed last, a file does not change: it is read at
// every start, and would undo it.
struct Edit {
  Origin origin = Origin::kPerson;
  std::string author = {};     // a principal's id, a file's name; kept with the change
  std::string note = {};       // why; kept with the change
  bool validate_only = false;  // check and count, change nothing
};

// One version of one resource.
struct ResourceChange {
  int64_t sequence = 0;  // dense from 1, in the order of the changes
  int64_t recorded_us =
      0;  // microseconds since 1970 UTC; equal within one Put, increasing over all
  Origin origin = Origin::kPerson;
  std::string author = {};
  std::string note = {};
  std::optional<Resource> before = {};  // nullopt if it was new
  Resource after = {};
};

// Regions, markets, products and units, in memory and on disk. Thread-safe.
//
// A pointer that is returned stays valid and unchanged as long as it is held; a later change
// makes a new value.
class Catalog {
 public:
  // Reads the kCatalog table. `database` and `clock` (nullptr: the system's), by which changes are
  // dated, outlive the catalog. A new catalog holds the built-in units (kg, jin, g, t, quintal, lb,
  // piece, dozen, head, bird, stem, litre, mu, h; docs/catalog.md) and the product "all".
  static absl::StatusOr<std::unique_ptr<Catalog>> Open(storage::Database* database,
                                                       const Clock* clock = nullptr);
  virtual ~Catalog();

  // nullptr if unknown. Markets are found by id or alias, products and units by id, display name
  // or alias; feeds' names are matched after CanonicalId as well, units also as "90 KG"
  // (docs/catalog.md). What was merged leads to what took its place. O(1).
  virtual std::shared_ptr<const Region> FindRegion(absl::string_view code) const = 0;
  virtual std::shared_ptr<const Market> FindMarket(absl::string_view id) const = 0;
  virtual std::shared_ptr<const Product> FindProduct(absl::string_view name) const = 0;
  virtual std::shared_ptr<const Unit> FindUnit(absl::string_view name) const = 0;
  // By id only, and as it is: also what was merged. nullptr if unknown.
  virtual std::shared_ptr<const Market> GetMarket(absl::string_view id) const = 0;
  virtual std::shared_ptr<const Product> GetProduct(absl::string_view id) const = 0;

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

  // Adds and replaces `resources`, all or none, durable on return, each with its version in the
  // list of changes. Returns how many were new or different; 0 writes nothing. A merge is never
  // undone: what was merged stays so.
  //
  // INVALID_ARGUMENT begins with the path of the bad field ("markets[3].region: ...") and says
  // what was expected: bad id, unknown parent, a loop of parents, unknown time zone, alias that
  // leads to two products, cost without source or not above 0, validity that ends before it begins.
  virtual absl::StatusOr<int> Put(const Resources& resources, const Edit& edit = {}) = 0;
  // Merges one resource into another: from now on the names of both lead to `into`, and `from`
  // stays as a record. Durable on return; false if it was so before. Moving the prices and reports
  // is for the rooms that have them. Errors: those of the plan (merge_plan.h).
  virtual absl::StatusOr<bool> MergeMarket(absl::string_view from, absl::string_view into,
                                           const Edit& edit) = 0;
  virtual absl::StatusOr<bool> MergeProduct(absl::string_view from, absl::string_view into,
                                            const Edit& edit) = 0;
  // Up to `limit` changes of one resource, or of all if `resource` is nullptr, with a sequence
  // below `before`, newest first. Cost: O(changes since).
  virtual absl::StatusOr<std::vector<ResourceChange>> ListChanges(const Resource* resource,
                                                                  int64_t before,
                                                                  int limit) const = 0;
  // How often an existing market has moved to another region, or something has been merged: an
  // index by region, market or product that was built at another number is stale.
  virtual int64_t arrangement() const = 0;
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

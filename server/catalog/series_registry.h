#pragma once
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/catalog/catalog.h"
#include "server/storage/database.h"
#include "server/storage/observation.h"

namespace glutwatch::catalog {

using storage::SeriesId;

// What a series is. Ids are canonical: those of resources that exist.
struct SeriesKey {
  std::string market = {};
  std::string product = {};
  std::string grade = {};     // as the feed writes it; "" if there is only one
  std::string currency = {};  // ISO 4217
  std::string unit = {};      // a unit's code
  bool operator==(const SeriesKey&) const = default;
};

// Many keys, in which names are said once: row i is markets[rows[i].market] with
// goods[rows[i].goods]. Both indexes are in range; that is the caller's to see to.
struct SeriesKeyTable {
  struct Goods {
    std::string product = {};
    std::string grade = {};
    std::string currency = {};
    std::string unit = {};
  };
  struct Row {
    uint32_t market = 0;
    uint32_t goods = 0;
  };
  std::vector<std::string> markets = {};
  std::vector<Goods> goods = {};
  std::vector<Row> rows = {};
};

struct Series {
  SeriesId id{};
  SeriesKey key;
  std::string
      arrivals_unit;  // a unit's code; "" until the first arrivals. Not part of the identity.
};

// Which series are meant. Fields that are set must all match; all empty matches everything.
//
// A series whose market or product was merged is part of another one since: it is left out unless
// `series` names it, or it is asked for as of an instant before the merge.
struct SeriesSelection {
  std::vector<SeriesId> series = {};
  std::vector<std::string> markets = {};   // ids or aliases
  std::vector<std::string> products = {};  // names or aliases
  std::string region = {};                 // a code; its subtree
  int64_t as_of_us = std::numeric_limits<int64_t>::max();
};

// Gives each series its number. Numbers are dense from 1 and never change. Thread-safe.
//
// Sized for 500,000 series: below 160 bytes each; strings of markets, products, grades and units
// are kept once. Readers do not wait for a write.
class SeriesRegistry {
 public:
  static absl::StatusOr<std::unique_ptr<SeriesRegistry>> Open(storage::Database* database,
                                                              const Catalog* catalog);
  virtual ~SeriesRegistry();

  // The numbers of the rows of `keys`, in their order, which may name a series more than once;
  // unknown ones are registered, as one write for all of them, on disk no later than anything that
  // is written after the call returns. Errors: those of Database::Write. Cost: a hash lookup a row.
  absl::StatusOr<std::vector<SeriesId>> Resolve(const SeriesKeyTable& keys) {
    return Resolve(keys, nullptr);
  }
  // As above, but asks `admit`, under a lock, how many of so many new ones may be registered: the
  // first ones in order are, the others get SeriesId{0}. What was admitted is registered, or the
  // call fails.
  using AdmitNew = std::function<size_t(size_t wanted)>;
  virtual absl::StatusOr<std::vector<SeriesId>> Resolve(const SeriesKeyTable& keys,
                                                        const AdmitNew& admit) = 0;
  absl::StatusOr<std::vector<SeriesId>> Resolve(absl::Span<const SeriesKey> keys);
  // As Resolve, but registers nothing: SeriesId{0} for a key that is unknown.
  virtual std::vector<SeriesId> Lookup(const SeriesKeyTable& keys) const = 0;
  // The arrivals unit of a series, once set, stays. Sets those that have none, as one write, and
  // returns for each of `series` what it is now, as views that live as long as the registry;
  // durability and errors as Resolve.
  //
  // INVALID_ARGUMENT if the spans differ in length or a unit is empty; NOT_FOUND names a series.
  virtual absl::StatusOr<std::vector<absl::string_view>> SetArrivalsUnits(
      absl::Span<const SeriesId> series, absl::Span<const absl::string_view> units) = 0;
  // As SetArrivalsUnits for one: FAILED_PRECONDITION if it has another one.
  absl::Status SetArrivalsUnit(SeriesId series, absl::string_view unit);

  virtual std::optional<Series> Find(SeriesId series) const = 0;
  // Ascending. At most `limit`, with numbers greater than `after`. NOT_FOUND names a market,
  // product, region or series of the selection that does not exist.
  virtual absl::StatusOr<std::vector<SeriesId>> Select(const SeriesSelection& selection,
                                                       SeriesId after, size_t limit) const = 0;
  // Ascending: the series of one product in all markets that lie directly in `region`, without
  // those that were merged by `as_of_us`.
  virtual std::vector<SeriesId> InGroup(
      absl::string_view product, absl::string_view region,
      int64_t as_of_us = std::numeric_limits<int64_t>::max()) const = 0;
  // Ascending: every series whose market or product was merged.
  virtual std::vector<SeriesId> Merged() const = 0;
  // For each of `series`, in their order, the one that it is part of now: itself, or the one of
  // what its market or product was merged into, which is registered if it is new. Errors: those
  // of Resolve; NOT_FOUND names a series.
  virtual absl::StatusOr<std::vector<SeriesId>> Survivors(absl::Span<const SeriesId> series) = 0;
  virtual int64_t size() const = 0;
};

// "series/123" <-> 123. INVALID_ARGUMENT quotes the text.
absl::StatusOr<SeriesId> ParseSeriesName(absl::string_view name);
std::string SeriesName(SeriesId series);

}  // namespace glutwatch::catalog

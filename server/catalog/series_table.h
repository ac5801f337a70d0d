#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "server/catalog/catalog.h"
#include "server/catalog/interner.h"
#include "server/catalog/series_registry.h"

// The series in memory, without locks and without a disk. Private to the room.
namespace glutwatch::catalog {

inline constexpr size_t kMaxSeries = 50'000'000;

// A SeriesKey as numbers of an Interner.
struct PackedKey {
  uint32_t market = 0;
  uint32_t product = 0;
  uint32_t grade = 0;
  uint32_t quote = 0;  // number of "CNY/jin"

  // The same goods in another market.
  PackedKey In(uint32_t other_market) const { return {other_market, product, grade, quote}; }
  bool operator==(const PackedKey&) const = default;

  template <typename H>
  friend H AbslHashValue(H h, const PackedKey& key) {
    return H::combine(std::move(h), (uint64_t{key.market} << 32) | key.product,
                      (uint64_t{key.grade} << 32) | key.quote);
  }
};

// Definitions by number, and the ways to find them. Reads are const: safe side by side.
class SeriesTable {
 public:
  explicit SeriesTable(const Catalog* catalog)
      : catalog_(catalog), by_key_(0, {this}, {this}), arrangement_(catalog->arrangement()) {}
  SeriesTable(const SeriesTable&) = delete;
  SeriesTable& operator=(const SeriesTable&) = delete;

  size_t size() const { return definitions_.size(); }
  bool Has(SeriesId series) const { return Index(series) < definitions_.size(); }
  Series Get(SeriesId series) const;
  const std::string& ArrivalsUnit(SeriesId series) const {
    return units_.Text(arrivals_units_[Index(series)]);
  }

  // nullopt if one of the strings was never seen: then there is no such series. The market of goods
  // is 0.
  std::optional<uint32_t> FindMarket(absl::string_view market) const {
    return markets_.Find(market);
  }
  std::optional<PackedKey> FindGoods(const SeriesKeyTable::Goods& goods) const;
  uint32_t PackMarket(absl::string_view market);
  PackedKey PackGoods(const SeriesKeyTable::Goods& goods);
  PackedKey Pack(const SeriesKey& key) {
    return PackGoods({key.product, key.grade, key.currency, key.unit}).In(PackMarket(key.market));
  }
  // SeriesId{0} if there is none.
  SeriesId Lookup(const PackedKey& packed) const {
    const auto found = by_key_.find(packed);
    return found == by_key_.end() ? SeriesId{0} : SeriesId{*found};
  }
  // Makes room for so many more, so that they are not moved as they are added.
  void Reserve(size_t more);
  // Gives `packed`, which is new, the next number.
  void Add(const PackedKey& packed);
  void SetArrivalsUnit(SeriesId series, absl::string_view unit) {
    arrivals_units_[Index(series)] = units_.Intern(unit);
  }

  // Fields that are set must all match. Ids are those of the catalog, after merges.
  struct Filter {
    std::vector<std::string> markets;
    std::vector<std::string> products;
    std::string region;
    std::vector<SeriesId> series;
    int64_t as_of_us =
        0;  // series that were merged by then are left out, unless `series` names them
  };
  std::vector<SeriesId> Select(const Filter& filter, SeriesId after, size_t limit) const;

  // Groups are by the market's own region, and merges by market and product, which the catalog may
  // change.
  bool IsFresh() const { return arrangement_ == catalog_->arrangement(); }
  void Refresh();
  // Reads from the catalog what was merged; after the definitions were added.
  void LoadMerges();
  std::vector<SeriesId> InGroup(absl::string_view product, absl::string_view region,
                                int64_t as_of_us) const;
  // Series whose market or product was merged, ascending.
  std::vector<SeriesId> Merged() const;

 private:
  // A set of numbers that is searched by key: four bytes for each series instead of twenty.
  struct KeyHash {
    using is_transparent = void;
    const SeriesTable* table;
    size_t operator()(const PackedKey& key) const { return absl::Hash<PackedKey>()(key); }
    size_t operator()(uint32_t number) const { return (*this)(table->definitions_[number - 1]); }
  };
  struct KeyEqual {
    using is_transparent = void;
    const SeriesTable* table;
    const PackedKey& KeyOf(uint32_t number) const { return table->definitions_[number - 1]; }
    bool operator()(uint32_t a, uint32_t b) const { return a == b; }
    bool operator()(uint32_t a, const PackedKey& b) const { return KeyOf(a) == b; }
    bool operator()(const PackedKey& a, uint32_t b) const { return a == KeyOf(b); }
  };
  struct Quote {
    uint32_t currency = 0;
    uint32_t unit = 0;
    bool operator==(const Quote&) const = default;
    template <typename H>
    friend H AbslHashValue(H h, const Quote& quote) {
      return H::combine(std::move(h), quote.currency, quote.unit);
    }
  };

  static size_t Index(SeriesId series) { return static_cast<uint32_t>(series) - size_t{1}; }
  void AddToGroup(uint32_t number);
  uint32_t RegionOf(uint32_t market);
  // Whether market or product had been merged by then: the series was part of another one.
  bool IsMerged(const PackedKey& packed, int64_t as_of_us) const;
  // Which markets and products the filter lets through, by number; empty: all.
  std::vector<bool> AllowedMarkets(const Filter& filter) const;
  std::vector<bool> AllowedProducts(const Filter& filter) const;
  // Numbers of series that may match, not in order: the shortest list that there is.
  std::vector<uint32_t> Candidates(const Filter& filter, const std::vector<bool>& markets,
                                   const std::vector<bool>& products, SeriesId after) const;

  const Catalog* const catalog_;
  Interner markets_;
  Interner products_;
  Interner grades_;
  Interner currencies_;
  Interner units_;  // of quotes and of arrivals; "" is the first
  Interner regions_;
  std::vector<Quote> quotes_;
  absl::flat_hash_map<Quote, uint32_t> quote_numbers_;

  std::vector<PackedKey> definitions_;    // of series number i + 1
  std::vector<uint32_t> arrivals_units_;  // numbers of units_
  absl::flat_hash_set<uint32_t, KeyHash, KeyEqual> by_key_;
  std::vector<std::vector<uint32_t>> by_market_;
  std::vector<std::vector<uint32_t>> by_product_;
  std::vector<uint32_t> market_regions_;                         // numbers of regions_
  absl::flat_hash_map<uint64_t, std::vector<uint32_t>> groups_;  // product, region
  // When each was merged, by number; INT64_MAX if it was not. A name that is newer was not.
  std::vector<int64_t> market_merges_;
  std::vector<int64_t> product_merges_;
  int64_t arrangement_;
};

}  // namespace glutwatch::catalog

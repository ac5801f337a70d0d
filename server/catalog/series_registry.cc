#include "server/catalog/series_registry.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "server/catalog/series_block.h"
#include "server/catalog/series_table.h"

namespace glutwatch::catalog {
namespace {

using storage::Durability;
using storage::Table;

constexpr absl::string_view kNamePrefix = "series/";

void PutBigEndian32(uint32_t value, std::string* out) {
  for (int shift = 24; shift >= 0; shift -= 8) out->push_back(static_cast<char>(value >> shift));
}

// A block of definitions: the number of its first series. Never 0, which marks the other kind.
std::string DefinitionsKey(uint32_t first) {
  std::string key;
  PutBigEndian32(first, &key);
  return key;
}

// A block of arrivals units: 0, then the number of the change (two times 32 bits).
std::string ArrivalsUnitsKey(uint64_t change) {
  std::string key;
  PutBigEndian32(0, &key);
  PutBigEndian32(static_cast<uint32_t>(change >> 32), &key);
  PutBigEndian32(static_cast<uint32_t>(change), &key);
  return key;
}

absl::Status Damaged(absl::string_view key, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("table series, key ", absl::BytesToHexString(key), ": ", what));
}

// A series that is named more than once has the first unit of those. As a rule the numbers ascend,
// and nothing has to be done.
void KeepFirstOfEach(std::vector<ArrivalsUnitChange>* changes) {
  const auto not_before = [](const auto& a, const auto& b) { return a.series >= b.series; };
  if (std::adjacent_find(changes->begin(), changes->end(), not_before) == changes->end()) return;
  std::stable_sort(changes->begin(), changes->end(),
                   [](const auto& a, const auto& b) { return a.series < b.series; });
  const auto same = [](const auto& a, const auto& b) { return a.series == b.series; };
  changes->erase(std::unique(changes->begin(), changes->end(), same), changes->end());
}

template <typename T>
bool AreDistinct(const std::vector<T>& values) {
  return absl::flat_hash_set<T>(values.begin(), values.end()).size() == values.size();
}

bool Ascends(absl::Span<const SeriesKeyTable::Row> rows) {
  const auto not_before = [](const SeriesKeyTable::Row& a, const SeriesKeyTable::Row& b) {
    return a.market != b.market ? a.market > b.market : a.goods >= b.goods;
  };
  return std::adjacent_find(rows.begin(), rows.end(), not_before) == rows.end();
}

class StoredRegistry final : public SeriesRegistry {
 public:
  StoredRegistry(storage::Database* database, const Catalog* catalog)
      : database_(database), catalog_(catalog), table_(catalog) {}

  absl::Status Load();

  using SeriesRegistry::Resolve;
  absl::StatusOr<std::vector<SeriesId>> Resolve(const SeriesKeyTable& keys,
                                                const AdmitNew& admit) override;
  std::vector<SeriesId> Lookup(const SeriesKeyTable& keys) const override {
    std::vector<size_t> missing;
    size_t size = 0;
    return FindKnown(keys, &missing, &size);
  }
  absl::StatusOr<std::vector<absl::string_view>> SetArrivalsUnits(
      absl::Span<const SeriesId> series, absl::Span<const absl::string_view> units) override;

  std::optional<Series> Find(SeriesId series) const override {
    ReaderMutexLock lock(&mu_);
    if (!table_.Has(series)) return std::nullopt;
    return table_.Get(series);
  }
  absl::StatusOr<std::vector<SeriesId>> Select(const SeriesSelection& selection, SeriesId after,
                                               size_t limit) const override;
  std::vector<SeriesId> InGroup(absl::string_view product, absl::string_view region,
                                int64_t as_of_us) const override {
    return Arranged(
        [&](const SeriesTable& table) { return table.InGroup(product, region, as_of_us); });
  }
  std::vector<SeriesId> Merged() const override {
    return Arranged([](const SeriesTable& table) { return table.Merged(); });
  }
  absl::StatusOr<std::vector<SeriesId>> Survivors(absl::Span<const SeriesId> series) override;
  int64_t size() const override {
    ReaderMutexLock lock(&mu_);
    return static_cast<int64_t>(table_.size());
  }

 private:
  // What `read` says of a table that is arranged as the catalog is now.
  template <typename Read>
  std::invoke_result_t<Read, const SeriesTable&> Arranged(const Read& read) const {
    {
      ReaderMutexLock lock(&mu_);
      if (table_.IsFresh()) return read(table_);
    }
    WriterMutexLock lock(&mu_);
    table_.Refresh();
    return read(table_);
  }
  absl::StatusOr<SeriesTable::Filter> FilterOf(const SeriesSelection& selection) const;
  // The numbers of keys that have one; SeriesId{0} and an entry in `missing` for the others.
  // `size` is how many series there were then.
  std::vector<SeriesId> FindKnown(const SeriesKeyTable& keys, std::vector<size_t>* missing,
                                  size_t* size) const;
  absl::Status LoadDefinitions(absl::string_view key, absl::string_view value)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  storage::Database* const database_;
  const Catalog* const catalog_;
  Mutex write_mu_;  // one writer at a time; taken before mu_
  mutable SharedMutex mu_;
  mutable SeriesTable table_ ABSL_GUARDED_BY(mu_);
  uint64_t arrivals_changes_ ABSL_GUARDED_BY(write_mu_) = 0;
};

absl::Status StoredRegistry::LoadDefinitions(absl::string_view key, absl::string_view value) {
  const auto next = static_cast<uint32_t>(table_.size() + 1);
  std::vector<SeriesKey> keys;
  if (key != DefinitionsKey(next) || !DecodeDefinitions(value, &keys)) {
    return Damaged(
        key, absl::StrCat("expected the definitions from ", SeriesName(SeriesId{next}), " on"));
  }
  for (const SeriesKey& one : keys) table_.Add(table_.Pack(one));
  return absl::OkStatus();
}

absl::Status StoredRegistry::Load() {
  MutexLock one_writer(&write_mu_);
  WriterMutexLock lock(&mu_);
  std::vector<StoredArrivalsUnit> changes;
  absl::Status status;
  GLUTWATCH_RETURN_IF_ERROR(
      database_->Scan(Table::kSeries, "", "", [&](absl::string_view key, absl::string_view value) {
        if (key.size() == ArrivalsUnitsKey(0).size()) {
          ++arrivals_changes_;
          if (!DecodeArrivalsUnits(value, &changes)) {
            status = Damaged(key, "not a block of arrivals units");
          }
        } else {
          status = LoadDefinitions(key, value);
        }
        return status.ok();
      }));
  GLUTWATCH_RETURN_IF_ERROR(status);
  for (const StoredArrivalsUnit& change : changes) {
    if (!table_.Has(change.series)) {
      return absl::DataLossError(absl::StrCat("table series: arrivals unit of ",
                                              SeriesName(change.series), ", which is not defined"));
    }
    table_.SetArrivalsUnit(change.series, change.unit);
  }
  table_.LoadMerges();
  return absl::OkStatus();
}

std::vector<SeriesId> StoredRegistry::FindKnown(const SeriesKeyTable& keys,
                                                std::vector<size_t>* missing, size_t* size) const {
  std::vector<SeriesId> ids(keys.rows.size());
  ReaderMutexLock lock(&mu_);
  *size = table_.size();
  std::vector<std::optional<uint32_t>> markets;
  markets.reserve(keys.markets.size());
  for (const std::string& market : keys.markets) markets.push_back(table_.FindMarket(market));
  std::vector<std::optional<PackedKey>> goods;
  goods.reserve(keys.goods.size());
  for (const SeriesKeyTable::Goods& one : keys.goods) goods.push_back(table_.FindGoods(one));
  for (size_t i = 0; i < keys.rows.size(); ++i) {
    const auto& market = markets[keys.rows[i].market];
    const auto& known = goods[keys.rows[i].goods];
    if (market.has_value() && known.has_value()) ids[i] = table_.Lookup(known->In(*market));
    if (ids[i] == SeriesId{0}) missing->push_back(i);
  }
  return ids;
}

absl::StatusOr<std::vector<SeriesId>> StoredRegistry::Resolve(const SeriesKeyTable& keys,
                                                              const AdmitNew& admit) {
  std::vector<size_t> missing;
  size_t known_size = 0;
  std::vector<SeriesId> ids = FindKnown(keys, &missing, &known_size);
  if (missing.empty()) return ids;

  MutexLock one_writer(&write_mu_);
  std::vector<PackedKey> added;
  std::vector<SeriesKeyTable::Row> definitions;
  uint32_t first = 0;
  {
    WriterMutexLock lock(&mu_);
    first = static_cast<uint32_t>(table_.size() + 1);
    if (table_.size() + missing.size() > kMaxSeries) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "there are ", table_.size(), " series, expected at most ", kMaxSeries, " in all"));
    }
    // The strings are interned for good even if the write fails: a later try needs them too.
    std::vector<uint32_t> markets;
    for (const std::string& market : keys.markets) markets.push_back(table_.PackMarket(market));
    std::vector<PackedKey> goods;
    for (const SeriesKeyTable::Goods& one : keys.goods) goods.push_back(table_.PackGoods(one));
    // Nearly every table names each series once; a map is for the others.
    const bool once = Ascends(keys.rows) && AreDistinct(markets) && AreDistinct(goods);
    absl::flat_hash_map<PackedKey, SeriesId> pending;
    added.reserve(missing.size());
    definitions.reserve(missing.size());
    for (const size_t i : missing) {
      const SeriesKeyTable::Row row = keys.rows[i];
      const PackedKey packed = goods[row.goods].In(markets[row.market]);
      // Another caller may have been faster.
      if (table_.size() != known_size) ids[i] = table_.Lookup(packed);
      if (ids[i] != SeriesId{0}) continue;
      const SeriesId next{static_cast<uint32_t>(first + added.size())};
      if (!once) {
        const auto [known, is_new] = pending.emplace(packed, next);
        ids[i] = known->second;
        if (!is_new) continue;
      }
      ids[i] = next;
      added.push_back(packed);
      definitions.push_back(row);
    }
  }
  if (added.empty()) return ids;
  const size_t admitted = admit == nullptr ? added.size() : admit(added.size());
  if (admitted < added.size()) {
    added.resize(admitted);
    definitions.resize(admitted);
    const SeriesId beyond{static_cast<uint32_t>(first + admitted)};
    for (const size_t i : missing) {
      if (ids[i] >= beyond) ids[i] = SeriesId{0};
    }
    if (added.empty()) return ids;
  }
  storage::WriteSet set;
  set.Put(Table::kSeries, DefinitionsKey(first), EncodeDefinitions(keys, definitions));
  GLUTWATCH_RETURN_IF_ERROR(database_->Write(set, Durability::kBuffered));
  WriterMutexLock lock(&mu_);
  table_.Reserve(added.size());
  for (const PackedKey& packed : added) table_.Add(packed);
  return ids;
}

absl::StatusOr<std::vector<absl::string_view>> StoredRegistry::SetArrivalsUnits(
    absl::Span<const SeriesId> series, absl::Span<const absl::string_view> units) {
  if (series.size() != units.size()) {
    return absl::InvalidArgumentError(absl::StrCat(series.size(), " series, but ", units.size(),
                                                   " units, expected one for each"));
  }
  MutexLock one_writer(&write_mu_);
  std::vector<ArrivalsUnitChange> changes;
  {
    ReaderMutexLock lock(&mu_);
    for (size_t i = 0; i < series.size(); ++i) {
      if (!table_.Has(series[i])) {
        return absl::NotFoundError(absl::StrCat(SeriesName(series[i]), " does not exist"));
      }
      if (units[i].empty()) {
        return absl::InvalidArgumentError(absl::StrCat(
            SeriesName(series[i]), ": arrivals unit is empty, expected a unit's code"));
      }
      if (table_.ArrivalsUnit(series[i]).empty()) changes.push_back({series[i], units[i]});
    }
  }
  KeepFirstOfEach(&changes);
  if (!changes.empty()) {
    storage::WriteSet set;
    set.Put(Table::kSeries, ArrivalsUnitsKey(arrivals_changes_ + 1), EncodeArrivalsUnits(changes));
    GLUTWATCH_RETURN_IF_ERROR(database_->Write(set, Durability::kBuffered));
    ++arrivals_changes_;
  }
  WriterMutexLock lock(&mu_);
  for (const ArrivalsUnitChange& change : changes) {
    table_.SetArrivalsUnit(change.series, change.unit);
  }
  std::vector<absl::string_view> now;
  now.reserve(series.size());
  for (const SeriesId one : series) now.push_back(table_.ArrivalsUnit(one));
  return now;
}

// What `name` meant at `as_of_us`: itself, if it was merged later; nullptr if it is unknown.
template <typename T>
std::shared_ptr<const T> AsOf(std::shared_ptr<const T> by_id, std::shared_ptr<const T> survivor,
                              int64_t as_of_us) {
  const bool stood =
      by_id != nullptr && by_id->standing.is_merged() && by_id->standing.merged_us > as_of_us;
  return stood ? by_id : survivor;
}

absl::StatusOr<SeriesTable::Filter> StoredRegistry::FilterOf(
    const SeriesSelection& selection) const {
  SeriesTable::Filter filter;
  for (const std::string& name : selection.markets) {
    const auto market =
        AsOf(catalog_->GetMarket(name), catalog_->FindMarket(name), selection.as_of_us);
    if (market == nullptr) {
      return absl::NotFoundError(absl::StrCat("market \"", name, "\" does not exist"));
    }
    filter.markets.push_back(market->id);
  }
  for (const std::string& name : selection.products) {
    const auto product =
        AsOf(catalog_->GetProduct(name), catalog_->FindProduct(name), selection.as_of_us);
    if (product == nullptr) {
      return absl::NotFoundError(absl::StrCat("product \"", name, "\" does not exist"));
    }
    filter.products.push_back(product->id);
  }
  if (!selection.region.empty() && catalog_->FindRegion(selection.region) == nullptr) {
    return absl::NotFoundError(absl::StrCat("region \"", selection.region, "\" does not exist"));
  }
  filter.region = selection.region;
  filter.series = selection.series;
  filter.as_of_us = selection.as_of_us;
  return filter;
}

absl::StatusOr<std::vector<SeriesId>> StoredRegistry::Select(const SeriesSelection& selection,
                                                             SeriesId after, size_t limit) const {
  GLUTWATCH_ASSIGN_OR_RETURN(const SeriesTable::Filter filter, FilterOf(selection));
  return Arranged([&](const SeriesTable& table) -> absl::StatusOr<std::vector<SeriesId>> {
    for (const SeriesId series : selection.series) {
      if (!table.Has(series)) {
        return absl::NotFoundError(absl::StrCat(SeriesName(series), " does not exist"));
      }
    }
    return table.Select(filter, after, limit);
  });
}

absl::StatusOr<std::vector<SeriesId>> StoredRegistry::Survivors(absl::Span<const SeriesId> series) {
  std::vector<SeriesKey> keys;
  keys.reserve(series.size());
  for (const SeriesId id : series) {
    std::optional<Series> known = Find(id);
    if (!known.has_value()) {
      return absl::NotFoundError(absl::StrCat(SeriesName(id), " does not exist"));
    }
    const auto market = catalog_->FindMarket(known->key.market);
    const auto product = catalog_->FindProduct(known->key.product);
    if (market != nullptr) known->key.market = market->id;
    if (product != nullptr) known->key.product = product->id;
    keys.push_back(std::move(known->key));
  }
  return Resolve(keys);
}

}  // namespace

SeriesRegistry::~SeriesRegistry() = default;

absl::StatusOr<std::unique_ptr<SeriesRegistry>> SeriesRegistry::Open(storage::Database* database,
                                                                     const Catalog* catalog) {
  auto registry = std::make_unique<StoredRegistry>(database, catalog);
  GLUTWATCH_RETURN_IF_ERROR(registry->Load());
  return registry;
}

absl::StatusOr<std::vector<SeriesId>> SeriesRegistry::Resolve(absl::Span<const SeriesKey> keys) {
  SeriesKeyTable table;
  table.rows.reserve(keys.size());
  for (const SeriesKey& key : keys) {
    const auto number = static_cast<uint32_t>(table.rows.size());
    table.markets.push_back(key.market);
    table.goods.push_back({key.product, key.grade, key.currency, key.unit});
    table.rows.push_back({number, number});
  }
  return Resolve(table);
}

absl::Status SeriesRegistry::SetArrivalsUnit(SeriesId series, absl::string_view unit) {
  GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<absl::string_view> now,
                             SetArrivalsUnits({&series, 1}, {&unit, 1}));
  if (now[0] == unit) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(SeriesName(series), ": arrivals are in \"",
                                                    now[0], "\", expected the same, not \"", unit,
                                                    "\""));
}

std::string SeriesName(SeriesId series) {
  return absl::StrCat(kNamePrefix, static_cast<uint32_t>(series));
}

absl::StatusOr<SeriesId> ParseSeriesName(absl::string_view name) {
  absl::string_view digits = name;
  uint32_t number = 0;
  if (!absl::ConsumePrefix(&digits, kNamePrefix) || digits.empty() || digits[0] == '0' ||
      digits.find_first_not_of("0123456789") != absl::string_view::npos ||
      !absl::SimpleAtoi(digits, &number)) {
    return absl::InvalidArgumentError(
        absl::StrCat("series is \"", name.substr(0, 100), "\", expected \"series/123\""));
  }
  return SeriesId{number};
}

}  // namespace glutwatch::catalog

#include "server/catalog/facts.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "server/catalog/fact_check.h"
#include "server/catalog/fact_codec.h"

namespace glutwatch::catalog {
namespace {

using storage::Table;
using Pointer = std::shared_ptr<const Fact>;

constexpr char kFactKey = 'f';  // then the id, a zero byte and recorded_us, big-endian
constexpr size_t kTimeBytes = 8;

std::string KeyOf(const Fact& fact) {
  std::string key(1, kFactKey);
  key += fact.id;
  key.push_back('\0');
  for (int shift = 56; shift >= 0; shift -= 8) {
    key.push_back(static_cast<char>(static_cast<uint64_t>(fact.recorded_us) >> shift));
  }
  return key;
}

bool ReadKey(absl::string_view key, Fact* fact) {
  if (key.size() < 2 + kTimeBytes || key[0] != kFactKey ||
      key[key.size() - kTimeBytes - 1] != '\0') {
    return false;
  }
  fact->id = std::string(key.substr(1, key.size() - kTimeBytes - 2));
  uint64_t time = 0;
  for (const char c : key.substr(key.size() - kTimeBytes))
    time = time << 8 | static_cast<uint8_t>(c);
  fact->recorded_us = static_cast<int64_t>(time);
  return !fact->id.empty() && fact->recorded_us > 0;
}

// What lookups find a fact by: its kind, and a product, region or site; "" for kinds that are only
// listed.
std::string LookupKey(size_t kind, absl::string_view a, absl::string_view b) {
  return absl::StrCat(kind, "\n", a, "\n", b);
}

struct LookupKeyOf {
  std::string operator()(const CountyListing& c) const {
    return Key<CountyListing>(c.list, c.region);
  }
  std::string operator()(const QuotaRate&) const { return ""; }
  std::string operator()(const PlantingCeiling& c) const {
    return Key<PlantingCeiling>(c.product, c.region);
  }
  std::string operator()(const FestivalDate&) const { return ""; }
  std::string operator()(const Institution&) const { return ""; }
  std::string operator()(const Farmland& c) const { return Key<Farmland>("", c.region); }
  std::string operator()(const StorageCapacity& c) const {
    return Key<StorageCapacity>(c.site, c.region);
  }
  std::string operator()(const SeasonCalendar& c) const {
    return Key<SeasonCalendar>(c.product, c.region);
  }
  std::string operator()(const ReportingDuty&) const { return ""; }
  std::string operator()(const TypicalYield& c) const {
    return Key<TypicalYield>(c.product, c.region);
  }

  template <typename T>
  static std::string Key(absl::string_view a, absl::string_view b) {
    return LookupKey(FactContent(T{}).index(), a, b);
  }
};

bool SameButForTime(const Fact& a, const Fact& b) {
  return a.source == b.source && a.valid_from == b.valid_from && a.valid_to == b.valid_to &&
         a.example == b.example && a.note == b.note && a.content == b.content;
}

class StoredFacts final : public FactBook {
 public:
  StoredFacts(storage::Database* database, const Catalog* catalog, const Clock* clock)
      : database_(database), catalog_(catalog), clock_(clock) {}

  absl::Status Load();

  absl::StatusOr<std::vector<Change>> Put(absl::Span<const Fact> facts,
                                          bool validate_only) override;
  Pointer Find(absl::string_view id, int64_t as_of_us) const override {
    MutexLock lock(&mu_);
    return FindLocked(id, as_of_us);
  }
  std::vector<Pointer> Versions(absl::string_view id) const override {
    MutexLock lock(&mu_);
    const auto found = versions_.find(id);
    return found == versions_.end() ? std::vector<Pointer>() : found->second;
  }
  std::vector<Pointer> List(int kind_index, int64_t as_of_us) const override;

  Pointer FarmlandOf(absl::string_view region, const When& when) const override {
    return Lookup<Farmland>("", region, when);
  }
  Pointer CapacityOf(absl::string_view region, absl::string_view site,
                     const When& when) const override {
    Pointer of_site = site.empty() ? nullptr : Lookup<StorageCapacity>(site, region, when);
    return of_site != nullptr ? of_site : Lookup<StorageCapacity>("", region, when);
  }
  Pointer YieldOf(absl::string_view product, absl::string_view region,
                  const When& when) const override {
    return Nearest<TypicalYield>(product, region, when);
  }
  Pointer CeilingOf(absl::string_view product, absl::string_view region,
                    const When& when) const override {
    return Lookup<PlantingCeiling>(product, region, when);
  }
  Pointer SeasonOf(absl::string_view product, absl::string_view region,
                   const When& when) const override {
    return Nearest<SeasonCalendar>(product, region, when);
  }
  bool IsListed(absl::string_view list, absl::string_view region, const When& when) const override {
    return Lookup<CountyListing>(list, region, when) != nullptr;
  }
  std::vector<Pointer> DutiesOn(const When& when) const override;

 private:
  Pointer FindLocked(absl::string_view id, int64_t as_of_us) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Add(Pointer fact) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  static bool Counts(const Fact& fact, const When& when) {
    return fact.ValidOn(when.day) && (when.examples || !fact.example);
  }

  static bool Outranks(const Fact& a, const Fact& b) {
    return std::tie(a.valid_from, a.recorded_us, a.id) >
           std::tie(b.valid_from, b.recorded_us, b.id);
  }

  // The fact of a key that counts; of several, the one that outranks the others.
  template <typename T>
  Pointer Lookup(absl::string_view a, absl::string_view b, const When& when) const;
  // The same, of the region or the nearest one above it.
  template <typename T>
  Pointer Nearest(absl::string_view product, absl::string_view region, const When& when) const;

  storage::Database* const database_;
  const Catalog* const catalog_;
  const Clock* const clock_;
  Mutex put_mu_;  // one Put at a time; taken before mu_
  mutable Mutex mu_;
  absl::btree_map<std::string, std::vector<Pointer>> versions_ ABSL_GUARDED_BY(mu_);
  // The ids that ever had a lookup key.
  absl::flat_hash_map<std::string, std::vector<std::string>> ids_by_key_ ABSL_GUARDED_BY(mu_);
  int64_t newest_us_ ABSL_GUARDED_BY(mu_) = 0;
};

absl::Status StoredFacts::Load() {
  absl::Status damage;
  std::vector<Pointer> facts;
  GLUTWATCH_RETURN_IF_ERROR(
      database_->Scan(Table::kFacts, "", "", [&](absl::string_view key, absl::string_view value) {
        auto fact = std::make_shared<Fact>();
        if (!ReadKey(key, fact.get()) || !DecodeFact(value, fact.get())) {
          damage = absl::DataLossError(
              absl::StrCat("table facts, key \"", absl::CHexEscape(key), "\": damaged"));
          return false;
        }
        facts.push_back(std::move(fact));
        return true;
      }));
  GLUTWATCH_RETURN_IF_ERROR(damage);
  MutexLock lock(&mu_);
  for (Pointer& fact : facts) Add(std::move(fact));
  return absl::OkStatus();
}

void StoredFacts::Add(Pointer fact) {
  newest_us_ = std::max(newest_us_, fact->recorded_us);
  const std::string key = std::visit(LookupKeyOf(), fact->content);
  if (!key.empty()) {
    std::vector<std::string>& ids = ids_by_key_[key];
    if (std::find(ids.begin(), ids.end(), fact->id) == ids.end()) ids.push_back(fact->id);
  }
  versions_[fact->id].push_back(std::move(fact));
}

Pointer StoredFacts::FindLocked(absl::string_view id, int64_t as_of_us) const {
  const auto found = versions_.find(id);
  if (found == versions_.end()) return nullptr;
  const std::vector<Pointer>& versions = found->second;
  const auto after = std::upper_bound(
      versions.begin(), versions.end(), as_of_us,
      [](int64_t time, const Pointer& version) { return time < version->recorded_us; });
  return after == versions.begin() ? nullptr : *std::prev(after);
}

absl::StatusOr<std::vector<FactBook::Change>> StoredFacts::Put(absl::Span<const Fact> facts,
                                                               bool validate_only) {
  MutexLock put_lock(&put_mu_);
  GLUTWATCH_RETURN_IF_ERROR(
      CheckFacts(facts, *catalog_, [this](absl::string_view id) { return Find(id, INT64_MAX); }));
  std::vector<Change> changes;
  std::vector<std::shared_ptr<Fact>> fresh;
  for (const Fact& fact : facts) {
    Pointer previous = Find(fact.id, INT64_MAX);
    if (previous != nullptr && SameButForTime(*previous, fact)) continue;
    fresh.push_back(std::make_shared<Fact>(fact));
    changes.push_back({fact.id, std::move(previous)});
  }
  if (validate_only || fresh.empty()) return changes;
  int64_t now_us = absl::ToUnixMicros(clock_->Now());
  {
    MutexLock lock(&mu_);
    now_us = std::max(now_us, newest_us_ + 1);
  }
  storage::WriteSet set;
  for (const std::shared_ptr<Fact>& fact : fresh) {
    fact->recorded_us = now_us;
    set.Put(Table::kFacts, KeyOf(*fact), EncodeFact(*fact));
  }
  GLUTWATCH_RETURN_IF_ERROR(database_->Write(set, storage::Durability::kFsynced));
  MutexLock lock(&mu_);
  for (std::shared_ptr<Fact>& fact : fresh) Add(std::move(fact));
  return changes;
}

std::vector<Pointer> StoredFacts::List(int kind_index, int64_t as_of_us) const {
  MutexLock lock(&mu_);
  std::vector<Pointer> result;
  for (const auto& [id, versions] : versions_) {
    Pointer fact = FindLocked(id, as_of_us);
    if (fact == nullptr) continue;
    if (kind_index >= 0 && fact->content.index() != static_cast<size_t>(kind_index)) continue;
    result.push_back(std::move(fact));
  }
  return result;
}

template <typename T>
Pointer StoredFacts::Lookup(absl::string_view a, absl::string_view b, const When& when) const {
  const std::string key = LookupKeyOf::Key<T>(a, b);
  MutexLock lock(&mu_);
  const auto ids = ids_by_key_.find(key);
  if (ids == ids_by_key_.end()) return nullptr;
  Pointer best;
  for (const std::string& id : ids->second) {
    Pointer fact = FindLocked(id, when.as_of_us);
    if (fact == nullptr || !Counts(*fact, when) ||
        std::visit(LookupKeyOf(), fact->content) != key) {
      continue;
    }
    if (best == nullptr || Outranks(*fact, *best)) best = std::move(fact);
  }
  return best;
}

template <typename T>
Pointer StoredFacts::Nearest(absl::string_view product, absl::string_view region,
                             const When& when) const {
  std::string code(region);
  for (int depth = 0; depth <= kMaxRegionDepth && !code.empty(); ++depth) {
    Pointer found = Lookup<T>(product, code, when);
    if (found != nullptr) return found;
    const auto parent = catalog_->FindRegion(code);
    code = parent == nullptr ? "" : parent->parent;
  }
  return nullptr;
}

std::vector<Pointer> StoredFacts::DutiesOn(const When& when) const {
  std::vector<Pointer> duties;
  for (Pointer& fact :
       List(static_cast<int>(FactContent(ReportingDuty{}).index()), when.as_of_us)) {
    if (Counts(*fact, when)) duties.push_back(std::move(fact));
  }
  return duties;
}

}  // namespace

absl::StatusOr<std::unique_ptr<FactBook>> FactBook::Open(storage::Database* database,
                                                         const Catalog* catalog,
                                                         const Clock* clock) {
  auto book = std::make_unique<StoredFacts>(database, catalog, clock);
  GLUTWATCH_RETURN_IF_ERROR(book->Load());
  return book;
}

bool InSeason(absl::Span<const SeasonWindow> windows, Day day) {
  const absl::CivilDay civil = ToCivil(day);
  const int month_day = civil.month() * 100 + civil.day();
  return std::any_of(windows.begin(), windows.end(), [month_day](const SeasonWindow& window) {
    const bool after_start = month_day >= window.start_month_day;
    const bool before_end = month_day <= window.end_month_day;
    return window.start_month_day <= window.end_month_day ? after_start && before_end
                                                          : after_start || before_end;
  });
}

}  // namespace glutwatch::catalog

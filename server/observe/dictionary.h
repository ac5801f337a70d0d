#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/day.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/observe/intake.h"
#include "server/observe/quote_runs.h"
#include "server/security/principal.h"
#include "server/security/quota.h"

namespace glutwatch::observe {

// Why rows are refused: "UNKNOWN_MARKET", and a sentence for people. No reason: nothing is wrong.
struct Problem {
  const char* reason = nullptr;
  std::string message = {};
};

// A series of a session, as the row checks need it. Kept small: there may be 500,000.
struct SessionSeries {
  storage::SeriesId id{};
  uint32_t zone = 0;              // number for Dictionary::today
  uint64_t identity = 0;          // a hash of what the sender calls it, for the digest
  uint32_t problem = 0;           // number for Dictionary::problem; 0 if there is none
  uint32_t arrivals_problem = 0;  // the same, for rows with arrivals
  // The price that the next one is compared with: of the latest plausible row of this session,
  // or what the store had before.
  bool reference_known = false;
  bool has_reference = false;
  Day reference_day{};
  int64_t reference_modal_e4 = 0;
  QuoteRun run;
};

// A session's markets, goods and series, resolved against the catalog. Not thread-safe.
//
// What cannot be used keeps its place and its reason. What could not be resolved for want of a
// disk stays waiting: see Settle.
class Dictionary {
 public:
  // What bounds how many series it registers. No account: nothing does.
  struct Quota {
    security::QuotaAccount* account = nullptr;
    const Clock* clock = nullptr;
  };
  // What is pointed to outlives the dictionary.
  Dictionary(catalog::Catalog* catalog, catalog::SeriesRegistry* registry,
             const security::Principal& principal, bool create_missing, bool preview,
             const Quota& quota)
      : catalog_(catalog),
        registry_(registry),
        principal_(principal),
        create_missing_(create_missing && !preview),
        preview_(preview),
        quota_(quota),
        arrangement_(catalog->arrangement()) {}

  void AddMarkets(std::vector<MarketSpec> markets);
  void AddGoods(std::vector<GoodsSpec> goods);
  void AddSeries(absl::Span<const SeriesSpec> series);

  // Resolves what is waiting, and again what the catalog has merged since. The errors of
  // Database::Write, after which the same call may be made again; a batch must not be checked
  // before it is OK.
  absl::Status Settle();

  // Sets what each market's today is. Cost: a conversion for each time zone, not for each market.
  void SetNow(absl::Time now);

  std::vector<SessionSeries>& series() { return series_; }
  Day today(uint32_t zone) const { return zones_[zone].today; }
  const Problem& problem(uint32_t number) const { return problems_[number - 1]; }

 private:
  struct Market {
    std::string name;  // as the sender calls it
    std::string id;
    uint32_t problem = 0;
    uint32_t zone = 0;  // index into zones_
  };
  struct Zone {
    std::string name;
    absl::TimeZone zone;
    Day today{};
  };
  struct Goods {
    std::string names;     // of the spec, each ended by a byte that is not UTF-8, for the digest
    uint32_t problem = 0;  // if it has one, `key` is empty
    catalog::SeriesKeyTable::Goods key;
    uint32_t arrivals_problem = 0;
    std::string arrivals_unit;  // a code; "" with a problem
  };
  // A series whose place in series_ is filled.
  struct Named {
    size_t place = 0;
    SeriesSpec spec;
  };
  // What the names of waiting goods lead to; the pointers live as long as this.
  struct LookedUp {
    absl::flat_hash_map<absl::string_view, std::shared_ptr<const catalog::Product>> products;
    absl::flat_hash_map<absl::string_view, std::shared_ptr<const catalog::Unit>> units;

    const catalog::Product* product(const std::string& name) const {
      return products.at(name).get();
    }
    const catalog::Unit* unit(const std::string& name) const { return units.at(name).get(); }
  };

  // The number of a time zone, by its name; nullopt if this machine does not know it.
  std::optional<uint32_t> ZoneNumber(const std::string& name);
  uint32_t AddProblem(const char* reason, std::string message);

  absl::Status SettleMarkets();
  // Adds what `spec` lacks to `missing`, or says why it may not be created.
  Problem PlanMarket(const MarketSpec& spec, catalog::Resources* missing) const;
  Market ResolveMarket(const MarketSpec& spec, const Problem& not_created);

  absl::Status SettleGoods();
  absl::Status SettleSeries();
  // Gives each of `named` its number, or the problem of a quota and a place in over_quota_, and its
  // unit of arrivals. None of them has another problem.
  absl::Status Register(std::vector<Named> named);
  // Registers of over_quota_ what the quota lets in by now, the first ones first.
  absl::Status RetryOverQuota();
  // Series of what was merged while the session ran: their rows go where the merge says.
  absl::Status FollowMerges();
  LookedUp LookUp() const;
  // Creates the products and units that are unknown, in one write; whether there were any.
  absl::StatusOr<bool> CreateUnknown(const LookedUp& known) const;
  Goods ResolveGoods(const GoodsSpec& spec, const LookedUp& known);
  // The number of what is wrong with them in any market, or 0 and their key.
  uint32_t GoodsKeyOf(const GoodsSpec& spec, const LookedUp& known,
                      catalog::SeriesKeyTable::Goods* key);
  // What can be said of a waiting series before it has a number.
  SessionSeries Announce(const SeriesSpec& spec);
  // The numbers of `keys`, SeriesId{0} beyond the quota; a preview makes up those that there are
  // not.
  absl::StatusOr<std::vector<storage::SeriesId>> Numbers(const catalog::SeriesKeyTable& keys);
  std::vector<storage::SeriesId> PreviewNumbers(const catalog::SeriesKeyTable& keys);
  // Numbers, when the quota may not let all of them in. Hands the registry only what it may, so
  // that it keeps no name of a series that is refused.
  absl::StatusOr<std::vector<storage::SeriesId>> NumbersWithin(const catalog::SeriesKeyTable& keys,
                                                               size_t left);
  // Registers `keys`, as many as the quota has left.
  absl::StatusOr<std::vector<storage::SeriesId>> Resolve(const catalog::SeriesKeyTable& keys);
  // Each series' unit of arrivals as it is after asking for `units`.
  absl::StatusOr<std::vector<absl::string_view>> ArrivalsUnits(
      const std::vector<storage::SeriesId>& series, const std::vector<absl::string_view>& units);
  // `named` have numbers.
  absl::Status SetArrivalsUnits(const std::vector<Named>& named);

  catalog::Edit ByFeed() const {
    return {.origin = catalog::Origin::kFeed, .author = principal_.id};
  }
  // Puts all of `resources`, or where that is refused, each one that can be put.
  absl::Status PutWhatCanBe(const catalog::Resources& resources) const;

  catalog::Catalog* const catalog_;
  catalog::SeriesRegistry* const registry_;
  const security::Principal principal_;
  const bool create_missing_;
  const bool preview_;  // series that are not registered get numbers that no series has
  const Quota quota_;
  int64_t arrangement_;  // of the catalog, when the series were resolved
  std::vector<Market> markets_;
  std::vector<Zone> zones_ = {{"", absl::UTCTimeZone(), {}}};  // the first: of no market
  std::vector<SessionSeries> series_;
  uint32_t made_up_ = 0;  // series numbers of a preview
  std::vector<Problem> problems_;
  absl::flat_hash_map<std::string, uint32_t> problem_numbers_;  // by message
  std::vector<Goods> goods_;
  std::vector<MarketSpec> waiting_markets_;
  std::vector<GoodsSpec> waiting_goods_;
  std::vector<SeriesSpec> waiting_series_;
  std::deque<Named> over_quota_;  // for want of quota they have no number yet
};

}  // namespace glutwatch::observe

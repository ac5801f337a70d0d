#pragma once
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/observe/batch_check.h"
#include "server/observe/intake.h"
#include "server/security/principal.h"

namespace glutwatch::observe {

// A session's markets and series, resolved against the catalog. Not thread-safe.
class Dictionary {
 public:
  Dictionary(catalog::Catalog* catalog, catalog::SeriesRegistry* registry,
             const security::Principal& principal, bool create_missing)
      : catalog_(catalog),
        registry_(registry),
        principal_(principal),
        create_missing_(create_missing) {}

  // Appends. What cannot be used keeps its place, with the reason.
  void AddMarkets(std::vector<MarketSpec> markets);
  void AddSeries(std::vector<SeriesSpec> specs);

  // The series, with today's date in each one's market as of `now`.
  const std::vector<SessionSeries>& SeriesAt(absl::Time now);

 private:
  struct Market {
    std::string id;
    absl::Status status;
    absl::TimeZone zone;
    Day today{};
  };
  absl::StatusOr<Market> ResolveMarket(const MarketSpec& spec);
  absl::Status CreateMarket(const MarketSpec& spec);
  // Creates the products and units of `specs` that are unknown, in one write.
  absl::Status CreateMissing(const std::vector<SeriesSpec>& specs);
  absl::StatusOr<catalog::SeriesKey> KeyOf(const SeriesSpec& spec) const;
  absl::Status CheckArrivalsUnit(const SeriesSpec& spec, storage::SeriesId id);

  catalog::Catalog* const catalog_;
  catalog::SeriesRegistry* const registry_;
  const security::Principal principal_;
  const bool create_missing_;
  std::vector<Market> markets_;
  std::vector<SessionSeries> series_;
  std::vector<int> market_of_;  // by series
};

}  // namespace glutwatch::observe

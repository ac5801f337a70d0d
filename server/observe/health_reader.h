#pragma once
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/observe/data_health.h"
#include "server/observe/series_health.h"
#include "server/storage/price_store.h"

namespace glutwatch::observe {

// Reads what the health of data is computed from. Thread-safe; arguments outlive it.
class HealthReader {
 public:
  HealthReader(const catalog::SeriesRegistry* registry, const storage::PriceStore* store,
               const HealthOptions& options, const QuoteRunOptions& runs)
      : registry_(registry), store_(store), options_(options), runs_(runs) {}

  // Of what is stored now, as it stood for market day `day` in the market's own calendar. A market
  // without series is kUnknown. Errors: those of PriceStore::ReadVersions; INVALID_ARGUMENT for a
  // market whose time zone this machine does not know. Cost: a read of `lookback_days` for each
  // series that was not silent for longer.
  absl::StatusOr<MarketHealth> Market(const catalog::Market& market, Day day, absl::Time now) const;
  absl::StatusOr<SeriesHealth> Series(storage::SeriesId series, const catalog::Market& market,
                                      Day day) const;

  const HealthOptions& options() const { return options_; }

 private:
  const catalog::SeriesRegistry* const registry_;
  const storage::PriceStore* const store_;
  const HealthOptions options_;
  const QuoteRunOptions runs_;
};

// INVALID_ARGUMENT names the market if this machine does not know its time zone.
absl::StatusOr<absl::TimeZone> ZoneOf(const catalog::Market& market);

}  // namespace glutwatch::observe

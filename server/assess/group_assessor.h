#pragma once
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/day.h"
#include "forecast/price_forecast.h"
#include "forecast/risk/indicators.h"
#include "server/catalog/catalog.h"
#include "server/catalog/group.h"
#include "server/catalog/series_registry.h"
#include "server/storage/price_store.h"

namespace glutwatch::assess {

// A group on one market day: of each indicator, the median over the series that have it. Prices
// and norms are unset where the series' units differ.
struct GroupDay {
  Day day{};
  forecast::risk::DayIndicators indicators;
  int series_count = 0;   // series with a usable price on that day
  bool has_cost = false;  // at least one series could be compared with a cost
};

struct SeriesDay {
  storage::SeriesId series{};
  std::string price_unit;  // "CNY/kg"; "CNY/box" where there is no conversion
  forecast::risk::DayIndicators indicators;
};

// Reads histories and runs forecast/ over them.
//
// Every answer is a pure function of the observations as of a vintage and of the catalog: asked
// again it is equal bit for bit. Suspicious observations are left out; several lots of a day
// count as their mean weighted by arrivals (equally where a lot has none). Thread-safe, no state.
class GroupAssessor {
 public:
  struct Options {
    bool with_forecast = false;  // fills forecast_to_norm, at the cost of a fit per day and series
  };
  // All pointers outlive the assessor.
  GroupAssessor(const catalog::Catalog* catalog, const catalog::SeriesRegistry* registry,
                const storage::PriceStore* store)
      : GroupAssessor(catalog, registry, store, Options{}) {}
  GroupAssessor(const catalog::Catalog* catalog, const catalog::SeriesRegistry* registry,
                const storage::PriceStore* store, const Options& options)
      : catalog_(catalog), registry_(registry), store_(store), options_(options) {}

  // The group on every day of [from, to] on which at least one of its series has a usable price,
  // ascending. A day's value does not depend on observations dated after it.
  absl::StatusOr<std::vector<GroupDay>> Days(const catalog::Group& group, Day from, Day to,
                                             int64_t vintage_us) const;
  // The series behind the group on `day`, ascending.
  absl::StatusOr<std::vector<SeriesDay>> Evidence(const catalog::Group& group, Day day,
                                                  int64_t vintage_us) const;
  // One series on `day` (its newest price's day if unset).
  // NOT_FOUND if there is no such series; FAILED_PRECONDITION if it has no price up to then.
  absl::StatusOr<SeriesDay> Series(storage::SeriesId series, std::optional<Day> day,
                                   int64_t vintage_us) const;

  struct SeriesForecast {
    Day origin{};
    std::string price_unit;
    forecast::PriceForecast forecast;
  };
  // Errors: as Series; FAILED_PRECONDITION says how many prices are needed.
  absl::StatusOr<SeriesForecast> Forecast(storage::SeriesId series, std::optional<Day> origin,
                                          int horizon_days, int64_t vintage_us) const;

  // Whether any series of the group was fed by a simulation.
  bool IsSimulated(const catalog::Group& group) const;

 private:
  const catalog::Catalog* catalog_;
  const catalog::SeriesRegistry* registry_;
  const storage::PriceStore* store_;
  Options options_;
};

}  // namespace glutwatch::assess

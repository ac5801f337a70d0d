#pragma once
#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/observe/data_health.h"
#include "server/observe/quote_runs.h"
#include "server/storage/observation.h"

namespace glutwatch::observe {

// How a series has been reported over the `window_days` that end with `day`.
struct SeriesHealth {
  Day day{};
  std::optional<Day> newest_day;
  int days_since = 0;
  std::optional<int> usual_gap_days;  // as of a market (data_health.h)
  bool stale = false;
  std::optional<absl::Duration> usual_delay;  // from the beginning of the market day to the report

  int window_days = 0;
  int answered_days = 0;
  int traded_days = 0;    // of the answered ones
  int repeated_days = 0;  // of the traded ones: the first lot's quote is that of the day before it
  int same_days = 0;      // reported days that the newest quote has stood
  int flat_days = 0;      // reported days that it has been low = modal = high
  int suspicious = 0, discarded = 0, frozen = 0, flat = 0, corrected = 0;  // rows
};

// `versions` are all versions of the series of at least `options.lookback_days` up to `day`, in
// order; later days do not count. Pure; O(versions).
SeriesHealth AssessSeries(absl::Span<const storage::Version> versions, Day day, absl::TimeZone zone,
                          const HealthOptions& options = {}, const QuoteRunOptions& runs = {});

}  // namespace glutwatch::observe

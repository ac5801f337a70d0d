#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/day.h"
#include "server/storage/observation.h"

// Whether a market reported what it usually reports, when it usually does. Pure: stored versions
// and the time in, figures out; nothing depends on the order in which rows arrived.
namespace glutwatch::observe {

// What a series said about one market day.
struct Answer {
  Day day{};
  storage::DayStatus status = storage::DayStatus::kTraded;  // of the lowest lot
  int64_t first_us = 0;  // when the day was first reported, whatever was corrected since
  // Lots, by their newest version; a suspicious one that was discarded counts as discarded only.
  int32_t suspicious = 0, discarded = 0, frozen = 0, flat = 0;
  int32_t corrected = 0;  // versions that replaced another one, reviews included
};

struct SeriesAnswers {
  storage::SeriesId series{};
  bool whole_market = false;    // the series of the product "all": what it says is the market's
  std::vector<Answer> answers;  // one a day, ascending
};

// Of all versions of a series, in order of (day, lot, recorded_us).
std::vector<Answer> AnswersOf(absl::Span<const storage::Version> versions);

inline constexpr size_t kMinLiveDays = 3;  // to say what delay is usual
struct HealthOptions {
  int lookback_days = 63;  // what is usual is read from so many days before
  int rhythm_days = 4;     // the newest open days of a weekday that say what is expected on it
  // A day that was first reported later than this was filled in afterwards, and tells nothing about
  // when the market usually reports.
  absl::Duration max_live_delay = absl::Hours(10 * 24);
  // A day is due this long after the usual time; `due_if_unknown` after its beginning if there is
  // no usual time yet.
  absl::Duration due_tolerance = absl::Hours(2);
  absl::Duration due_if_unknown = absl::Hours(48);
};

// Values are on the wire (glutwatch.v1.MarketDayState); never renumber.
enum class MarketDayState : uint8_t {
  kComplete = 1,  // every expected series has answered
  kPartial = 2,
  kMissing = 3,  // none has, and the day is due
  kPending = 4,  // not all have, and the day is not due yet
  kClosed = 5,   // the market said that it was closed or on holiday
  kRestDay = 6,  // silent, as it usually is on this weekday
  kUnknown = 7,  // too little history to expect anything
};
inline constexpr int kMarketDayStates = 8;  // one more than the largest

struct MarketHealth {
  Day day{};
  MarketDayState state = MarketDayState::kUnknown;
  int expected = 0;  // series
  int received = 0;  // of the expected ones; a day without trade is an answer too
  int unexpected = 0;
  std::vector<storage::SeriesId> missing;  // expected and not received, ascending; also if pending

  std::optional<Day> newest_day;  // up to `day`, of any series and status
  int days_since = 0;             // `day` - newest_day
  // Nine of ten of the market's gaps between days with an answer are not longer; nullopt if fewer
  // than three are known.
  std::optional<int> usual_gap_days;
  // No answer for more than half as long again as the usual gap, but at least a day more; see
  // IsStale.
  bool stale = false;

  // When half of the day's answers had come, and how long after the beginning of the market day
  // that usually is (the median); nullopt if the day has no answer, or fewer than three live days
  // are known.
  std::optional<absl::Time> arrival;
  std::optional<absl::Duration> usual_delay;
  // How much later than usual: of the arrival or, while the day is missing, of now. Negative if
  // earlier; nullopt if nothing is usual or nothing was to come.
  std::optional<absl::Duration> lateness;

  int suspicious = 0, discarded = 0, frozen = 0, flat = 0, corrected = 0;  // rows of the day
};

// The health of a market on `day`, as it is known at `now`.
//
// Expected is a series that answered on more than half of the market's newest `rhythm_days` open
// days of the same weekday before `day`; where fewer than two such days are known, of its newest
// open days whatever weekday; with fewer than two of these, none. Open is a day on which a series
// was traded or found no bid. A weekday on which the market was open on fewer than half of its
// newest `rhythm_days` occurrences (those that it called closed or a holiday not counted) is a rest
// day: nothing is expected on it.
//
// `series` have answers of at least `lookback_days` before `day`, in any order of series; answers
// after `day` do not count. `newest_before` is the newest day of series that were left out because
// they are silent for longer than that. Cost: O(answers).
MarketHealth AssessMarket(absl::Span<const SeriesAnswers> series, Day day, absl::Time now,
                          absl::TimeZone zone, const HealthOptions& options = {},
                          std::optional<Day> newest_before = std::nullopt);

// Many markets at a glance.
struct RegionHealth {
  int markets = 0;
  int by_state[kMarketDayStates] = {};
  int stale = 0;
  int expected = 0, received = 0;
  std::optional<Day> newest_day;
  int suspicious = 0, discarded = 0, frozen = 0, flat = 0, corrected = 0;

  void Add(const MarketHealth& market);
  // There are markets, and every one of them that ever reported is stale.
  bool blind() const { return markets > 0 && stale == markets; }
};

// The gap that nine of ten of `days` (ascending) do not exceed; nullopt for fewer than four days.
std::optional<int> UsualGap(absl::Span<const Day> days);
// Whether `days_since` the newest day is too long for a usual gap; where none is known, whether it
// is longer than kStaleIfUnknownDays.
inline constexpr int kStaleIfUnknownDays = 31;
bool IsStale(int days_since, std::optional<int> usual_gap_days);
// The middle one, the lower of two; nullopt if empty.
std::optional<absl::Duration> MedianOf(std::vector<absl::Duration> values);

}  // namespace glutwatch::observe

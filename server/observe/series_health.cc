#include "server/observe/series_health.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace glutwatch::observe {
namespace {

using storage::Version;

// The newest versions of the first lots' quotes, one a day.
void FollowQuotes(absl::Span<const Version> versions, Day day, Day first,
                  const QuoteRunOptions& options, SeriesHealth* health) {
  QuoteRun run;
  for (size_t i = 0; i < versions.size(); ++i) {
    const storage::Observation& o = versions[i].observation;
    const bool superseded = i + 1 < versions.size() && versions[i + 1].observation.day == o.day &&
                            versions[i + 1].observation.lot == o.lot;
    if (superseded || o.day > day || !IsQuote(o)) continue;
    ExtendRun(o, options, &run);
    if (o.day >= first && run.same_days > 1) ++health->repeated_days;
  }
  health->same_days = run.same_days;
  health->flat_days = run.flat_days;
}

}  // namespace

SeriesHealth AssessSeries(absl::Span<const Version> versions, Day day, absl::TimeZone zone,
                          const HealthOptions& options, const QuoteRunOptions& runs) {
  SeriesHealth health;
  health.day = day;
  health.window_days = options.lookback_days;
  const Day first = day - (options.lookback_days - 1);
  std::vector<Day> answered;
  std::vector<absl::Duration> delays;
  for (const Answer& answer : AnswersOf(versions)) {
    if (answer.day > day) break;
    health.newest_day = answer.day;
    if (answer.day < first) continue;
    answered.push_back(answer.day);
    health.traded_days += answer.status == storage::DayStatus::kTraded ? 1 : 0;
    health.suspicious += answer.suspicious;
    health.discarded += answer.discarded;
    health.frozen += answer.frozen;
    health.flat += answer.flat;
    health.corrected += answer.corrected;
    const absl::Duration delay =
        absl::FromUnixMicros(answer.first_us) - absl::FromCivil(ToCivil(answer.day), zone);
    if (delay <= options.max_live_delay) delays.push_back(delay);
  }
  health.answered_days = static_cast<int>(answered.size());
  health.usual_gap_days = UsualGap(answered);
  if (health.newest_day.has_value()) {
    health.days_since = day - *health.newest_day;
    health.stale = IsStale(health.days_since, health.usual_gap_days);
  }
  if (delays.size() >= kMinLiveDays) health.usual_delay = MedianOf(std::move(delays));
  FollowQuotes(versions, day, first, runs, &health);
  return health;
}

}  // namespace glutwatch::observe

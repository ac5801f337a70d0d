#include "server/observe/data_health.h"

#include <algorithm>
#include <map>

#include "absl/time/civil_time.h"

namespace glutwatch::observe {
namespace {

using storage::DayStatus;
using storage::SeriesId;

constexpr int kDaysOfWeek = 7;
constexpr size_t kMinGaps = 3;
constexpr size_t kMinRhythm = 2;  // days, to expect anything from them

int WeekdayOf(Day day) {
  return ((DayNumber(day) % kDaysOfWeek) + kDaysOfWeek) % kDaysOfWeek;  // 0 is a Thursday
}

bool IsOpen(DayStatus status) {
  return status == DayStatus::kTraded || status == DayStatus::kNoBid;
}
bool IsClosed(DayStatus status) {
  return status == DayStatus::kClosed || status == DayStatus::kHoliday;
}

absl::Time BeginningOf(Day day, absl::TimeZone zone) { return absl::FromCivil(ToCivil(day), zone); }

// What all series of a market said about one day.
struct MarketDay {
  bool open = false;
  bool called_closed = false;  // by the market as a whole
  bool all_closed = true;      // by each series that answered
  std::vector<int64_t> first_us;

  bool closed() const { return !open && (called_closed || all_closed); }
  int64_t MedianUs() {
    const auto middle = first_us.begin() + static_cast<std::ptrdiff_t>((first_us.size() - 1) / 2);
    std::nth_element(first_us.begin(), middle, first_us.end());
    return *middle;
  }
};

// A market's days, and what is usual on them.
class Assessor {
 public:
  Assessor(absl::Span<const SeriesAnswers> series, Day day, absl::Time now, absl::TimeZone zone,
           const HealthOptions& options)
      : series_(series), day_(day), now_(now), zone_(zone), options_(options) {}

  MarketHealth Run(std::optional<Day> newest_before) {
    health_.day = day_;
    health_.newest_day = newest_before;
    CollectDays();
    FindGaps();
    FindDelay();
    Expect();
    health_.state = State();
    FindLateness();
    std::sort(health_.missing.begin(), health_.missing.end());
    return health_;
  }

 private:
  void CollectDays() {
    for (const SeriesAnswers& one : series_) {
      for (const Answer& answer : one.answers) {
        if (answer.day > day_) break;
        if (!health_.newest_day.has_value() || answer.day > *health_.newest_day) {
          health_.newest_day = answer.day;
        }
        if (answer.day < day_ - options_.lookback_days) continue;
        MarketDay& day = days_[answer.day];
        day.first_us.push_back(answer.first_us);
        day.all_closed &= IsClosed(answer.status);
        day.called_closed |= one.whole_market && IsClosed(answer.status);
        day.open |= !one.whole_market && IsOpen(answer.status);
        if (answer.day == day_) CountRows(answer);
      }
    }
    if (health_.newest_day.has_value()) health_.days_since = day_ - *health_.newest_day;
  }

  void CountRows(const Answer& answer) {
    health_.suspicious += answer.suspicious;
    health_.discarded += answer.discarded;
    health_.frozen += answer.frozen;
    health_.flat += answer.flat;
    health_.corrected += answer.corrected;
  }

  void FindGaps() {
    std::vector<Day> answered;
    for (const auto& [day, unused] : days_) {
      if (day < day_) answered.push_back(day);
    }
    health_.usual_gap_days = UsualGap(answered);
    health_.stale =
        health_.newest_day.has_value() && IsStale(health_.days_since, health_.usual_gap_days);
  }

  void FindDelay() {
    std::vector<absl::Duration> delays;
    for (auto& [day, market_day] : days_) {
      const absl::Time arrival = absl::FromUnixMicros(market_day.MedianUs());
      const absl::Duration delay = arrival - BeginningOf(day, zone_);
      if (day == day_) {
        health_.arrival = arrival;
      } else if (delay <= options_.max_live_delay) {
        delays.push_back(delay);
      }
    }
    if (delays.size() >= kMinLiveDays) health_.usual_delay = MedianOf(std::move(delays));
  }

  // The newest open days before `day_`, of its weekday only or of any.
  std::vector<Day> OpenDays(bool same_weekday) const {
    std::vector<Day> open;
    for (auto it = days_.rbegin(); it != days_.rend(); ++it) {
      const auto& [day, market_day] = *it;
      if (day == day_ || !market_day.open) continue;
      if (same_weekday && WeekdayOf(day) != WeekdayOf(day_)) continue;
      open.push_back(day);
      if (static_cast<int>(open.size()) == options_.rhythm_days) break;
    }
    return open;
  }

  // Whether the market usually rests on the weekday of `day_`.
  bool IsRestDay() const {
    if (days_.empty()) return false;
    const Day first = days_.begin()->first;
    int seen = 0;
    int open = 0;
    for (Day day = day_ - kDaysOfWeek; day >= first && seen < options_.rhythm_days;
         day = day - kDaysOfWeek) {
      const auto found = days_.find(day);
      if (found != days_.end() && found->second.closed()) continue;
      ++seen;
      open += found != days_.end() && found->second.open ? 1 : 0;
    }
    return seen >= static_cast<int>(kMinRhythm) && 2 * open < seen;
  }

  void Expect() {
    rest_day_ = IsRestDay();
    std::vector<Day> rhythm = OpenDays(/*same_weekday=*/true);
    if (rhythm.size() < kMinRhythm) rhythm = OpenDays(/*same_weekday=*/false);
    known_ = rhythm.size() >= kMinRhythm;
    const bool closed = Closed();
    for (const SeriesAnswers& one : series_) {
      if (one.whole_market) continue;
      size_t answered = 0;
      bool today = false;
      for (const Answer& answer : one.answers) {
        today = today || answer.day == day_;
        answered += std::count(rhythm.begin(), rhythm.end(), answer.day) > 0 ? 1 : 0;
      }
      const bool expected = known_ && !rest_day_ && !closed && 2 * answered > rhythm.size();
      health_.expected += expected ? 1 : 0;
      health_.received += expected && today ? 1 : 0;
      health_.unexpected += !expected && today && !closed ? 1 : 0;
      if (expected && !today) health_.missing.push_back(one.series);
    }
  }

  bool Closed() const {
    const auto today = days_.find(day_);
    return today != days_.end() && today->second.closed();
  }

  absl::Time Due() const {
    const absl::Time begin = BeginningOf(day_, zone_);
    if (!health_.usual_delay.has_value()) return begin + options_.due_if_unknown;
    return begin + *health_.usual_delay + options_.due_tolerance;
  }

  MarketDayState State() const {
    if (Closed()) return MarketDayState::kClosed;
    const bool answered = days_.contains(day_);
    if (rest_day_) return answered ? MarketDayState::kComplete : MarketDayState::kRestDay;
    if (!known_) return answered ? MarketDayState::kComplete : MarketDayState::kUnknown;
    if (health_.missing.empty()) {
      return answered ? MarketDayState::kComplete : MarketDayState::kUnknown;
    }
    if (now_ < Due()) return MarketDayState::kPending;
    return answered ? MarketDayState::kPartial : MarketDayState::kMissing;
  }

  void FindLateness() {
    if (!health_.usual_delay.has_value() || health_.state == MarketDayState::kRestDay) return;
    const absl::Time usual = BeginningOf(day_, zone_) + *health_.usual_delay;
    if (health_.arrival.has_value()) {
      health_.lateness = *health_.arrival - usual;
    } else if (health_.state == MarketDayState::kMissing) {
      health_.lateness = now_ - usual;
    }
  }

  const absl::Span<const SeriesAnswers> series_;
  const Day day_;
  const absl::Time now_;
  const absl::TimeZone zone_;
  const HealthOptions options_;
  std::map<Day, MarketDay> days_;
  bool rest_day_ = false;
  bool known_ = false;  // enough open days to expect something
  MarketHealth health_;
};

}  // namespace

std::vector<Answer> AnswersOf(absl::Span<const storage::Version> versions) {
  std::vector<Answer> answers;
  uint16_t lowest_lot = 0;  // of the day
  for (size_t i = 0; i < versions.size(); ++i) {
    const storage::Observation& o = versions[i].observation;
    const auto is_row = [&](size_t other) {
      return other < versions.size() && versions[other].observation.day == o.day &&
             versions[other].observation.lot == o.lot;
    };
    if (answers.empty() || answers.back().day != o.day) {
      answers.push_back({.day = o.day, .first_us = versions[i].recorded_us});
      lowest_lot = o.lot;
    }
    Answer& answer = answers.back();
    answer.first_us = std::min(answer.first_us, versions[i].recorded_us);
    if (i > 0 && is_row(i - 1)) ++answer.corrected;
    if (is_row(i + 1)) continue;  // there is a newer version
    if (o.lot == lowest_lot) answer.status = o.status;
    const bool discarded = (o.flags & storage::kDiscarded) != 0;
    answer.suspicious += !discarded && (o.flags & storage::kSuspicious) != 0 ? 1 : 0;
    answer.discarded += discarded ? 1 : 0;
    answer.frozen += (o.flags & storage::kFrozenQuote) != 0 ? 1 : 0;
    answer.flat += (o.flags & storage::kFlatQuote) != 0 ? 1 : 0;
  }
  return answers;
}

MarketHealth AssessMarket(absl::Span<const SeriesAnswers> series, Day day, absl::Time now,
                          absl::TimeZone zone, const HealthOptions& options,
                          std::optional<Day> newest_before) {
  return Assessor(series, day, now, zone, options).Run(newest_before);
}

void RegionHealth::Add(const MarketHealth& market) {
  ++markets;
  ++by_state[static_cast<int>(market.state)];
  stale += market.stale ? 1 : 0;
  expected += market.expected;
  received += market.received;
  if (market.newest_day.has_value()) {
    newest_day = std::max(newest_day.value_or(*market.newest_day), *market.newest_day);
  }
  suspicious += market.suspicious;
  discarded += market.discarded;
  frozen += market.frozen;
  flat += market.flat;
  corrected += market.corrected;
}

std::optional<int> UsualGap(absl::Span<const Day> days) {
  std::vector<int> gaps;
  for (size_t i = 1; i < days.size(); ++i) gaps.push_back(days[i] - days[i - 1]);
  if (gaps.size() < kMinGaps) return std::nullopt;
  std::sort(gaps.begin(), gaps.end());
  return gaps[(9 * gaps.size() + 9) / 10 - 1];  // the nearest rank
}

bool IsStale(int days_since, std::optional<int> usual_gap_days) {
  if (!usual_gap_days.has_value()) return days_since > kStaleIfUnknownDays;
  return days_since > *usual_gap_days + std::max(1, *usual_gap_days / 2);
}

std::optional<absl::Duration> MedianOf(std::vector<absl::Duration> values) {
  if (values.empty()) return std::nullopt;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace glutwatch::observe

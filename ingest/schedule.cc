#include "ingest/schedule.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"

namespace glutwatch::ingest {
namespace {

constexpr unsigned kEveryDay = 0x7F;
constexpr unsigned kMondayToSaturday = 0x3F;

// Hours and minutes of "06:30"; -1 if it is not a time of day.
int MinutesOf(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  int hours = 0;
  int minutes = 0;
  if (parts.size() != 2 || parts[0].size() != 2 || parts[1].size() != 2 ||
      !absl::SimpleAtoi(parts[0], &hours) || !absl::SimpleAtoi(parts[1], &minutes) || hours < 0 ||
      hours > 23 || minutes < 0 || minutes > 59) {
    return -1;
  }
  return hours * 60 + minutes;
}

bool TradesOn(const FeedSchedule& schedule, absl::CivilDay day) {
  const auto bit = static_cast<unsigned>(absl::GetWeekday(day));  // Monday is 0
  return (schedule.weekdays >> bit & 1U) != 0;
}

}  // namespace

const std::vector<FeedSchedule>& DefaultSchedules() {
  static const auto* schedules = new std::vector<FeedSchedule>{
      {"xinfadi",
       "Asia/Shanghai",
       {"10:30", "17:00"},
       kEveryDay,
       "trades at night and in the morning, every day; the list of a day is complete by noon"},
      {"tw_moa",
       "Asia/Taipei",
       {"09:30", "13:00", "20:00"},
       kEveryDay,
       "auctions end in the morning; most markets rest on Monday, each by its own calendar, and "
       "say so in the data; corrections follow in the evening"},
      {"agmarknet",
       "Asia/Kolkata",
       {"14:00", "19:30"},
       kMondayToSaturday,
       "mandis report through the afternoon; most rest on Sunday"},
      {"kalimati",
       "Asia/Kathmandu",
       {"08:30", "12:00"},
       kEveryDay,
       "the morning's prices, every day but the great festivals"},
      {"wfp", "UTC", {"05:00"}, kEveryDay, "monthly data, refreshed at any day of the week"},
      {"generic",
       "Asia/Shanghai",
       {"06:30", "12:30"},
       kEveryDay,
       "a county's own file: after the morning's trade and at noon"}};
  return *schedules;
}

FeedSchedule ScheduleOf(absl::string_view feed) {
  for (const FeedSchedule& schedule : DefaultSchedules()) {
    if (schedule.feed == feed) return schedule;
  }
  return {std::string(feed), "UTC", {"06:00"}, kEveryDay, "nothing is known about this feed"};
}

absl::StatusOr<FeedSchedule> WithTimes(FeedSchedule schedule, absl::string_view times) {
  schedule.times.clear();
  for (const absl::string_view part : absl::StrSplit(times, ',')) {
    if (MinutesOf(part) < 0) {
      return absl::InvalidArgumentError(absl::StrCat("schedule is \"", times, "\": \"", part,
                                                     "\", expected times such as 06:30,14:00"));
    }
    schedule.times.emplace_back(part);
  }
  std::sort(schedule.times.begin(), schedule.times.end());
  return schedule;
}

absl::StatusOr<absl::Time> NextDue(const FeedSchedule& schedule, absl::Time after) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(schedule.time_zone, &zone)) {
    return absl::FailedPreconditionError(
        absl::StrCat("feed ", schedule.feed, ": this machine does not know time zone \"",
                     schedule.time_zone, "\"; install the package tzdata"));
  }
  absl::CivilDay day = absl::ToCivilDay(after, zone);
  constexpr int kDaysAhead = 8;
  for (int ahead = 0; ahead <= kDaysAhead; ++ahead, ++day) {
    if (!TradesOn(schedule, day)) continue;
    for (const std::string& time : schedule.times) {
      const absl::CivilMinute minute = absl::CivilMinute(day) + MinutesOf(time);
      const absl::Time due = absl::FromCivil(minute, zone);
      if (due > after) return due;
    }
  }
  return absl::FailedPreconditionError(
      absl::StrCat("feed ", schedule.feed, ": its schedule has no day or no time"));
}

absl::Duration RetryDelay(int failures) {
  constexpr int kMostDoublings = 6;
  const int doublings = std::clamp(failures - 1, 0, kMostDoublings);
  return std::min(absl::Minutes(1) * (1 << doublings), absl::Hours(1));
}

}  // namespace glutwatch::ingest

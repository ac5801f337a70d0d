#pragma once
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace glutwatch::ingest {

// When a feed is asked for news: times of day in its own time zone.
struct FeedSchedule {
  std::string feed;
  std::string time_zone;           // IANA
  std::vector<std::string> times;  // "06:30", ascending
  // The week days on which its market trades; bit 0 is Monday. Other days are not asked for.
  unsigned weekdays = 0x7F;
  std::string reason;  // why these times
};

// The schedules that the worker knows. A feed that is not among them is asked for once a day at
// 06:00 UTC.
const std::vector<FeedSchedule>& DefaultSchedules();
FeedSchedule ScheduleOf(absl::string_view feed);

// Replaces a schedule's times: "06:30,14:00", each in [00:00, 23:59]. INVALID_ARGUMENT quotes the
// part that is wrong.
absl::StatusOr<FeedSchedule> WithTimes(FeedSchedule schedule, absl::string_view times);

// The first instant after `after` at which the feed is due. A time that a clock change skips is
// due when the clocks have moved; one that happens twice is due once. FAILED_PRECONDITION if
// the machine does not know the time zone.
absl::StatusOr<absl::Time> NextDue(const FeedSchedule& schedule, absl::Time after);

// How long to wait before the attempt after `failures` failed ones in a row: a minute, doubled
// each time, at most an hour.
absl::Duration RetryDelay(int failures);

}  // namespace glutwatch::ingest

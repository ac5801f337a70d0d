#pragma once
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/day.h"

namespace glutwatch {

// The civil day in China at `time`: eight hours ahead of UTC, without summer time, on any machine.
inline Day ChinaDay(absl::Time time) {
  constexpr int kSecondsAhead = 8 * 60 * 60;
  return ToDay(absl::ToCivilDay(time, absl::FixedTimeZone(kSecondsAhead)));
}

}  // namespace glutwatch

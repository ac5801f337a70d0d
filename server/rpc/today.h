#pragma once
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/day.h"

namespace glutwatch::rpc {

// The civil day in China, eight hours ahead of UTC without summer time: what "today" means for
// facts and duties, which are the province's own.
inline Day Today(const Clock& clock) {
  constexpr int kSecondsAhead = 8 * 60 * 60;
  return ToDay(absl::ToCivilDay(clock.Now(), absl::FixedTimeZone(kSecondsAhead)));
}

}  // namespace glutwatch::rpc

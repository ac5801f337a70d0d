#pragma once
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "server/warn/life_cycle.h"
#include "server/warn/warning.h"

namespace glutwatch::warn {

// Version of the computation that stands in evidence; raised when the same data gives other bits.
inline constexpr int kModelVersion = 1;

// Everything about a group's last judged day, computed from its days alone.
struct Judgement {
  Evidence evidence;
  Level level = Level::kNone;  // of the life cycle after that day
};

// Judges `days` from the first and returns the evidence of the last, which must be `day`; nullopt
// if it is not. Without any day the evidence is empty: every price was withdrawn. `series` is the
// group's series on that day.
std::optional<Judgement> JudgeThrough(const RulePack& pack, absl::Span<const RiskDay> days, Day day,
                                      std::vector<SeriesEvidence> series, int64_t vintage_us);

// The first field in which two pieces of evidence differ, with both values: "group.ifpa: -1.2
// logged, -1.3 now"; "" if they are equal bit for bit.
std::string FirstDifference(const Evidence& logged, const Evidence& now);

// "yunnan-basic/1".
std::string PackName(const RulePack& pack);

}  // namespace glutwatch::warn

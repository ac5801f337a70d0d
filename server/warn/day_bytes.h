#pragma once
#include <optional>

#include "base/bytes.h"
#include "base/day.h"

namespace glutwatch::warn {

// Days in records of this room. Not before kMinDay, and not more than the longest period of a rule
// pack after kMaxDay: whatever is decoded can be reckoned with.
inline constexpr int kLongestPeriodDays = 3650;

inline void PutDay(Day day, ByteWriter* out) { out->Signed(DayNumber(day)); }

inline Day TakeDay(ByteReader* in) {
  const int64_t day = in->Signed();
  if (day >= DayNumber(kMinDay) && day <= DayNumber(kMaxDay + kLongestPeriodDays)) {
    return Day{static_cast<int32_t>(day)};
  }
  in->MarkDamaged();
  return Day{};
}

inline void PutOptionalDay(const std::optional<Day>& day, ByteWriter* out) {
  out->U8(day.has_value() ? 1 : 0);
  if (day.has_value()) PutDay(*day, out);
}

inline std::optional<Day> TakeOptionalDay(ByteReader* in) {
  if (in->U8() == 0) return std::nullopt;
  return TakeDay(in);
}

}  // namespace glutwatch::warn

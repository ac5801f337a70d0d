// Warning events, life cycles and group states: damaged bytes are refused and never a crash; what
// is accepted is written back to bytes that decode to the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "server/warn/group_state.h"
#include "server/warn/warning.h"

namespace {

using namespace glutwatch::warn;  // NOLINT(google-build-using-namespace): a fuzz target

template <typename T>
void CheckRoundTrip(const T& value) {
  const std::string bytes = value.Encode();
  const auto again = T::Decode(bytes);
  if (!again.has_value() || again->Encode() != bytes) std::abort();
}

// A decoded state must be fit for use, not only for writing.
void CheckUse(GroupState state) {
  RulePack pack;
  pack.rules = {{"r", Level::kYellow, {{Indicator::kPriceToNorm, 0.8, "0.8", false}}, 0, 0.05, ""}};
  const auto newest = state.newest_day();
  if (newest.has_value() && *newest >= glutwatch::kMaxDay) return;  // no day is later
  RiskDay day;
  day.day = newest.value_or(glutwatch::Day{0}) + 1;
  day.indicators.day = day.day;
  day.indicators.price_to_norm = 0.5;
  (void)state.CadenceDays();
  (void)BeforeNewestDay(state);
  (void)Rejudge(pack, {}, {day}, &state);
  CheckRoundTrip(state);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto event = DecodeEvent(bytes, 1); event.ok()) {
    const std::string again = EncodeEvent(*event);
    const auto second = DecodeEvent(again, 1);
    if (!second.ok() || EncodeEvent(*second) != again) std::abort();
  }
  if (const auto cycle = LifeCycle::Decode(bytes); cycle.has_value()) CheckRoundTrip(*cycle);
  if (const auto state = GroupState::Decode(bytes); state.has_value()) {
    CheckRoundTrip(*state);
    CheckUse(*state);
  }
  return 0;
}

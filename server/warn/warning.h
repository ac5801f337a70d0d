#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/day.h"
#include "server/catalog/group.h"
#include "server/storage/observation.h"
#include "server/warn/life_cycle.h"

namespace glutwatch::warn {

// On disk and on the wire; never renumber.
enum class Kind : uint8_t { kGlut = 1, kBlind = 2 };
enum class State : uint8_t { kInForce = 1, kCleared = 2, kRetracted = 3 };
enum class Freshness : uint8_t { kFresh = 1, kStale = 2, kBlind = 3 };

struct SeriesEvidence {
  storage::SeriesId series{};
  forecast::risk::DayIndicators indicators;
};

// What a judgement rests on: enough to compute it again.
struct Evidence {
  std::vector<RuleOutcome> rules;
  forecast::risk::DayIndicators group;
  std::vector<SeriesEvidence> series;
  int64_t vintage_us = 0;
  std::string rule_pack;  // "yunnan-basic/1"
  int model_version = 0;
  int missing_days = 0;  // days without a price of the group among the last 28
};

struct Warning {
  std::string id;  // "{region}-{product}-{yyyymmdd}", with "-2" ... if taken; never used again
  Kind kind = Kind::kGlut;
  catalog::Group group;  // product "" for kBlind
  Level level = Level::kNone;
  State state = State::kInForce;
  Freshness freshness = Freshness::kFresh;
  Day raised_day{};
  Day market_day{};  // the day whose prices its newest event rests on
  std::optional<Day> ended_day;
  int64_t generation = 0;  // 1 for the first event
  bool simulated = false;
  Evidence evidence;
};

// One entry of the warning log.
struct WarningEvent {
  int64_t seq = 0;  // not in the bytes: the log's own number
  Transition transition = Transition::kOpened;
  Warning warning;  // the whole new state
  int64_t commit_us = 0;
  Day market_day{};  // the day that caused it
  std::string cause;
};

// docs/format/warning.md. DATA_LOSS on damage.
std::string EncodeEvent(const WarningEvent& event);
absl::StatusOr<WarningEvent> DecodeEvent(absl::string_view bytes, int64_t seq);

}  // namespace glutwatch::warn

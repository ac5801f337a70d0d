#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forecast/risk/indicators.h"

namespace glutwatch::warn {

// China's four colours, weakest first. On disk and on the wire; never renumber.
enum class Level : uint8_t { kNone = 0, kBlue = 1, kYellow = 2, kOrange = 3, kRed = 4 };

// What a condition looks at. Equal to glutwatch.v1.Indicator.
enum class Indicator : uint8_t {
  kPriceToNorm = 1,
  kIfpa = 2,
  kAlps = 3,
  kPriceToTotalCost = 4,
  kPriceToCashCost = 5,
  kYearOnYear = 6,
  kForecastToNorm = 7,
};

// The indicator's value on a day; nullopt if it could not be computed.
std::optional<double> ValueOf(const forecast::risk::DayIndicators& day, Indicator indicator);
absl::string_view IndicatorName(Indicator indicator);  // "price_to_norm"
bool IsRatio(Indicator indicator);  // ratios take margins relative, scores absolute

// True while the indicator is at or below the threshold (below it, if strict).
struct Condition {
  Indicator indicator = Indicator::kPriceToNorm;
  double at_most = 0;        // "6/7" is the double nearest to the fraction
  std::string at_most_text;  // as written
  bool strict = false;
};

// Raises its level when all conditions have held for `persistence_days`.
struct Rule {
  std::string id;
  Level level = Level::kNone;
  std::vector<Condition> all_of;
  int persistence_days =
      0;  // calendar days from the first to the newest market day on which all held
  double clear_margin = 0;  // lets go beyond threshold * (1 + margin) or threshold + margin
  std::string source;
};

struct RulePack {
  std::string id;
  int version = 0;
  std::string description;
  std::vector<Rule> rules;
  int min_life_days = 10;
  int clear_days = 20;
  int refractory_days = 20;
  int stale_trading_days = 5;
  Level max_level_without_cost = Level::kOrange;
};

// Reads "0.8", "-1" or "6/7". INVALID_ARGUMENT quotes the text.
absl::StatusOr<double> ParseThreshold(absl::string_view text);

// Whether any rule looks at `indicator`: forecasts, for one, are computed only where they count.
bool Uses(const RulePack& pack, Indicator indicator);

// INVALID_ARGUMENT begins with the path of the bad field: "rules[2].all_of[0].at_most: ...".
absl::Status Validate(const RulePack& pack);

}  // namespace glutwatch::warn

#pragma once
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/warn/life_cycle.h"

namespace glutwatch::warn {

// What a test says of a day; unset: the indicator could not be computed.
struct Risk {
  std::optional<double> to_norm = {};
  std::optional<double> ifpa = {};
  std::optional<double> to_cost = {};
};

inline RiskDay On(int day, const Risk& risk) {
  RiskDay result;
  result.day = Day{day};
  result.indicators.day = result.day;
  result.indicators.price = risk.to_norm;
  result.indicators.price_to_norm = risk.to_norm;
  result.indicators.ifpa = risk.ifpa;
  result.indicators.price_to_total_cost = risk.to_cost;
  result.has_cost = risk.to_cost.has_value();
  return result;
}

// `risk` on every `step`-th day of [from, to].
inline std::vector<RiskDay> Every(int from, int to, int step, const Risk& risk) {
  std::vector<RiskDay> days;
  for (int day = from; day <= to; day += step) days.push_back(On(day, risk));
  return days;
}

inline std::vector<RiskDay> Join(std::vector<RiskDay> first, const std::vector<RiskDay>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

// Blue below 0.9 of the norm for 10 days; yellow below 0.8 with IFPA below -1 for 8 days; orange
// below 0.85 and red below 0.7 of the cost at once.
inline RulePack TestPack() {
  const auto condition = [](Indicator indicator, double at_most) {
    return Condition{indicator, at_most, absl::StrCat(at_most), false};
  };
  RulePack pack;
  pack.id = "test";
  pack.version = 1;
  pack.rules = {
      {"blue-norm", Level::kBlue, {condition(Indicator::kPriceToNorm, 0.9)}, 10, 0.05, ""},
      {"yellow-norm",
       Level::kYellow,
       {condition(Indicator::kPriceToNorm, 0.8), condition(Indicator::kIfpa, -1)},
       8,
       0.05,
       ""},
      {"orange-cost", Level::kOrange, {condition(Indicator::kPriceToTotalCost, 0.85)}, 0, 0.05, ""},
      {"red-cost", Level::kRed, {condition(Indicator::kPriceToTotalCost, 0.7)}, 0, 0.05, ""},
  };
  return pack;
}

inline std::string NameOf(Transition transition) {
  static constexpr const char* kNames[] = {"?",       "opened",   "escalated", "de-escalated",
                                           "stale",   "blind",    "fresh",     "resolved",
                                           "revised", "retracted"};
  return kNames[static_cast<int>(transition)];
}

inline std::string NameOf(Level level) {
  static constexpr const char* kNames[] = {"none", "blue", "yellow", "orange", "red"};
  return kNames[static_cast<int>(level)];
}

// "10 opened yellow".
inline std::string Line(const LifeEvent& event) {
  return absl::StrCat(DayNumber(event.day), " ", NameOf(event.transition), " ",
                      NameOf(event.level));
}

inline std::vector<std::string> Judge(const RulePack& pack, const std::vector<RiskDay>& days,
                                      LifeCycle* cycle) {
  std::vector<std::string> lines;
  for (const RiskDay& day : days) {
    for (const LifeEvent& event : cycle->Step(pack, day)) lines.push_back(Line(event));
  }
  return lines;
}

inline std::vector<std::string> Judge(const RulePack& pack, const std::vector<RiskDay>& days) {
  LifeCycle cycle;
  return Judge(pack, days, &cycle);
}

}  // namespace glutwatch::warn

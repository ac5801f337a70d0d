#include "server/warn/explain.h"

#include <bit>

#include "absl/strings/str_cat.h"
#include "server/warn/group_state.h"

namespace glutwatch::warn {
namespace {

using forecast::risk::DayIndicators;

std::string Show(const std::optional<double>& value) {
  return value.has_value() ? absl::StrCat(*value) : "unset";
}

bool SameBits(const std::optional<double>& a, const std::optional<double>& b) {
  if (a.has_value() != b.has_value()) return false;
  return !a.has_value() || std::bit_cast<uint64_t>(*a) == std::bit_cast<uint64_t>(*b);
}

std::string IndicatorsDiffer(absl::string_view where, const DayIndicators& a,
                             const DayIndicators& b) {
  struct Field {
    absl::string_view name;
    std::optional<double> DayIndicators::*value;
  };
  static constexpr Field kFields[] = {
      {"price", &DayIndicators::price},
      {"median_price", &DayIndicators::median_price},
      {"norm", &DayIndicators::norm},
      {"price_to_norm", &DayIndicators::price_to_norm},
      {"ifpa", &DayIndicators::ifpa},
      {"alps", &DayIndicators::alps},
      {"price_to_total_cost", &DayIndicators::price_to_total_cost},
      {"price_to_cash_cost", &DayIndicators::price_to_cash_cost},
      {"year_on_year", &DayIndicators::year_on_year},
      {"norm_in_28_days", &DayIndicators::norm_in_28_days},
      {"forecast_to_norm", &DayIndicators::forecast_to_norm},
  };
  if (a.day != b.day) {
    return absl::StrCat(where, ".day: ", FormatDay(a.day), " logged, ", FormatDay(b.day), " now");
  }
  if (a.norm_years != b.norm_years) {
    return absl::StrCat(where, ".norm_years: ", a.norm_years, " logged, ", b.norm_years, " now");
  }
  for (const Field& field : kFields) {
    if (!SameBits(a.*field.value, b.*field.value)) {
      return absl::StrCat(where, ".", field.name, ": ", Show(a.*field.value), " logged, ",
                          Show(b.*field.value), " now");
    }
  }
  return "";
}

}  // namespace

std::string PackName(const RulePack& pack) { return absl::StrCat(pack.id, "/", pack.version); }

std::optional<Judgement> JudgeThrough(const RulePack& pack, absl::Span<const RiskDay> days, Day day,
                                      std::vector<SeriesEvidence> series, int64_t vintage_us) {
  if (!days.empty() && days.back().day != day) return std::nullopt;
  GroupState state;
  Continue(pack, days, &state);
  Judgement judgement;
  judgement.level = state.cycle.level();
  Evidence& evidence = judgement.evidence;
  evidence.rules = state.cycle.outcomes();
  evidence.group.day = day;
  if (!days.empty()) evidence.group = days.back().indicators;
  evidence.series = std::move(series);
  evidence.vintage_us = vintage_us;
  evidence.rule_pack = PackName(pack);
  evidence.model_version = kModelVersion;
  evidence.missing_days = state.MissingDays(day);
  return judgement;
}

std::string FirstDifference(const Evidence& logged, const Evidence& now) {
  if (logged.rule_pack != now.rule_pack) {
    return absl::StrCat("rule_pack: ", logged.rule_pack, " logged, ", now.rule_pack, " now");
  }
  if (logged.model_version != now.model_version) {
    return absl::StrCat("model_version: ", logged.model_version, " logged, ", now.model_version,
                        " now");
  }
  std::string difference = IndicatorsDiffer("group", logged.group, now.group);
  if (!difference.empty()) return difference;
  if (logged.series.size() != now.series.size()) {
    return absl::StrCat("series: ", logged.series.size(), " logged, ", now.series.size(), " now");
  }
  for (size_t i = 0; i < logged.series.size(); ++i) {
    const auto id = static_cast<uint32_t>(logged.series[i].series);
    if (logged.series[i].series != now.series[i].series) {
      return absl::StrCat("series[", i, "]: series/", id, " logged, series/",
                          static_cast<uint32_t>(now.series[i].series), " now");
    }
    difference = IndicatorsDiffer(absl::StrCat("series/", id), logged.series[i].indicators,
                                  now.series[i].indicators);
    if (!difference.empty()) return difference;
  }
  if (logged.rules != now.rules) {
    return absl::StrCat("rules: ", logged.rules.size(), " logged, ", now.rules.size(), " now");
  }
  if (logged.missing_days != now.missing_days) {
    return absl::StrCat("missing_days: ", logged.missing_days, " logged, ", now.missing_days,
                        " now");
  }
  return "";
}

}  // namespace glutwatch::warn

#include "server/node_risk_source.h"

#include "base/status_macros.h"

namespace glutwatch {

absl::StatusOr<std::vector<warn::RiskDay>> NodeRiskSource::Days(const catalog::Group& group,
                                                                Day from, Day to,
                                                                int64_t vintage_us) const {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto days, assessor_->Days(group, from, to, vintage_us));
  std::vector<warn::RiskDay> result;
  result.reserve(days.size());
  for (const assess::GroupDay& day : days) {
    result.push_back({day.day, day.indicators, day.has_cost});
  }
  return result;
}

absl::StatusOr<std::vector<warn::SeriesEvidence>> NodeRiskSource::Series(
    const catalog::Group& group, Day day, int64_t vintage_us) const {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto series, assessor_->Evidence(group, day, vintage_us));
  std::vector<warn::SeriesEvidence> result;
  result.reserve(series.size());
  for (const assess::SeriesDay& one : series) result.push_back({one.series, one.indicators});
  return result;
}

Day NodeRiskSource::Today(const catalog::Group& group) const {
  absl::TimeZone zone = absl::UTCTimeZone();
  for (const auto& market : catalog_->ListMarkets(group.region, "", 1)) {
    (void)absl::LoadTimeZone(market->time_zone, &zone);
  }
  return ToDay(absl::ToCivilDay(clock_->Now(), zone));
}

}  // namespace glutwatch

#pragma once
#include "base/clock.h"
#include "server/assess/group_assessor.h"
#include "server/catalog/catalog.h"
#include "server/warn/warning_desk.h"

namespace glutwatch {

// What the warning desk asks of assess. Thread-safe. Arguments outlive it.
class NodeRiskSource final : public warn::RiskSource {
 public:
  NodeRiskSource(const assess::GroupAssessor* assessor, const catalog::Catalog* catalog,
                 const Clock* clock)
      : assessor_(assessor), catalog_(catalog), clock_(clock) {}

  absl::StatusOr<std::vector<warn::RiskDay>> Days(const catalog::Group& group, Day from, Day to,
                                                  int64_t vintage_us) const override;
  absl::StatusOr<std::vector<warn::SeriesEvidence>> Series(const catalog::Group& group, Day day,
                                                           int64_t vintage_us) const override;
  bool IsSimulated(const catalog::Group& group) const override {
    return assessor_->IsSimulated(group);
  }
  Day Today(const catalog::Group& group) const override;

 private:
  const assess::GroupAssessor* const assessor_;
  const catalog::Catalog* const catalog_;
  const Clock* const clock_;
};

}  // namespace glutwatch

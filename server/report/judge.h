#pragma once
#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/catalog/facts.h"
#include "server/report/amount.h"
#include "server/report/history.h"
#include "server/report/report.h"

namespace glutwatch::report {

// How many days of the subject's past a judgement looks at.
inline constexpr size_t kPastReports = 5;

// What plausibility is judged by. Pointers outlive the judgement.
struct Evidence {
  const History* history = nullptr;  // what else is known, the newest versions
  const catalog::FactBook* facts = nullptr;
  bool use_examples = false;  // facts that are marked as examples count
  UnitReader* units = nullptr;
};

// What is implausible about a report that has passed the hard rules; empty if nothing is.
//
// `past` are the newest versions of up to kPastReports days before the report's day, of the same
// subject, the newest day first (History::UpTo(subject, day - 1, kPastReports)); withdrawn ones are
// passed over. A withdrawn report is always plausible. DATA_LOSS of the history.
absl::StatusOr<std::vector<Finding>> Judge(const Report& report, absl::Span<const Report> past,
                                           const Evidence& evidence);

}  // namespace glutwatch::report

#pragma once
#include <cstdint>

#include "absl/status/statusor.h"
#include "server/report/history.h"
#include "server/report/judge.h"
#include "server/report/report_book.h"
#include "server/report/report_check.h"

namespace glutwatch::report {

// Judges every report of `submission` as if it were recorded at `recorded_us`, and adds those that
// are kept to `history`, which `evidence` looks at. Reports are taken in the order of day, kind and
// index, so that an area is known when the harvest of it is judged; of the same report twice the
// first counts. Results are in the order of the submission. DATA_LOSS of the history.
absl::StatusOr<Answer> RunSubmission(const Submission& submission, int64_t recorded_us,
                                     const Evidence& evidence, ReportCheck* check,
                                     History* history);

}  // namespace glutwatch::report

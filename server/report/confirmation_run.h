#pragma once
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/report/history.h"
#include "server/report/report_book.h"

namespace glutwatch::report {

// INVALID_ARGUMENT: none or too many of them, no or too long confirmer, too long note, not UTF-8.
absl::Status CheckConfirmations(absl::Span<const Confirmation> confirmations,
                                absl::string_view confirmer, absl::string_view note);

// The versions that `confirmations` make, recorded at `recorded_us`; adds them to `history`.
// FAILED_PRECONDITION names the first that cannot be: see ReportBook::Confirm.
absl::StatusOr<std::vector<Report>> RunConfirmations(absl::Span<const Confirmation> confirmations,
                                                     absl::string_view confirmer,
                                                     absl::string_view note, bool second_person,
                                                     int64_t recorded_us, History* history);

}  // namespace glutwatch::report

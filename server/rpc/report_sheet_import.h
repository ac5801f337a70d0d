#pragma once
#include "absl/status/status.h"
#include "glutwatch/v1/sheet.pb.h"
#include "server/report/report_book.h"
#include "server/security/principal.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

inline constexpr size_t kMaxSheetBytes = size_t{16} << 20;
// Findings and changes that an answer names; the rest is counted.
inline constexpr int kMaxSheetNotes = 1000;

// Reads the table, submits its figures and says at which cell what is wrong.
//
// More than report::kMaxReportsPerRequest figures are several submissions, each of them applied
// once: their ids are made of the file's bytes, the mapping and who reports, so that the same file
// after a crash goes on where it was. Errors: those of sheet::ReadReportSheet and
// ReportBook::Submit; INVALID_ARGUMENT for all_or_nothing beyond one submission.
absl::Status ImportReportSheet(const security::Principal& principal,
                               const v1::ImportReportSheetRequest& request,
                               report::ReportBook* book, v1::ImportReportSheetResponse* response);

}  // namespace glutwatch::rpc

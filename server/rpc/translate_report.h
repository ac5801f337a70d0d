#pragma once
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/day.h"
#include "glutwatch/v1/report.pb.h"
#include "server/report/report.h"
#include "server/report/report_book.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

// The name of a report: "reports/" and the parts of its subject and day, with '~' between them;
// what a name may not hold is written %XX. ReadReportName undoes it; INVALID_ARGUMENT quotes a name
// that ReportName would not have made.
std::string ReportName(const report::Subject& subject, Day day);
absl::StatusOr<std::pair<report::Subject, Day>> ReadReportName(absl::string_view name);

v1::Report ToProto(const report::Report& report);
v1::ReportFinding ToProto(const report::Finding& finding);
v1::ReportResult ToProto(const report::Result& result, Day day);

// What is submitted: fields that the server gives are ignored, names and units are taken as they
// are. A region, product or date that cannot be read is left empty or at kMinDay - 1, which the
// book refuses by itself, so that one bad report does not fail its request.
report::Report FromProto(const v1::Report& report);

// INVALID_ARGUMENT names the field. `product` is an id already.
absl::StatusOr<report::Selection> FromProto(const v1::ReportSelection& selection,
                                            std::string product);

}  // namespace glutwatch::rpc

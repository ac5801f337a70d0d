#pragma once
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "glutwatch/config/v1/report_mapping.pb.h"
#include "sheet/dates.h"

namespace glutwatch::sheet {

// Reads and checks a mapping of reports. INVALID_ARGUMENT "file:line: field: what is wrong";
// NOT_FOUND if the file cannot be opened.
absl::StatusOr<config::v1::ReportMapping> LoadReportMapping(const std::string& path);

// As LoadReportMapping, from text; `name` is used in messages.
absl::StatusOr<config::v1::ReportMapping> ParseReportMapping(absl::string_view yaml,
                                                             absl::string_view name);

// The mapping of the template that the program ships: deploy/mappings/report_template.yaml, word
// for word.
absl::string_view ReportTemplateYaml();
const config::v1::ReportMapping& ReportTemplate();

// The parts of a mapping in our own words.
DateOptions DateOptionsOf(const config::v1::ReportMapping& mapping);

// "地区|Region" -> {"地区", "Region"}.
std::vector<std::string> HeadingChoices(absl::string_view column);

}  // namespace glutwatch::sheet

#pragma once
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "glutwatch/config/v1/scenario.pb.h"

namespace glutwatch::ingest::simulation {

// Reads a scenario file and checks it. NOT_FOUND if it cannot be opened; INVALID_ARGUMENT
// "file:line: field: value, expected ...".
absl::StatusOr<config::v1::Scenario> LoadScenario(const std::string& path);

// Whether every field is within the range that scenario.proto states and every product that a
// glut names is there. INVALID_ARGUMENT begins with the field's path: "gluts[2].fall_days: ...".
absl::Status ValidateScenario(const config::v1::Scenario& scenario);

}  // namespace glutwatch::ingest::simulation

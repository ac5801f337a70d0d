#pragma once
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/day.h"
#include "glutwatch/v1/reference.pb.h"
#include "server/catalog/facts.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

// `today` decides whether the fact is shown as expired.
v1::Fact ToProto(const catalog::Fact& fact, Day today);
// INVALID_ARGUMENT begins with `path` and the field: a name of another collection, no content, a
// date that the calendar does not have.
absl::StatusOr<catalog::Fact> FromProto(const v1::Fact& fact, absl::string_view path);
absl::StatusOr<std::vector<catalog::Fact>> FromProto(const v1::FactFile& file);

}  // namespace glutwatch::rpc

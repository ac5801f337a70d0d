#pragma once
#include "absl/status/statusor.h"
#include "glutwatch/v1/assess.pb.h"
#include "glutwatch/v1/warn.pb.h"
#include "server/catalog/catalog.h"
#include "server/rpc/timestamps.h"
#include "server/warn/warning_desk.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

v1::Indicators ToProto(const forecast::risk::DayIndicators& indicators);
v1::Evidence ToProto(const warn::Evidence& evidence);
// With headlines in both languages, marked where the data is simulated.
v1::Warning ToProto(const warn::Warning& warning, const catalog::Catalog& catalog,
                    bool with_evidence);
v1::WarningEvent ToProto(const warn::WarningEvent& event, const warn::WarningDesk& desk,
                         const catalog::Catalog& catalog, bool with_evidence);
v1::RulePack ToProto(const warn::RulePack& pack);

// INVALID_ARGUMENT begins with the path of the bad field.
absl::StatusOr<warn::RulePack> FromProto(const v1::RulePack& pack);
// INVALID_ARGUMENT names the field; NOT_FOUND a region or product that does not exist.
absl::StatusOr<warn::WarningFilter> FromProto(const v1::WarningFilter& filter,
                                              const catalog::Catalog& catalog);

}  // namespace glutwatch::rpc

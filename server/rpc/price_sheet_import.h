#pragma once
#include "absl/status/status.h"
#include "glutwatch/v1/sheet.pb.h"
#include "server/catalog/catalog.h"
#include "server/observe/intake.h"
#include "server/security/principal.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

// Reads a table of prices, hands what is right to the intake, and says at which cell what is wrong
// and what each row changes.
//
// The rows that are kept are batches whose ids are made of the file's bytes, the mapping and which
// rows they are: the same file is applied once, and after a crash, or once the catalog knows a name
// that was refused, it goes on where it was. Errors: those of sheet::ParseFeedMapping,
// sheet::ReadPriceSheet and IntakeSession; INVALID_ARGUMENT for a file above kMaxSheetBytes.
absl::Status ImportPriceSheet(const security::Principal& principal,
                              const v1::ImportPriceSheetRequest& request,
                              const catalog::Catalog& catalog, observe::Intake* intake,
                              v1::ImportPriceSheetResponse* response);

}  // namespace glutwatch::rpc

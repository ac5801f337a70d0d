#pragma once
#include <string>

#include "client/cli/context.h"
#include "client/cli/table.h"
#include "glutwatch/v1/catalog.pb.h"

namespace glutwatch::client {

namespace v1 = ::glutwatch::v1;

// One row per change, in their order; times in the user's time zone.
Table ChangeTable(const v1::ListCatalogChangesResponse& changes, const Context& context);

// What differs between two versions: "display_name: 大蒜 -> 蒜; aliases: 蒜头 -> 蒜头,独蒜".
// Both are of one kind; "" if nothing differs.
std::string Differences(const v1::CatalogResource& before, const v1::CatalogResource& after);

}  // namespace glutwatch::client

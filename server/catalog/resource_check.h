#pragma once
#include "absl/status/status.h"
#include "server/catalog/catalog_state.h"
#include "server/catalog/resources.h"

namespace glutwatch::catalog {

// Whether `resources` may be put on top of `state`: the rules of Catalog::Put.
//
// INVALID_ARGUMENT begins with the path of the bad field, in the names of the contract
// (proto/glutwatch/v1/catalog.proto): "markets[3].region: is "x", expected ...".
absl::Status CheckResources(const Resources& resources, const CatalogState& state);

}  // namespace glutwatch::catalog

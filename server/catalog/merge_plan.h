#pragma once
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/catalog/catalog_state.h"
#include "server/catalog/resources.h"

// What a merge changes. Private to the room.
namespace glutwatch::catalog {

// The two resources as they are after `from` was merged into `into`: `from` says so, `into` has
// the names of both. Empty if that has been done before. A market's display name is no name of
// another market's; a product's is.
//
// NOT_FOUND if one does not exist; FAILED_PRECONDITION if they are one, if `from` was merged into
// another, if `into` was merged or retired, or if products are sold in different dimensions.
absl::StatusOr<Resources> PlanMarketMerge(const CatalogState& state, absl::string_view from,
                                          absl::string_view into, int64_t merged_us);
absl::StatusOr<Resources> PlanProductMerge(const CatalogState& state, absl::string_view from,
                                           absl::string_view into, int64_t merged_us);

}  // namespace glutwatch::catalog

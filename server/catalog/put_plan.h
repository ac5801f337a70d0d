#pragma once
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "server/catalog/catalog.h"
#include "server/catalog/catalog_state.h"
#include "server/catalog/resources.h"

// What a Put changes. Private to the room.
namespace glutwatch::catalog {

// ResourceKeys of what a person changed last.
using EditedKeys = absl::flat_hash_set<std::string>;

struct PutPlan {
  Resources after;                      // only what is new or different
  std::vector<ResourceChange> changes;  // the same, with what was; without time and sequence
};

// What putting `resources` on top of `state` changes. What was merged stays merged, and what a
// person changed last stays as it is if the edit is a file's. Errors: those of CheckResources.
absl::StatusOr<PutPlan> PlanPut(const CatalogState& state, const Resources& resources,
                                const Edit& edit, const EditedKeys& edited);

}  // namespace glutwatch::catalog

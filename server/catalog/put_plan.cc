#include "server/catalog/put_plan.h"

#include <utility>

#include "base/status_macros.h"
#include "server/catalog/change_log.h"
#include "server/catalog/resource_check.h"

namespace glutwatch::catalog {
namespace {

void KeepMerge(const Unit&, Unit*) {}
void KeepMerge(const Region&, Region*) {}
template <typename T>
void KeepMerge(const T& old_value, T* value) {
  if (!old_value.standing.is_merged()) return;
  value->standing.merged_into = old_value.standing.merged_into;
  value->standing.merged_us = old_value.standing.merged_us;
}

// Replaces what may not change by what is there: every value keeps its place, which errors name.
template <typename T>
void KeepWhatStays(const ResourceTable<T>& existing, const Edit& edit, const EditedKeys& edited,
                   std::vector<T>* values) {
  for (T& value : *values) {
    const Resource resource = value;
    const T* old_value = existing.Get(IdOf(resource));
    if (old_value == nullptr) continue;
    if (edit.origin == Origin::kFile && edited.contains(ResourceKey(resource))) {
      value = *old_value;
    } else {
      KeepMerge(*old_value, &value);
    }
  }
}

template <typename T>
void Collect(const ResourceTable<T>& existing, const Edit& edit, std::vector<T>* values,
             std::vector<T>* after, std::vector<ResourceChange>* changes) {
  for (T& value : *values) {
    ResourceChange change;
    change.origin = edit.origin;
    change.author = edit.author;
    change.note = edit.note;
    change.after = value;
    const T* old_value = existing.Get(IdOf(change.after));
    if (old_value != nullptr && *old_value == value) continue;
    if (old_value != nullptr) change.before = *old_value;
    changes->push_back(std::move(change));
    after->push_back(std::move(value));
  }
}

}  // namespace

absl::StatusOr<PutPlan> PlanPut(const CatalogState& state, const Resources& resources,
                                const Edit& edit, const EditedKeys& edited) {
  Resources wanted = resources;
  KeepWhatStays(state.units, edit, edited, &wanted.units);
  KeepWhatStays(state.regions, edit, edited, &wanted.regions);
  KeepWhatStays(state.markets, edit, edited, &wanted.markets);
  KeepWhatStays(state.products, edit, edited, &wanted.products);
  GLUTWATCH_RETURN_IF_ERROR(CheckResources(wanted, state));
  PutPlan plan;
  Collect(state.units, edit, &wanted.units, &plan.after.units, &plan.changes);
  Collect(state.regions, edit, &wanted.regions, &plan.after.regions, &plan.changes);
  Collect(state.markets, edit, &wanted.markets, &plan.after.markets, &plan.changes);
  Collect(state.products, edit, &wanted.products, &plan.after.products, &plan.changes);
  return plan;
}

}  // namespace glutwatch::catalog

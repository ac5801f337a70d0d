#include "server/catalog/merge_plan.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/resource_id.h"
#include "base/status_macros.h"

namespace glutwatch::catalog {
namespace {

// Adds to `aliases` those of `names` that are not in it, in any writing.
void AddAliases(std::vector<std::string> names, const std::vector<std::string>& known,
                std::vector<std::string>* aliases) {
  std::vector<std::string> there = known;
  for (std::string& name : names) {
    const absl::StatusOr<std::string> canonical = CanonicalId(name);
    if (!canonical.ok() || std::find(there.begin(), there.end(), *canonical) != there.end()) {
      continue;
    }
    there.push_back(*canonical);
    aliases->push_back(std::move(name));
  }
}

template <typename T>
absl::StatusOr<const T*> Existing(const ResourceTable<T>& table, absl::string_view kind,
                                  absl::string_view id) {
  const T* found = table.Get(id);
  if (found != nullptr) return found;
  return absl::NotFoundError(absl::StrCat(kind, " \"", id, "\" does not exist"));
}

template <typename T>
absl::Status CheckPair(absl::string_view kind, const T& from, const T& into) {
  const auto refuse = [&](absl::string_view why) {
    return absl::FailedPreconditionError(
        absl::StrCat(kind, " \"", from.id, "\" cannot be merged into \"", into.id, "\": ", why));
  };
  if (from.id == into.id) return refuse("they are one");
  if (from.standing.is_merged()) {
    return refuse(absl::StrCat("it was merged into \"", from.standing.merged_into, "\""));
  }
  if (into.standing.is_merged()) {
    return refuse(
        absl::StrCat("that was merged into \"", into.standing.merged_into, "\", expected this"));
  }
  if (into.standing.retired_date.has_value()) return refuse("that is retired");
  return absl::OkStatus();
}

// `from` and `into` after the merge; `names` are those that `from` had besides its id.
template <typename T>
std::pair<T, T> Merged(const T& from, const T& into, std::vector<std::string> names,
                       int64_t merged_us) {
  std::pair<T, T> result(from, into);
  result.first.standing.merged_into = into.id;
  result.first.standing.merged_us = merged_us;
  AddAliases(std::move(names), NamesOf(into), &result.second.aliases);
  return result;
}

}  // namespace

absl::StatusOr<Resources> PlanMarketMerge(const CatalogState& state, absl::string_view from_id,
                                          absl::string_view into_id, int64_t merged_us) {
  GLUTWATCH_ASSIGN_OR_RETURN(const Market* from, Existing(state.markets, "market", from_id));
  GLUTWATCH_ASSIGN_OR_RETURN(const Market* into, Existing(state.markets, "market", into_id));
  Resources plan;
  if (from->standing.merged_into == into->id) return plan;
  GLUTWATCH_RETURN_IF_ERROR(CheckPair("market", *from, *into));
  auto [gone, stays] = Merged(*from, *into, from->aliases, merged_us);
  plan.markets = {std::move(gone), std::move(stays)};
  return plan;
}

absl::StatusOr<Resources> PlanProductMerge(const CatalogState& state, absl::string_view from_id,
                                           absl::string_view into_id, int64_t merged_us) {
  GLUTWATCH_ASSIGN_OR_RETURN(const Product* from, Existing(state.products, "product", from_id));
  GLUTWATCH_ASSIGN_OR_RETURN(const Product* into, Existing(state.products, "product", into_id));
  Resources plan;
  if (from->standing.merged_into == into->id) return plan;
  GLUTWATCH_RETURN_IF_ERROR(CheckPair("product", *from, *into));
  if (from->id == kAllProducts || into->id == kAllProducts) {
    return absl::FailedPreconditionError(
        "product \"all\" stands for a market as a whole, expected kinds of produce");
  }
  if (from->dimension != into->dimension && from->dimension != Dimension::kUnspecified &&
      into->dimension != Dimension::kUnspecified) {
    return absl::FailedPreconditionError(
        absl::StrCat("product \"", from_id, "\" and \"", into_id,
                     "\" are sold in different dimensions, expected the same"));
  }
  std::vector<std::string> names = from->aliases;
  names.insert(names.begin(), from->display_name);
  auto [gone, stays] = Merged(*from, *into, std::move(names), merged_us);
  plan.products = {std::move(gone), std::move(stays)};
  return plan;
}

}  // namespace glutwatch::catalog

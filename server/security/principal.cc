#include "server/security/principal.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace glutwatch::security {
namespace {

absl::string_view ActionName(Action action) {
  switch (action) {
    case Action::kReadPrices:
      return "read prices";
    case Action::kWritePrices:
      return "write prices";
    case Action::kReadWarnings:
      return "read warnings";
    case Action::kEditCatalog:
      return "edit the catalog";
    case Action::kReadReports:
      return "read reports";
    case Action::kWriteReports:
      return "write reports";
    case Action::kConfirmReports:
      return "confirm reports";
    case Action::kReviewPrices:
      return "review prices";
    case Action::kOperate:
      return "operate the server";
  }
  return "do this";
}

// The table of docs/catalog.md, "Who may do what".
bool Allows(Role role, Action action) {
  switch (role) {
    case Role::kFeeder:
      return action == Action::kReadPrices || action == Action::kWritePrices ||
             action == Action::kReadReports;
    case Role::kBureau:
      return action != Action::kEditCatalog && action != Action::kOperate;
    case Role::kCoordinator:
      return action == Action::kReadPrices || action == Action::kReadWarnings ||
             action == Action::kReadReports;
    case Role::kAdmin:
      return true;
  }
  return false;
}

}  // namespace

bool HasRoleFor(const Principal& principal, Action action) {
  return std::any_of(principal.roles.begin(), principal.roles.end(),
                     [action](Role role) { return Allows(role, action); });
}

absl::Status Authorize(const Principal& principal, Action action, absl::string_view region,
                       const catalog::Catalog& catalog) {
  // An unknown region is within nothing: the answer is the same as for a foreign one.
  if (HasRoleFor(principal, action) &&
      (principal.region.empty() || catalog.IsWithin(region, principal.region))) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(
      absl::StrCat("\"", principal.id, "\" may not ", ActionName(action),
                   region.empty() ? " everywhere" : absl::StrCat(" in region \"", region, "\"")));
}

Principal LocalPrincipal(absl::string_view id) {
  return {.id = std::string(id),
          .roles = {Role::kFeeder, Role::kBureau, Role::kCoordinator, Role::kAdmin},
          .region = ""};
}

}  // namespace glutwatch::security

#pragma once
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/catalog/catalog.h"

namespace glutwatch::security {

// What somebody may do.
enum class Role { kFeeder, kBureau, kCoordinator, kAdmin };

// On whose behalf a call is made. Passed through every room that acts.
struct Principal {
  std::string id;  // "local"; logged with every change
  std::vector<Role> roles;
  std::string region;  // a code; acts inside its subtree only. "" acts everywhere
};

// What a call does, for Authorize.
enum class Action {
  kReadPrices,
  kWritePrices,
  kReadWarnings,
  kEditCatalog,
  kReadReports,
  kWriteReports,
  kConfirmReports,
  kReviewPrices,
  kOperate,  // backups and what else is the operator's
};

// OK if one of the principal's roles allows `action` and `region` lies in the principal's region.
// `region` "" means everywhere, which only a principal without a region may act on.
// PERMISSION_DENIED names principal, action and region; it does not tell whether the region exists.
absl::Status Authorize(const Principal& principal, Action action, absl::string_view region,
                       const catalog::Catalog& catalog);

// Whether one of the principal's roles allows `action` at all, in whatever region.
bool HasRoleFor(const Principal& principal, Action action);

// The one principal until identity is built: all roles, everywhere.
Principal LocalPrincipal(absl::string_view id);

}  // namespace glutwatch::security

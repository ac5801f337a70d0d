#pragma once
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/catalog/catalog.h"
#include "server/catalog/facts.h"
#include "server/node.h"
#include "server/warn/rule_pack.h"

namespace glutwatch {

// The files around a node. Errors begin with "file:line:column: key".

// Creates and replaces in `catalog` what the file names.
absl::Status LoadCatalogFile(const std::string& file, catalog::Catalog* catalog);
// Creates and replaces in `facts` what the file names.
absl::Status LoadFactFile(const std::string& file, catalog::FactBook* facts);
absl::StatusOr<warn::RulePack> LoadRulePack(const std::string& file);
// One "kind=address" a line; the file is there whole or not at all.
absl::Status WriteAddressFile(const std::string& path, const Node::Addresses& addresses);

}  // namespace glutwatch

#pragma once
#include <vector>

#include "server/catalog/resources.h"

namespace glutwatch::catalog {

// The units that every catalog has (docs/catalog.md) and the product "all".
std::vector<Unit> BuiltinUnits();
Product AllProducts();

}  // namespace glutwatch::catalog

#pragma once
#include <functional>
#include <memory>

#include "absl/strings/string_view.h"
#include "server/catalog/resources.h"

namespace glutwatch::catalog {

// Reads `name` as so many of another unit, without or with a blank or '-' between: "90 KG",
// "500g", "25公斤", "90-kg". The unit that is returned has the code "90-kg", the other's
// dimension and the exact conversion; "1 KG" is kg itself.
//
// nullptr if `name` is no such thing: no number, a number of more than four decimals or not above
// 0, a unit that `find` does not know or that has no conversion, a product beyond 1/10,000 or
// kMaxE4.
std::shared_ptr<const Unit> ParsePackUnit(
    absl::string_view name,
    const std::function<std::shared_ptr<const Unit>(absl::string_view)>& find);

}  // namespace glutwatch::catalog

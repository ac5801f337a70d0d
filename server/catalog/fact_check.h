#pragma once
#include <functional>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/catalog/catalog.h"
#include "server/catalog/facts.h"

namespace glutwatch::catalog {

// Whether `facts` may be put: the rules of FactBook::Put. `is_known` says whether a fact of that id
// is there already. INVALID_ARGUMENT begins with the path of the bad field, in the names of the
// contract (proto/glutwatch/v1/reference.proto).
absl::Status CheckFacts(absl::Span<const Fact> facts, const Catalog& catalog,
                        const std::function<bool(absl::string_view id)>& is_known);

}  // namespace glutwatch::catalog

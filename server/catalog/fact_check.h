#pragma once
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/catalog/catalog.h"
#include "server/catalog/facts.h"

namespace glutwatch::catalog {

// Whether `facts` may be put: the rules of FactBook::Put. `find` gives the newest version of a fact
// that is there already, nullptr if there is none. INVALID_ARGUMENT begins with the path of the bad
// field, in the names of the contract (proto/glutwatch/v1/reference.proto).
absl::Status CheckFacts(absl::Span<const Fact> facts, const Catalog& catalog,
                        const std::function<std::shared_ptr<const Fact>(absl::string_view)>& find);

}  // namespace glutwatch::catalog

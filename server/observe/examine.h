#pragma once
#include "absl/status/statusor.h"
#include "server/observe/dictionary.h"
#include "server/observe/intake.h"
#include "server/storage/price_store.h"

namespace glutwatch::observe {

// Checks a batch as Check does and compares what it would keep with what the store has.
// `dictionary` is a preview's, settled, and knows what day it is. Errors: those of
// PriceStore::Read.
absl::StatusOr<Examination> ExamineBatch(const BatchColumns& columns,
                                         const storage::PriceStore& store,
                                         const IntakeOptions& options, Dictionary* dictionary);

}  // namespace glutwatch::observe

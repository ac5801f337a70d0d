#pragma once
#include "absl/status/status.h"
#include "server/storage/price_store.h"

namespace glutwatch::storage {

// INVALID_ARGUMENT names the row and the limit: what a batch must be to be stored. Pure; private
// to the room.
absl::Status CheckBatch(const Batch& batch);

}  // namespace glutwatch::storage

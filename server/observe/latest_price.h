#pragma once
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "server/storage/price_store.h"

namespace glutwatch::observe {

// What SeriesTip said of the series when the store knew no more than what was recorded at or before
// `as_of_us`; nullopt if that was nothing. `recorded_us` is of the newest day's newest row.
//
// Cost: a year of the series is read as a rule; all of it where that year has no price. Errors:
// those of PriceStore::Read.
absl::StatusOr<std::optional<storage::SeriesTip>> TipAsOf(const storage::PriceStore& store,
                                                          storage::SeriesId series,
                                                          int64_t as_of_us);

}  // namespace glutwatch::observe

#pragma once
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/storage/price_store.h"

namespace glutwatch::observe {

struct SeriesMergeCount {
  int64_t series = 0;            // that were part of what was merged
  int64_t copied_rows = 0;       // now also in the series that took their place
  int64_t equal_rows = 0;        // were there already
  int64_t differing_rows = 0;    // that series says otherwise; what it says stands
  int64_t without_arrivals = 0;  // of the copied: arrivals in a unit that cannot be converted

  void Add(const SeriesMergeCount& other);
  bool changed() const { return copied_rows > 0; }
};

// Makes the prices of merged markets and products those of what took their place: of each of
// `merged` (SeriesRegistry::Merged), the newest version of every (day, lot) that its survivor does
// not have is appended to the survivor, from its own source and with its own flags.
//
// Idempotent: what is there is not appended again, so a call that failed half-way, or rows that
// came while it ran, are made good by calling it again. The old series keep their numbers, their
// rows and their versions; as of an instant before the merge nothing has changed. Durable on
// return. Cost: one read of both series, and an append, per merged series. Thread-safe. Errors:
// those of the store and of SeriesRegistry::Survivors.
absl::StatusOr<SeriesMergeCount> CopyMergedSeries(absl::Span<const storage::SeriesId> merged,
                                                  const catalog::Catalog& catalog,
                                                  catalog::SeriesRegistry* registry,
                                                  storage::PriceStore* store);

}  // namespace glutwatch::observe

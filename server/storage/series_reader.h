#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "server/storage/chunk_codec.h"
#include "server/storage/database.h"
#include "server/storage/head.h"
#include "server/storage/observation.h"
#include "server/storage/price_columns.h"
#include "server/storage/price_store.h"
#include "server/storage/tips.h"

namespace glutwatch::storage {

// Reads a series from its chunks and the head together. Thread-safe; private to the room.
class SeriesReader {
 public:
  SeriesReader(const Database* database, const Head* head, const TipTable* tips)
      : database_(database), head_(head), tips_(tips) {}

  // All versions with from <= day <= to that are visible and recorded at or before `as_of_us`, in
  // order, each once. DATA_LOSS names the damaged chunk.
  absl::StatusOr<std::vector<Version>> Versions(SeriesId series, Day from, Day to,
                                                int64_t as_of_us) const;
  // As Versions, but only the newest of each (day, lot).
  absl::StatusOr<std::vector<Version>> Newest(SeriesId series, Day from, Day to,
                                              int64_t as_of_us) const;
  // See PriceStore.
  absl::Status ReadManyColumns(absl::Span<const SeriesId> series, Day from, Day to,
                               int64_t as_of_us, ColumnSet columns, PriceColumns* scratch,
                               const PriceStore::ColumnVisitor& visit) const;
  // The good price of the newest day up to `to`, of the lowest lot; nullopt if there is none.
  absl::StatusOr<std::optional<Observation>> NewestGoodPrice(SeriesId series, Day to,
                                                             int64_t as_of_us) const;

 private:
  // What all series of one read have in common.
  struct Window {
    Day from{};
    Day to{};
    int64_t limit_us = 0;
    ColumnSet columns = 0;
  };

  // Appends the rows that are in chunks.
  absl::Status AppendChunks(SeriesId series, const Window& window, Cursor* cursor,
                            PriceColumns* out) const;
  absl::Status AddChunks(SeriesId series, Day from, Day to, int64_t as_of_us,
                         std::vector<Version>* versions) const;
  const Database* const database_;
  const Head* const head_;
  const TipTable* const tips_;
};

}  // namespace glutwatch::storage

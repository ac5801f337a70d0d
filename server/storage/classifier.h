#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/storage/chunk_codec.h"
#include "server/storage/database.h"
#include "server/storage/head.h"
#include "server/storage/price_store.h"
#include "server/storage/tips.h"

namespace glutwatch::storage {

// Tells new rows from corrections and duplicates, against everything committed or staged.
//
// For the writer's thread alone; private to the room. A row beyond its series' newest day costs
// one array lookup; a late one a walk over the series' rows in the head and, if they do not have
// it, a chunk, which is decoded once per batch.
class Classifier {
 public:
  struct Verdicts {
    int64_t added = 0;
    int64_t corrected = 0;
    std::vector<uint32_t> duplicates;  // by index, ascending
  };

  Classifier(const Database* database, const Head* head, const TipTable* tips)
      : database_(database), head_(head), tips_(tips) {}

  // A (series, day, lot) occurs at most once in `rows`. DATA_LOSS names the damaged chunk.
  absl::StatusOr<Verdicts> Classify(absl::Span<const BatchRow> rows);
  // Of a review of the version `reviewed_us`: a duplicate only if the flags are equal too.
  // FAILED_PRECONDITION "REVIEW_OUTDATED: ..." if another version is the newest.
  absl::StatusOr<Verdicts> ClassifyReview(const BatchRow& row, int64_t reviewed_us);

  // A stored row's day: staged now, or taken back if its write failed.
  void Staged(SeriesId series, Day day);
  void TakeBack();
  void Keep() { undo_.clear(); }

 private:
  struct StagedDay {
    Day day = kNoDay;
  };
  using Chunk = std::shared_ptr<const std::vector<Version>>;

  Day NewestDay(SeriesId series) const;
  absl::StatusOr<std::optional<Version>> FindStored(const BatchRow& row, const Head::View& view);
  // Empties the cache of chunks when it is outdated or large.
  void RefreshCache(const Head::View& view);
  absl::Status ClassifySeries(absl::Span<const BatchRow> rows, absl::Span<const uint32_t> late,
                              const Head::View& view, Verdicts* verdicts);
  absl::StatusOr<Chunk> LoadChunk(const ChunkKey& key);

  const Database* const database_;
  const Head* const head_;
  const TipTable* const tips_;
  PagedArray<StagedDay> newest_;  // as TipTable's, with what is staged
  std::vector<std::pair<SeriesId, Day>> undo_;
  absl::flat_hash_map<std::pair<uint32_t, int>, Chunk> chunks_;
  size_t cached_versions_ = 0;
  uint64_t cache_generation_ = 0;
};

}  // namespace glutwatch::storage

#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "base/day.h"
#include "ingest/feed.h"

namespace glutwatch::ingest {

// What a row is among the rows of the same series and day in one document.
struct LotDecision {
  bool duplicate = false;  // equal to an earlier one: nothing to send
  int32_t lot = 0;         // otherwise its number: 0 for the first, 1 for the second ...
};

// Notices when a document states the same (series, day) more than once: an identical row is a
// duplicate, a row with other numbers the next lot.
//
// A series may have several names. What is left out as a duplicate is decided by the name as
// written, so that what is sent of a document does not depend on the catalog; an identical row
// under another name is sent with the lot of its equal, and the server finds the duplicate.
//
// One tracker per document; across documents it is a correction, which the server decides. A key
// costs about 32 bytes. Rows are compared by a 64-bit hash of their status and numbers. Not
// thread-safe.
class LotTracker {
 public:
  static constexpr size_t kMaxKeys = 16'000'000;
  static constexpr int32_t kMaxLots = 1000;

  explicit LotTracker(size_t max_keys = kMaxKeys) : max_keys_(max_keys) {}

  // Takes the document's next row; `name` is what it calls its series, as an index of the stream's
  // dictionary, and `series` the first index of a name of the same series.
  // RESOURCE_EXHAUSTED beyond the limits above: the document is to be split.
  absl::StatusOr<LotDecision> Place(int32_t series, int32_t name, const FeedRow& row);

 private:
  using Key = std::pair<int32_t, int32_t>;  // series, day number
  struct Placed {
    uint64_t hash = 0;
    int32_t name = 0;
    int32_t lot = 0;
  };

  size_t max_keys_;
  absl::flat_hash_map<Key, Placed> first_;
  absl::flat_hash_map<Key, std::vector<Placed>> later_;  // the others, in the order of the rows
};

}  // namespace glutwatch::ingest

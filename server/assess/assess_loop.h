#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/day.h"
#include "server/catalog/catalog.h"
#include "server/catalog/group.h"
#include "server/catalog/series_registry.h"
#include "server/storage/price_store.h"

namespace glutwatch::assess {

// A group that has new observations.
struct ChangedGroup {
  catalog::Group group;
  Day first_day{};  // the earliest day that changed
};

// Notices which groups changed and has them judged, in its own thread of low priority.
//
// Changes are coalesced: a round takes everything that was recorded up to one instant, hands it
// over, and only a successful round moves the position. Thread-safe.
class AssessLoop {
 public:
  // Judges `groups` on the observations as of `vintage_us`. With the `last` piece of a round, the
  // result and the position `vintage_us` are made durable together. A non-OK answer leaves the
  // whole round to be tried again.
  using Judge = std::function<absl::Status(absl::Span<const ChangedGroup> groups,
                                           int64_t vintage_us, bool last)>;

  struct Options {
    absl::Duration delay = absl::Milliseconds(20);  // how long changes gather before a round
    absl::Duration retry = absl::Seconds(1);        // after a failed round
    size_t groups_per_round = 5000;                 // larger rounds are handed over in pieces
  };

  // Takes over the store's change listener, catches up from `judged_through_us` by the journal,
  // and starts the thread. Nothing may append to the store before that, nor while the loop is
  // destroyed. Arguments outlive the loop. Errors: those of ReplayChanges.
  static absl::StatusOr<std::unique_ptr<AssessLoop>> Start(storage::PriceStore* store,
                                                           const catalog::Catalog* catalog,
                                                           const catalog::SeriesRegistry* registry,
                                                           int64_t judged_through_us, Judge judge,
                                                           const Options& options);
  virtual ~AssessLoop();  // finishes the round that is running, then stops

  // Has the groups of `series` judged again from their first day, because the catalog has put
  // them elsewhere. Not kept over a restart.
  virtual void Reconsider(absl::Span<const storage::SeriesId> series) = 0;

  // Waits until everything recorded before the call is judged. False on time-out.
  virtual bool WaitIdle(absl::Duration timeout) = 0;

  struct Stats {
    int64_t rounds = 0;
    int64_t groups_judged = 0;
    int64_t failed_rounds = 0;
    absl::Duration lag;  // age of the oldest change that is not judged; zero if none
  };
  virtual Stats stats() const = 0;
};

}  // namespace glutwatch::assess

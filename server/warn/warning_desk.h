#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "server/catalog/catalog.h"
#include "server/storage/database.h"
#include "server/storage/event_log.h"
#include "server/warn/rule_pack.h"
#include "server/warn/warning.h"

namespace glutwatch::warn {

// Where the desk gets a group's risks from. The node implements it over assess. Thread-safe.
class RiskSource {
 public:
  virtual ~RiskSource() = default;
  // The group on every market day of [from, to] with data, ascending, as of `vintage_us`.
  virtual absl::StatusOr<std::vector<RiskDay>> Days(const catalog::Group& group, Day from, Day to,
                                                    int64_t vintage_us) const = 0;
  virtual absl::StatusOr<std::vector<SeriesEvidence>> Series(const catalog::Group& group, Day day,
                                                             int64_t vintage_us) const = 0;
  virtual bool IsSimulated(const catalog::Group& group) const = 0;
  // The market day that it is now where the group's markets are.
  virtual Day Today(const catalog::Group& group) const = 0;
};

// Which warnings somebody asks for. Fields that are set must all match.
struct WarningFilter {
  std::string region = {};                 // a code; its subtree
  std::vector<std::string> products = {};  // ids
  Level min_level = Level::kNone;
  std::vector<State> states = {};
  bool Matches(const Warning& warning, const catalog::Catalog& catalog) const;
};

// Judges groups, keeps their warnings and writes the warning log.
//
// An event, the state that it leads to and the position of the judgement are one atomic write, so
// that no transition is lost or doubled by a crash. Judging is by one thread at a time (the
// assess loop's); everything else is thread-safe.
class WarningDesk {
 public:
  struct Change {
    catalog::Group group;
    Day first_day{};  // the earliest day whose observations changed
  };

  // Reads the kWarnings table. Arguments outlive the desk. DATA_LOSS names the damaged key.
  static absl::StatusOr<std::unique_ptr<WarningDesk>> Open(storage::Database* database,
                                                           const catalog::Catalog* catalog,
                                                           const RiskSource* risks,
                                                           const Clock* clock, RulePack pack);
  virtual ~WarningDesk();

  // Judges the groups on the observations as of `vintage_us`. With the `last` piece of a round
  // (false: more groups of the same vintage follow) the vintage becomes the position.
  //
  // New days continue the life cycle. A change on a day that was judged already has the whole
  // history judged again, and what differs is told openly: REVISED or RETRACTED with the cause,
  // or a late OPENED (and RESOLVED). Judging the same data again writes no event.
  virtual absl::Status Judge(absl::Span<const Change> changes, int64_t vintage_us,
                             bool last = true) = 0;
  // The newest vintage that was judged; 0 at first.
  virtual int64_t judged_through_us() const = 0;

  // Marks what has gone stale or blind by the clock, and what came back. To be called on a timer.
  virtual absl::Status CheckFreshness() = 0;

  // nullopt if there is no such warning.
  virtual std::optional<Warning> Find(absl::string_view id) const = 0;
  // Newest market day first, then by id; after the warning `after` ("" for the beginning).
  virtual std::vector<Warning> List(const WarningFilter& filter, absl::string_view after,
                                    int limit) const = 0;
  // Every event of a warning, oldest first.
  virtual absl::StatusOr<std::vector<WarningEvent>> History(absl::string_view id) const = 0;
  // The warnings in force, and the log position that they are the state of.
  virtual std::vector<Warning> Snapshot(const WarningFilter& filter, int64_t* seq) const = 0;

  struct Explanation {
    WarningEvent event;
    Evidence recomputed;
    bool reproduced = false;
    std::string difference;  // the first field that differs; "" if none
  };
  // Computes an event's evidence and level again, as of its vintage. `generation` 0 means the
  // newest event. NOT_FOUND.
  virtual absl::StatusOr<Explanation> Explain(absl::string_view id, int64_t generation) const = 0;

  // The log: events with seq > `after`, oldest first; the newest number; and a call when it grows
  // (from the judging thread; must not block). RemoveListener returns once no call is running.
  virtual absl::StatusOr<std::vector<WarningEvent>> ReadAfter(int64_t after, int limit) const = 0;
  virtual int64_t last_seq() const = 0;
  virtual absl::string_view log_id() const = 0;
  virtual uint64_t epoch() const = 0;
  virtual int64_t AddListener(std::function<void()> listener) = 0;
  virtual void RemoveListener(int64_t handle) = 0;

  virtual const RulePack& pack() const = 0;
  // The newest market day that was judged anywhere.
  virtual std::optional<Day> judged_day() const = 0;
};

}  // namespace glutwatch::warn

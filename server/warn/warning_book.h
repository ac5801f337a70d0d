#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "server/catalog/group.h"
#include "server/storage/database.h"
#include "server/storage/event_log.h"
#include "server/warn/group_state.h"
#include "server/warn/warning.h"

namespace glutwatch::warn {

// A warning's newest state and where its events stand in the log.
struct WarningRecord {
  Warning warning;
  std::vector<int64_t> seqs;
};

// What the desk knows: groups and warnings, in memory and in the kWarnings table, and the log.
//
// Private to the room. One writer at a time (the caller's duty), who writes by a Draft; readers
// are thread-safe and see the whole of a commit or nothing of it.
class WarningBook {
 public:
  // `database` outlives the book. DATA_LOSS names the damaged key.
  static absl::StatusOr<std::unique_ptr<WarningBook>> Open(storage::Database* database);

  // For readers: as WarningDesk's functions of the same names.
  std::optional<Warning> Find(absl::string_view id) const;
  std::vector<Warning> List(absl::FunctionRef<bool(const Warning&)> matches,
                            absl::string_view after, int limit) const;
  std::vector<Warning> Snapshot(absl::FunctionRef<bool(const Warning&)> matches,
                                int64_t* seq) const;
  absl::StatusOr<std::vector<WarningEvent>> History(absl::string_view id) const;
  absl::StatusOr<std::vector<WarningEvent>> ReadAfter(int64_t after, int limit) const;
  int64_t last_seq() const { return log_.last_seq(); }
  absl::string_view log_id() const { return log_.log_id(); }
  int64_t judged_through_us() const;
  std::optional<Day> judged_day() const;
  int64_t AddListener(std::function<void()> listener);
  void RemoveListener(int64_t handle);

  // For the writer only, between commits: no lock is taken.
  const std::map<catalog::Group, GroupState>& groups() const { return groups_; }  // by region
  const std::set<std::string>& in_force() const { return in_force_; }
  const Warning& warning(const std::string& id) const { return warnings_.at(id).warning; }

  // Changes that are written together and only then become visible. What is not committed is
  // forgotten. One at a time.
  class Draft {
   public:
    explicit Draft(WarningBook* book) : book_(book) {}
    ~Draft();
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    // As they will be after the commit; nullptr if there is none. Valid until the next change.
    const GroupState* FindGroup(const catalog::Group& group) const;
    const WarningRecord* FindWarning(const std::string& id) const;
    // A warning id that was never used: "{region}-{product}-{yyyymmdd}", then "-2" and so on.
    std::string NewId(const catalog::Group& group, Day raised) const;

    // A group that never had an indicator is kept in memory only.
    void PutGroup(const catalog::Group& group, GroupState state);
    // Appends the event that makes `record` what it says, as its next generation.
    void Log(Transition transition, Day market_day, std::string cause, int64_t commit_us,
             WarningRecord record);

    size_t bytes() const { return set_.bytes(); }
    // Writes everything and `position`, the newest vintage that was judged, if it is newer; calls
    // the listeners if the log grew. The draft is empty then. After an error it is of no use.
    absl::Status Commit(std::optional<int64_t> position);

   private:
    void Publish(std::optional<int64_t> position);

    WarningBook* const book_;
    storage::WriteSet set_;
    std::map<catalog::Group, GroupState> groups_;
    std::map<std::string, WarningRecord> warnings_;
    int64_t events_ = 0;
  };

 private:
  WarningBook(storage::Database* database, storage::EventLog log);
  absl::Status Load();
  absl::Status LoadKey(absl::string_view key, absl::string_view value);
  void Notify();

  storage::Database* const database_;
  storage::EventLog log_;

  // Guards what follows against the writer; the writer itself reads without it.
  mutable SharedMutex mu_;
  std::map<catalog::Group, GroupState> groups_;
  std::map<std::string, WarningRecord> warnings_;
  std::set<std::string> in_force_;
  int64_t judged_through_us_ = 0;
  std::optional<Day> judged_day_;

  Mutex listeners_mu_;
  int64_t next_listener_ ABSL_GUARDED_BY(listeners_mu_) = 1;
  std::map<int64_t, std::function<void()>> listeners_ ABSL_GUARDED_BY(listeners_mu_);
};

}  // namespace glutwatch::warn

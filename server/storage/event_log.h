#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/database.h"

namespace glutwatch::storage {

// An append-only, numbered log of opaque events inside a Database.
//
// Appending only adds to a WriteSet, so that an event and the state it belongs to are written
// together. One appender at a time (the caller's duty); any number of readers, thread-safe.
class EventLog {
 public:
  struct Entry {
    int64_t seq = 0;
    std::string payload;
  };

  // `log_id` names the log in keys: 1..32 bytes of [a-z0-9-]. Finds the last sequence number.
  static absl::StatusOr<EventLog> Open(Database* database, std::string log_id);

  const std::string& log_id() const { return log_id_; }
  // The number of the newest event that a Write has made durable; 0 if none. See Committed.
  int64_t last_seq() const;

  // Adds `payload` to `set` as the next event and returns its number. The event exists once the
  // set is written: then call Committed, or Aborted if the write failed.
  int64_t Append(absl::string_view payload, WriteSet* set);
  void Committed();
  void Aborted();

  // Up to `limit` events with seq > `after`, oldest first. Only committed ones.
  absl::StatusOr<std::vector<Entry>> ReadAfter(int64_t after, int limit) const;

 private:
  struct Position;
  EventLog(Database* database, std::string log_id, std::shared_ptr<Position> position);
  Database* database_;
  std::string log_id_;
  std::shared_ptr<Position> position_;
};

}  // namespace glutwatch::storage

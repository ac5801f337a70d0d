#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch::storage {

class RocksDatabase;

// The tables of a database. Written to disk as the column family's name; never rename one.
enum class Table : uint8_t {
  kMeta = 0,             // format version, store epoch, positions of consumers
  kJournal = 1,          // recorded_us (BE64) -> one accepted batch; docs/format/journal.md
  kReceipts = 2,         // batch id -> receipt
  kChunks = 3,           // series (BE32), year (BE16) -> columnar chunk; docs/format/chunk.md
  kTips = 4,             // series (BE32) -> newest day and price
  kCatalog = 5,          // catalog's own keys; docs/format/catalog.md
  kSeries = 6,           // first series id (BE32) -> a block of series definitions
  kWarnings = 7,         // warn's own state per group; docs/format/warning.md
  kEventLog = 8,         // log id, sequence number (BE64) -> one event; docs/format/event_log.md
  kReports = 9,          // report's subjects and versions; docs/format/report.md
  kReportReceipts = 10,  // request id -> what became of it; docs/format/report.md
  kFacts = 11,           // every version of every fact; docs/format/facts.md
  kCommits = 12,         // recorded_us (BE64) -> who committed what; docs/format/commit.md
};
inline constexpr int kTableCount = 13;

// Changes that are applied together or not at all. Value type; not thread-safe.
class WriteSet {
 public:
  void Put(Table table, absl::string_view key, absl::string_view value);
  void Delete(Table table, absl::string_view key);
  // Deletes every key in [begin, end).
  void DeleteRange(Table table, absl::string_view begin, absl::string_view end);
  bool empty() const { return changes_.empty(); }
  size_t bytes() const { return bytes_; }

 private:
  friend class RocksDatabase;
  enum class Kind : uint8_t { kPut, kDelete, kDeleteRange };
  struct Change {
    Kind kind;
    Table table;
    std::string key;
    std::string value;  // the end of the range for kDeleteRange
  };
  std::vector<Change> changes_;
  size_t bytes_ = 0;
};

// How far a write is when Write returns.
enum class Durability : uint8_t {
  kFsynced,   // on disk: what is acknowledged to anyone outside
  kBuffered,  // lost with the machine, but never without everything written after it
};

// Whether the database takes writes, and if not, why.
struct DatabaseHealth {
  enum class State : uint8_t {
    kWritable,
    kDiskFull,    // refuses writes until there is space; recovers by itself
    kFailedSync,  // an fsync failed: no write and no fsync until restart
    kCorrupt,     // damage was met while running
  };
  State state = State::kWritable;
  std::string detail;  // empty if writable
};

struct DatabaseOptions {
  std::string path;  // a folder; made if its parent exists
  // Writes are refused (RESOURCE_EXHAUSTED) while less than this is free on the file system, so
  // that the background folding and flushes still have room.
  int64_t disk_reserve_bytes = int64_t{64} << 20;
  int64_t block_cache_bytes = int64_t{64} << 20;
  int64_t write_buffer_bytes = int64_t{64} << 20;
};

// Goes over the keys of a table in byte order, as of one instant. Not thread-safe.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // To the first key at or after `key`.
  virtual void Seek(absl::string_view key) = 0;
  virtual void Next() = 0;  // only if valid()
  // False at the end of the table, or after an error.
  virtual bool valid() const = 0;
  // Of the entry that the cursor is on; they live until it moves. Only if valid().
  virtual absl::string_view key() const = 0;
  virtual absl::string_view value() const = 0;
};

// One folder of durable tables; the only code that sees RocksDB. Thread-safe.
class Database {
 public:
  // Opens or creates the folder at `options.path` and holds its lock.
  //
  // Errors:
  //   DATA_LOSS            damage anywhere but in a torn last record: names file and offset.
  //   FAILED_PRECONDITION  another process holds the folder, or its format is newer than ours.
  //   RESOURCE_EXHAUSTED   the disk is full.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  virtual ~Database();

  // Applies `set` atomically.
  //
  // RESOURCE_EXHAUSTED "DISK_FULL: ..." while the disk is full; UNAVAILABLE "FAILED_SYNC: ..."
  // once an fsync has failed. In both cases nothing of `set` is visible, now or after a restart,
  // except that a write whose own fsync failed may turn out to be there after a restart. DATA_LOSS
  // once a flush or compaction has met damage: no write until the file is restored.
  virtual absl::Status Write(const WriteSet& set, Durability durability) = 0;

  // NOT_FOUND if the key is absent; DATA_LOSS (names the file) if its block is damaged.
  virtual absl::StatusOr<std::string> Get(Table table, absl::string_view key) const = 0;

  // Calls `visit(key, value)` for every key in [begin, end) in byte order, as of one instant,
  // until it returns false. `end` empty means to the end of the table. The views live only
  // during the call.
  virtual absl::Status Scan(
      Table table, absl::string_view begin, absl::string_view end,
      const std::function<bool(absl::string_view key, absl::string_view value)>& visit) const = 0;
  // As Scan, from the last key down.
  virtual absl::Status ScanBackward(
      Table table, absl::string_view begin, absl::string_view end,
      const std::function<bool(absl::string_view key, absl::string_view value)>& visit) const = 0;

  // Calls `walk` once with a cursor over the table: what reads many ranges of one table uses it,
  // because a cursor costs more to make than to move. Its error, or else the one that made the
  // cursor stop; DATA_LOSS names the file. `walk` returns within milliseconds: a database that has
  // met a full disk waits for it.
  virtual absl::Status Walk(Table table,
                            const std::function<absl::Status(Cursor* cursor)>& walk) const = 0;

  virtual DatabaseHealth health() const = 0;
  // A random 64-bit number given at creation: tells this store from any other, also from its own
  // restored copy, so that a cursor of one is never used on the other.
  virtual uint64_t epoch() const = 0;
  virtual int64_t bytes_on_disk() const = 0;
};

}  // namespace glutwatch::storage

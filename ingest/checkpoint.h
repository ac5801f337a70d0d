#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch::ingest {

// What became of a document's rows.
struct RowTally {
  int64_t read = 0;        // rows that the adapter read
  int64_t accepted = 0;    // kept, not suspicious; corrections included
  int64_t corrected = 0;   // of the kept: replaced an earlier version
  int64_t suspicious = 0;  // kept, left out of the mathematics
  int64_t refused = 0;     // by the adapter or the server
  int64_t duplicate = 0;   // within the document or on the server

  // Every row that was read is accounted for once.
  bool Balanced() const { return read == accepted + suspicious + refused + duplicate; }
  RowTally& operator+=(const RowTally& other);
  bool operator==(const RowTally&) const = default;
};

// How far a document got.
//
// Rows are numbered as the adapter reads them, from 1. Everything up to `done_rows` was answered
// by the server and is in `tally` and in the quarantine file's first `quarantine_bytes` bytes.
struct DocumentCheckpoint {
  std::string document;    // its name, for people
  std::string key;         // DocumentKey
  int64_t batch_rows = 0;  // rows per batch: the same for the whole document, so that ids repeat
  int64_t run = 0;         // 0 for the first; each --again adds 1 and so gives new batch ids
  int64_t done_rows = 0;
  int64_t quarantine_bytes = 0;
  RowTally tally;
  bool finished = false;
  bool operator==(const DocumentCheckpoint&) const = default;
};

// 16 hex digits that name a document's content as read by a feed: 64-bit FNV-1a over the mapping
// (or other settings that change the rows) and the content, well mixed.
std::string DocumentKey(absl::string_view settings, absl::string_view content);

// "<feed>/<key>/<first>-<last>", with "+<run>" after the key from the second run on. Deterministic:
// a worker that was killed sends the same ids again.
std::string BatchId(absl::string_view feed, const DocumentCheckpoint& document, int64_t first_row,
                    int64_t last_row);

// A folder with one small text file per document, "<key>.checkpoint".
//
// Not thread-safe; one worker per folder (LockFolder).
class CheckpointStore {
 public:
  // Creates the folder if it is missing. FAILED_PRECONDITION if another worker uses it.
  static absl::StatusOr<CheckpointStore> Open(const std::string& folder);
  CheckpointStore(CheckpointStore&& other) noexcept;
  CheckpointStore& operator=(CheckpointStore&&) = delete;
  ~CheckpointStore();

  // nullopt if there is none. DATA_LOSS names the file and what is wrong with it: the disk, or
  // somebody's editor, for a kill never leaves half a checkpoint.
  absl::StatusOr<std::optional<DocumentCheckpoint>> Load(absl::string_view key) const;
  // On disk when it returns: written beside, fsynced, renamed over the old one.
  absl::Status Save(const DocumentCheckpoint& checkpoint) const;

  const std::string& folder() const { return folder_; }

 private:
  CheckpointStore(std::string folder, int lock) : folder_(std::move(folder)), lock_(lock) {}
  std::string PathOf(absl::string_view key) const;

  std::string folder_;
  int lock_ = -1;  // file descriptor that holds the folder's lock; -1 if moved from
};

}  // namespace glutwatch::ingest

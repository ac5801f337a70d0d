#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/database.h"

namespace glutwatch::storage {

// What a commit was made for. Values are on disk; never renumber.
enum class CommitKind : uint8_t {
  kObservations = 1,  // rows as somebody observed them
  kReview = 2,        // a person's opinion about a row that is stored already
};

// Who committed what. Written with the rows in one write, so that it is there once for a batch id,
// however often the batch is sent; kept for good.
struct CommitRecord {
  int64_t recorded_us = 0;  // the commit, and the version of each of its rows
  CommitKind kind = CommitKind::kObservations;
  std::string batch_id = {};
  std::string source = {};  // of the batch
  std::string author = {};  // the principal on whose behalf it was sent; "" if nobody was named
  std::string remark = {};  // of a review: why
  // Rows: new, newer versions, equal to what was stored (or twice in the batch), and not kept.
  int64_t added = 0, corrected = 0, duplicate = 0, refused = 0;
  int64_t suspicious = 0;  // of the added and corrected ones
};

// docs/format/commit.md.
std::string EncodeCommitKey(int64_t recorded_us);
// DATA_LOSS if `bytes` is not a key of table commits.
absl::StatusOr<int64_t> DecodeCommitKey(absl::string_view bytes);
std::string EncodeCommit(const CommitRecord& record);
// DATA_LOSS names table and key and says what is wrong. Never reads outside `bytes`.
absl::StatusOr<CommitRecord> DecodeCommit(int64_t recorded_us, absl::string_view bytes);

// Reads the table. Thread-safe; `database` outlives it.
class CommitLog {
 public:
  explicit CommitLog(const Database* database) : database_(database) {}

  // NOT_FOUND for a commit of a release that did not keep records, or none at all; DATA_LOSS.
  absl::StatusOr<CommitRecord> Find(int64_t recorded_us) const;
  // Calls `visit` for each commit with from_us <= recorded_us < to_us, oldest first, until it
  // returns false. DATA_LOSS names the damaged record.
  absl::Status Scan(int64_t from_us, int64_t to_us,
                    const std::function<bool(const CommitRecord&)>& visit) const;

 private:
  const Database* const database_;
};

}  // namespace glutwatch::storage

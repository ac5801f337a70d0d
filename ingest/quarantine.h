#pragma once
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch::ingest {

// A row that somebody should look at.
struct QuarantinedRow {
  std::string document;
  std::string sheet;    // "" unless a workbook
  int64_t line = 0;     // 1-based, as in the document
  std::string verdict;  // "refused" or "suspicious"
  std::string reason;   // "LOW_ABOVE_HIGH"; "UNREADABLE" where the adapter refused
  std::string message;
  std::string raw;  // the row
};

// The refused and suspicious rows of one document, as CSV (RFC 4180, UTF-8, with a header).
//
// The file is created with its first row. What was appended is on disk after Sync; the worker
// syncs before it writes its checkpoint and, started again, cuts the file back to the
// checkpoint's length, so that no line is there twice. Not thread-safe.
class Quarantine {
 public:
  // Continues a file whose first `length` bytes count. DATA_LOSS if it is shorter than that.
  static absl::StatusOr<Quarantine> Open(const std::string& path, int64_t length);
  Quarantine(Quarantine&& other) noexcept;
  Quarantine& operator=(Quarantine&&) = delete;
  ~Quarantine();

  void Append(const QuarantinedRow& row);  // buffered
  // Writes and fsyncs what was appended. RESOURCE_EXHAUSTED if the disk is full.
  absl::Status Sync();
  // Bytes after the last Sync.
  int64_t length() const { return length_; }
  const std::string& path() const { return path_; }

 private:
  explicit Quarantine(std::string path) : path_(std::move(path)) {}

  std::string path_;
  int fd_ = -1;  // -1 until the first row
  int64_t length_ = 0;
  std::string buffer_;
};

// `text` as one CSV field: quoted if it holds a comma, a quote or a line's end.
std::string CsvField(absl::string_view text);

}  // namespace glutwatch::ingest

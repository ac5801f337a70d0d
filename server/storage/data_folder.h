#pragma once
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace glutwatch::storage {

// The newest on-disk format that this program writes and opens. docs/format/database.md.
inline constexpr int kFormatVersion = 2;

// A database's folder, held against other processes for as long as the object lives.
//
// Keeps two files of ours beside RocksDB's: HOLDER, locked with flock(2) and telling the holder's
// process id, and FORMAT, telling the format's version before anything is touched.
class DataFolder {
 public:
  // Makes the folder if only its last part is missing, and locks it.
  //
  // FAILED_PRECONDITION: another process holds it (names the process), or it is of a newer format.
  // DATA_LOSS: it has tables but no CURRENT, so that RocksDB would begin anew over them.
  // NOT_FOUND: its parent is not there. PERMISSION_DENIED, RESOURCE_EXHAUSTED.
  static absl::StatusOr<DataFolder> Hold(const std::string& path);

  DataFolder(DataFolder&& other) noexcept
      : path_(std::move(other.path_)), lock_fd_(std::exchange(other.lock_fd_, -1)) {}
  DataFolder& operator=(DataFolder&&) = delete;
  ~DataFolder();

  // Writes FORMAT if it is not there yet.
  absl::Status StampFormat() const;
  // Bytes that an unprivileged process may still use on the file system.
  absl::StatusOr<int64_t> FreeBytes() const;
  // Total size of the folder's files.
  int64_t UsedBytes() const;

 private:
  DataFolder(std::string path, int lock_fd) : path_(std::move(path)), lock_fd_(lock_fd) {}
  std::string path_;
  int lock_fd_;
};

}  // namespace glutwatch::storage

#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/storage/backup_seal.h"

namespace glutwatch::storage {

// The newest format of a folder of backups that this program writes and opens.
inline constexpr int kBackupFormatVersion = 1;

// A folder of backups, held against others as far as its use needs, and what of it is ours: FORMAT,
// the locks HOLDER and READERS, and seal/. The rest is RocksDB's. Private to the room.
class BackupFolder {
 public:
  enum class Use : uint8_t {
    kRead,    // beside other readers and a writer, but not while backups are removed
    kCreate,  // alone among writers; makes the folder
    kRemove,  // alone
  };
  // NOT_FOUND, FAILED_PRECONDITION as in backup.h.
  static absl::StatusOr<BackupFolder> Open(const std::string& path, Use use);

  BackupFolder(BackupFolder&& other) noexcept
      : path_(std::move(other.path_)),
        holder_fd_(std::exchange(other.holder_fd_, -1)),
        readers_fd_(std::exchange(other.readers_fd_, -1)) {}
  BackupFolder& operator=(BackupFolder&&) = delete;
  ~BackupFolder();

  const std::string& path() const { return path_; }
  // Where RocksDB keeps the files of a backup that it does not share, its logs among them.
  std::string PrivatePath(int64_t id) const;

  // Ids for which there is a seal or a list of files, ascending.
  std::vector<int64_t> Ids() const;
  bool IsSealed(int64_t id) const;
  // The seal, checked against the list of files. NOT_FOUND if there is none; DATA_LOSS names the
  // file that is damaged.
  absl::StatusOr<BackupSeal> ReadSeal(int64_t id) const;
  // Adds what the list of files is just now, and writes the seal durably.
  absl::Status WriteSeal(const Backup& backup) const;
  absl::Status RemoveSeal(int64_t id) const;

 private:
  explicit BackupFolder(std::string path) : path_(std::move(path)) {}
  absl::Status Make() const;
  absl::Status CheckFormat() const;
  absl::Status Lock(const char* name, int operation, absl::string_view taken, int* fd) const;
  std::string MetaPath(int64_t id) const;
  std::string SealPath(int64_t id) const;

  std::string path_;
  int holder_fd_ = -1;
  int readers_fd_ = -1;
};

}  // namespace glutwatch::storage

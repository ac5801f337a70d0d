#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/storage/backup_engine.h"
#include "server/storage/data_folder.h"
#include "server/storage/durable_file.h"
#include "server/storage/rocks_database.h"

namespace glutwatch::storage {
namespace {

// Room for what opening the copy writes: the logs as tables, and a new log.
constexpr int64_t kRoomBeyondFiles = int64_t{64} << 20;

std::string WithoutSlash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

absl::Status CheckNothingThere(const std::string& to) {
  std::error_code error;
  const auto kind = std::filesystem::status(to, error).type();
  if (kind == std::filesystem::file_type::not_found) return absl::OkStatus();
  if (kind == std::filesystem::file_type::directory && std::filesystem::is_empty(to, error) &&
      !error) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat(to, ": is there already and not empty; restore into a new folder"));
}

// The folder in which a restore works, held against another one to the same place.
class Workshop {
 public:
  static absl::StatusOr<Workshop> Open(const std::string& path) {
    if (::mkdir(path.c_str(), 0750) != 0 && errno != EEXIST) {
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot make folder ", path));
    }
    Workshop shop(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (shop.fd_ < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
    if (::flock(shop.fd_, LOCK_EX | LOCK_NB) != 0) {
      return absl::FailedPreconditionError(
          absl::StrCat(path, ": another process is restoring there"));
    }
    std::error_code error;
    for (const auto& left : std::filesystem::directory_iterator(path, error)) {
      std::filesystem::remove_all(left.path(), error);
    }
    if (error) return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
    return shop;
  }
  Workshop(Workshop&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Workshop& operator=(Workshop&&) = delete;
  ~Workshop() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  explicit Workshop(int fd) : fd_(fd) {}
  int fd_;
};

absl::Status CheckRoom(const Backup& backup, const std::string& work) {
  GLUTWATCH_ASSIGN_OR_RETURN(const int64_t free_bytes, FreeBytesAt(work));
  if (free_bytes >= backup.bytes + kRoomBeyondFiles) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("DISK_FULL: ", work, " has ", free_bytes,
                                                   " bytes free, backup ", backup.id, " needs ",
                                                   backup.bytes + kRoomBeyondFiles));
}

absl::Status SyncAll(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_regular_file()) GLUTWATCH_RETURN_IF_ERROR(SyncPath(entry.path().string()));
  }
  return error ? absl::UnavailableError(absl::StrCat(folder, ": ", error.message()))
               : SyncPath(folder);
}

absl::Status CopyTo(const std::string& work, const rocksdb::BackupEngineReadOnly& engine,
                    const BackupFolder& folder, int64_t id) {
  const auto engine_id = static_cast<rocksdb::BackupID>(id);
  const rocksdb::Status copied =
      engine.RestoreDBFromBackup(rocksdb::RestoreOptions(), engine_id, work, work);
  if (copied.IsCorruption()) {
    // The engine tells checksums, but not of which file; verifying does.
    const rocksdb::Status named = engine.VerifyBackup(engine_id, /*verify_with_checksum=*/true);
    GLUTWATCH_RETURN_IF_ERROR(
        FromEngine(named, absl::StrCat("backup ", id, " in ", folder.path())));
  }
  return FromEngine(copied, absl::StrCat("cannot restore backup ", id, " to ", work));
}

// Opens the copy as a server would, reads all of it, and makes it a store of its own.
absl::Status Finish(const std::string& work, const std::shared_ptr<rocksdb::FileSystem>& base,
                    RestoredBackup* restored) {
  GLUTWATCH_ASSIGN_OR_RETURN(const std::unique_ptr<Database> database,
                             OpenDatabaseOn({.path = work, .disk_reserve_bytes = 0}, base));
  GLUTWATCH_ASSIGN_OR_RETURN(restored->digest, DigestStore(*database, {}));
  GLUTWATCH_RETURN_IF_ERROR(CheckSameContent(restored->backup, restored->digest));
  GLUTWATCH_ASSIGN_OR_RETURN(restored->epoch, WriteNewEpoch(database.get()));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RestoredBackup> RestoreBackupOn(const std::string& folder_path, int64_t id,
                                               const std::string& to_path,
                                               const RestoreOptions& options,
                                               const std::shared_ptr<rocksdb::FileSystem>& base) {
  const std::string to = WithoutSlash(to_path);
  GLUTWATCH_ASSIGN_OR_RETURN(const BackupFolder folder,
                             BackupFolder::Open(folder_path, BackupFolder::Use::kRead));
  RestoredBackup restored;
  GLUTWATCH_ASSIGN_OR_RETURN(restored.backup, FindBackup(folder, id));
  if (restored.backup.store_format > kFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "backup ", restored.backup.id, " has format ", restored.backup.store_format,
        "; this program knows formats up to ", kFormatVersion, ": use the newer program"));
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckNothingThere(to));
  const std::string work = to + ".restoring";
  absl::StatusOr<Workshop> workshop = Workshop::Open(work);
  GLUTWATCH_RETURN_IF_ERROR(workshop.status());
  absl::Cleanup remove = [&] {
    std::error_code ignored;
    std::filesystem::remove_all(work, ignored);
  };
  GLUTWATCH_RETURN_IF_ERROR(CheckRoom(restored.backup, work));
  const std::unique_ptr<rocksdb::Env> env = GuardedEnv(base);
  GLUTWATCH_ASSIGN_OR_RETURN(const auto engine,
                             OpenReadingEngine(folder, env.get(), options.bytes_per_second));
  GLUTWATCH_RETURN_IF_ERROR(CopyTo(work, *engine, folder, restored.backup.id));
  GLUTWATCH_RETURN_IF_ERROR(Finish(work, base, &restored));
  GLUTWATCH_RETURN_IF_ERROR(SyncAll(work));
  GLUTWATCH_RETURN_IF_ERROR(CheckNothingThere(to));
  if (::rename(work.c_str(), to.c_str()) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot rename ", work, " to ", to));
  }
  std::move(remove).Cancel();
  const auto parent = std::filesystem::path(to).parent_path();
  GLUTWATCH_RETURN_IF_ERROR(SyncPath(parent.empty() ? "." : parent.string()));
  return restored;
}

absl::StatusOr<RestoredBackup> RestoreBackup(const std::string& folder, int64_t id,
                                             const std::string& to, const RestoreOptions& options) {
  return RestoreBackupOn(folder, id, to, options, rocksdb::FileSystem::Default());
}

}  // namespace glutwatch::storage

#include "server/storage/backup_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "server/storage/crc32c.h"
#include "server/storage/durable_file.h"

namespace glutwatch::storage {
namespace {

constexpr char kFormatPrefix[] = "glutwatch backups, format ";
constexpr char kStorePrefix[] = "glutwatch store, ";

void AddIds(const std::string& folder, std::set<int64_t>* ids) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    int64_t id = 0;
    if (absl::SimpleAtoi(entry.path().filename().string(), &id) && id > 0) ids->insert(id);
  }
}

}  // namespace

absl::StatusOr<BackupFolder> BackupFolder::Open(const std::string& path, Use use) {
  BackupFolder folder(path);
  if (use == Use::kCreate && ::mkdir(path.c_str(), 0750) != 0 && errno != EEXIST) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot make folder ", path));
  }
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": there is no such folder"));
  }
  GLUTWATCH_RETURN_IF_ERROR(folder.CheckFormat());
  if (use == Use::kCreate) {
    GLUTWATCH_RETURN_IF_ERROR(folder.Make());
  } else if (!std::filesystem::exists(path + "/FORMAT", error)) {
    return absl::NotFoundError(absl::StrCat(path, ": holds no backups (there is no FORMAT in it)"));
  }
  if (use != Use::kRead) {
    GLUTWATCH_RETURN_IF_ERROR(
        folder.Lock("HOLDER", LOCK_EX, "is written to by another process", &folder.holder_fd_));
  }
  if (use == Use::kRemove) {
    GLUTWATCH_RETURN_IF_ERROR(folder.Lock("READERS", LOCK_EX,
                                          "is being read, so that nothing can be removed from it",
                                          &folder.readers_fd_));
  } else if (use == Use::kRead) {
    GLUTWATCH_RETURN_IF_ERROR(folder.Lock(
        "READERS", LOCK_SH, "is just being tidied up by another process", &folder.readers_fd_));
  }
  return folder;
}

BackupFolder::~BackupFolder() {
  for (const int fd : {holder_fd_, readers_fd_}) {
    if (fd >= 0) ::close(fd);
  }
}

absl::Status BackupFolder::CheckFormat() const {
  const absl::StatusOr<std::string> text = ReadWholeFile(path_ + "/FORMAT");
  if (absl::IsNotFound(text.status())) return absl::OkStatus();
  GLUTWATCH_RETURN_IF_ERROR(text.status());
  absl::string_view number = *text;
  int version = 0;
  if (absl::StartsWith(number, kStorePrefix)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, ": is the folder of a store, not of backups"));
  }
  if (!absl::ConsumePrefix(&number, kFormatPrefix) || !absl::ConsumeSuffix(&number, "\n") ||
      !absl::SimpleAtoi(number, &version) || version < 1) {
    return absl::DataLossError(
        absl::StrCat(path_, "/FORMAT: expected \"", kFormatPrefix, "<number>\""));
  }
  if (version <= kBackupFormatVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path_, " has format ", version, "; this program knows formats up to ",
                   kBackupFormatVersion, ": use the newer program"));
}

absl::Status BackupFolder::Make() const {
  std::error_code error;
  if (!std::filesystem::exists(path_ + "/FORMAT", error)) {
    for (const auto& entry : std::filesystem::directory_iterator(path_, error)) {
      const std::string name = entry.path().filename().string();
      if (name == "HOLDER" || name == "FORMAT.tmp") continue;  // the beginning of a folder of ours
      return absl::FailedPreconditionError(
          absl::StrCat(path_, ": is not a folder of backups: it holds ", name));
    }
    GLUTWATCH_RETURN_IF_ERROR(WriteFileDurably(
        path_ + "/FORMAT", absl::StrCat(kFormatPrefix, kBackupFormatVersion, "\n")));
  }
  for (const char* part : {"/seal", "/READERS"}) {
    const std::string path = path_ + part;
    if (std::filesystem::exists(path, error)) continue;
    if (path.back() == 'S') {
      GLUTWATCH_RETURN_IF_ERROR(WriteFileDurably(path, ""));
    } else if (::mkdir(path.c_str(), 0750) != 0 && errno != EEXIST) {
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot make folder ", path));
    }
  }
  return SyncPath(path_);
}

absl::Status BackupFolder::Lock(const char* name, int operation, absl::string_view taken,
                                int* fd) const {
  const std::string path = absl::StrCat(path_, "/", name);
  const bool shared = operation == LOCK_SH;
  *fd = ::open(path.c_str(), shared ? O_RDONLY | O_CLOEXEC : O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (*fd < 0) {
    if (shared && errno == ENOENT) return absl::OkStatus();  // a copy without the locks
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  }
  if (::flock(*fd, operation | LOCK_NB) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(path_, " ", taken));
}

std::string BackupFolder::PrivatePath(int64_t id) const {
  return absl::StrCat(path_, "/private/", id);
}
std::string BackupFolder::MetaPath(int64_t id) const { return absl::StrCat(path_, "/meta/", id); }
std::string BackupFolder::SealPath(int64_t id) const { return absl::StrCat(path_, "/seal/", id); }

std::vector<int64_t> BackupFolder::Ids() const {
  std::set<int64_t> ids;
  AddIds(path_ + "/seal", &ids);
  AddIds(path_ + "/meta", &ids);
  return {ids.begin(), ids.end()};
}

bool BackupFolder::IsSealed(int64_t id) const {
  std::error_code error;
  return std::filesystem::exists(SealPath(id), error);
}

absl::StatusOr<BackupSeal> BackupFolder::ReadSeal(int64_t id) const {
  GLUTWATCH_ASSIGN_OR_RETURN(const std::string bytes, ReadWholeFile(SealPath(id)));
  absl::StatusOr<BackupSeal> seal = DecodeSeal(bytes);
  if (!seal.ok()) {
    return absl::DataLossError(absl::StrCat(SealPath(id), ": damaged: ", seal.status().message()));
  }
  if (seal->backup.id != id) {
    return absl::DataLossError(
        absl::StrCat(SealPath(id), ": is the seal of backup ", seal->backup.id));
  }
  const absl::StatusOr<std::string> meta = ReadWholeFile(MetaPath(id));
  if (!meta.ok()) return absl::DataLossError(meta.status().message());
  if (meta->size() != seal->meta_bytes || Crc32c(*meta) != seal->meta_crc) {
    return absl::DataLossError(
        absl::StrCat(MetaPath(id), ": damaged: it is not what the backup's seal says"));
  }
  return seal;
}

absl::Status BackupFolder::WriteSeal(const Backup& backup) const {
  GLUTWATCH_ASSIGN_OR_RETURN(const std::string meta, ReadWholeFile(MetaPath(backup.id)));
  return WriteFileDurably(SealPath(backup.id), EncodeSeal({backup, meta.size(), Crc32c(meta)}));
}

absl::Status BackupFolder::RemoveSeal(int64_t id) const { return RemoveFileDurably(SealPath(id)); }

}  // namespace glutwatch::storage

#include "server/storage/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "server/storage/durable_file.h"

namespace glutwatch::storage {
namespace {

constexpr char kFormatPrefix[] = "glutwatch store, format ";

absl::Status ErrnoStatus(const std::string& what) { return absl::ErrnoToStatus(errno, what); }

// 0 for a folder that is new, or restored from a backup.
absl::StatusOr<int> ReadFormat(const std::string& path) {
  std::ifstream in(path + "/FORMAT");
  std::string line;
  if (!in || !std::getline(in, line)) return 0;
  absl::string_view version_text = line;
  int version = 0;
  if (!absl::ConsumePrefix(&version_text, kFormatPrefix) ||
      !absl::SimpleAtoi(version_text, &version)) {
    return absl::DataLossError(
        absl::StrCat(path, "/FORMAT: expected \"", kFormatPrefix, "<number>\""));
  }
  return version;
}

absl::Status CheckFormat(const std::string& path) {
  GLUTWATCH_ASSIGN_OR_RETURN(const int version, ReadFormat(path));
  if (version > kFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, "/FORMAT: the store has format ", version, "; this program knows formats up to ",
        kFormatVersion, ": use the newer program"));
  }
  return absl::OkStatus();
}

// RocksDB takes a folder without CURRENT for an empty one.
absl::Status CheckCurrentIsThere(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path + "/CURRENT", error)) return absl::OkStatus();
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (absl::EndsWith(name, ".sst") || absl::EndsWith(name, ".log")) {
      return absl::DataLossError(
          absl::StrCat(path, "/CURRENT: missing, although the folder holds ", name));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DataFolder> DataFolder::Hold(const std::string& path) {
  if (::mkdir(path.c_str(), 0750) != 0 && errno != EEXIST) {
    return ErrnoStatus(absl::StrCat("cannot make folder ", path));
  }
  const std::string lock_path = path + "/HOLDER";
  const int fd = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) return ErrnoStatus(absl::StrCat("cannot open ", lock_path));
  DataFolder folder(path, fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char holder[32] = {};
    if (::pread(fd, holder, sizeof(holder) - 1, 0) < 0) holder[0] = '\0';
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is held by another process (", absl::StripSuffix(holder, "\n"), ")"));
  }
  const std::string pid = absl::StrCat("pid ", ::getpid(), "\n");
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    // The name of the holder is a courtesy; a full disk must not keep readers out.
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckFormat(path));
  GLUTWATCH_RETURN_IF_ERROR(CheckCurrentIsThere(path));
  return folder;
}

DataFolder::~DataFolder() {
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

absl::Status DataFolder::StampFormat() const {
  GLUTWATCH_ASSIGN_OR_RETURN(const int version, ReadFormat(path_));
  if (version == kFormatVersion) return absl::OkStatus();
  return WriteFileDurably(path_ + "/FORMAT", absl::StrCat(kFormatPrefix, kFormatVersion, "\n"));
}

absl::StatusOr<int64_t> DataFolder::FreeBytes() const { return FreeBytesAt(path_); }

int64_t DataFolder::UsedBytes() const {
  int64_t total = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path_, error)) {
    std::error_code gone;
    const auto size = entry.file_size(gone);
    if (!gone) total += static_cast<int64_t>(size);
  }
  return total;
}

}  // namespace glutwatch::storage

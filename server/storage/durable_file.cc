#include "server/storage/durable_file.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace glutwatch::storage {
namespace {

absl::Status Failed(absl::string_view what, const std::string& path) {
  const int error = errno;
  const std::string message = absl::StrCat("cannot ", what, " ", path);
  if (error == ENOSPC || error == EDQUOT) {
    return absl::ResourceExhaustedError(absl::StrCat("DISK_FULL: ", message));
  }
  return absl::ErrnoToStatus(error, message);
}

std::string FolderOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

absl::Status WriteAndSync(const std::string& path, absl::string_view bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (fd < 0) return Failed("open", path);
  absl::Status status;
  while (!bytes.empty() && status.ok()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) status = Failed("write", path);
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (status.ok() && ::fsync(fd) != 0) status = Failed("fsync", path);
  ::close(fd);
  return status;
}

}  // namespace

absl::Status WriteFileDurably(const std::string& path, absl::string_view bytes) {
  const std::string temporary = path + ".tmp";
  GLUTWATCH_RETURN_IF_ERROR(WriteAndSync(temporary, bytes));
  if (::rename(temporary.c_str(), path.c_str()) != 0) return Failed("rename", temporary);
  return SyncPath(FolderOf(path));
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": missing"));
  }
  std::ifstream in(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  if (!in) return absl::UnavailableError(absl::StrCat(path, ": cannot be read"));
  return bytes;
}

absl::Status SyncPath(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Failed("open", path);
  const absl::Status status = ::fsync(fd) == 0 ? absl::OkStatus() : Failed("fsync", path);
  ::close(fd);
  return status;
}

absl::Status RemoveFileDurably(const std::string& path) {
  if (::unlink(path.c_str()) != 0) {
    return errno == ENOENT ? absl::OkStatus() : Failed("remove", path);
  }
  return SyncPath(FolderOf(path));
}

absl::StatusOr<int64_t> FreeBytesAt(const std::string& path) {
  struct statvfs fs = {};
  if (::statvfs(path.c_str(), &fs) != 0) return Failed("tell the free space of", path);
  return static_cast<int64_t>(fs.f_bavail) * static_cast<int64_t>(fs.f_frsize);
}

}  // namespace glutwatch::storage

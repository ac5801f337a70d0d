#include "client/cursor_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"

namespace glutwatch::client {
namespace {

constexpr size_t kMaxCursorBytes = 4096;

absl::Status WriteSynced(const std::string& path, absl::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("create ", path));
  const auto close = absl::MakeCleanup([fd] { ::close(fd); });
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return absl::ErrnoToStatus(errno, absl::StrCat("write ", path));
    text.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(fd) != 0) return absl::ErrnoToStatus(errno, absl::StrCat("fsync ", path));
  return absl::OkStatus();
}

absl::Status SyncFolder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("open ", folder));
  const auto close = absl::MakeCleanup([fd] { ::close(fd); });
  if (::fsync(fd) != 0) return absl::ErrnoToStatus(errno, absl::StrCat("fsync ", folder));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadCursorFile(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::string();
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return absl::FailedPreconditionError(absl::StrCat("cannot read cursor file ", path));
  const std::string all = text.str();
  const absl::string_view cursor = absl::StripAsciiWhitespace(all);
  if (cursor.empty() || cursor.size() > kMaxCursorBytes ||
      cursor.find_first_of("\r\n\t ") != absl::string_view::npos) {
    return absl::DataLossError(
        absl::StrCat("cursor file ", path, " holds ", all.size(),
                     " bytes that are not one cursor; remove it to start anew"));
  }
  return std::string(cursor);
}

absl::Status WriteCursorFile(const std::string& path, absl::string_view cursor) {
  const std::string temporary = absl::StrCat(path, ".new");
  GLUTWATCH_RETURN_IF_ERROR(WriteSynced(temporary, absl::StrCat(cursor, "\n")));
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("rename ", temporary, " to ", path));
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return SyncFolder(folder.empty() ? "." : folder);
}

}  // namespace glutwatch::client

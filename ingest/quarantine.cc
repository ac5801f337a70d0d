#include "ingest/quarantine.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_macros.h"

namespace glutwatch::ingest {
namespace {

constexpr absl::string_view kHeader = "document,sheet,line,verdict,reason,message,raw\n";

absl::Status SystemError(absl::string_view what, const std::string& path) {
  const int code = errno;
  const std::string message = absl::StrCat(path, ": cannot ", what, ": ", std::strerror(code));
  return code == ENOSPC ? absl::ResourceExhaustedError(message) : absl::UnknownError(message);
}

}  // namespace

std::string CsvField(absl::string_view text) {
  if (text.find_first_of(",\"\r\n") == absl::string_view::npos) return std::string(text);
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

absl::StatusOr<Quarantine> Quarantine::Open(const std::string& path, int64_t length) {
  Quarantine quarantine(path);
  struct stat status {};
  const int64_t size = ::stat(path.c_str(), &status) == 0 ? status.st_size : 0;
  if (size < length) {
    return absl::DataLossError(absl::StrCat(path, ": has ", size, " bytes, the checkpoint counts ",
                                            length, ": the file was changed"));
  }
  if (size > length && ::truncate(path.c_str(), length) != 0) return SystemError("cut", path);
  quarantine.length_ = length;
  return quarantine;
}

Quarantine::Quarantine(Quarantine&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      length_(other.length_),
      buffer_(std::move(other.buffer_)) {}

Quarantine::~Quarantine() {
  if (fd_ >= 0) ::close(fd_);
}

void Quarantine::Append(const QuarantinedRow& row) {
  if (length_ == 0 && buffer_.empty()) absl::StrAppend(&buffer_, kHeader);
  absl::StrAppend(&buffer_, CsvField(row.document), ",", CsvField(row.sheet), ",", row.line, ",");
  absl::StrAppend(&buffer_, row.verdict, ",", CsvField(row.reason), ",", CsvField(row.message), ",",
                  CsvField(row.raw), "\n");
}

absl::Status Quarantine::Sync() {
  if (buffer_.empty()) return absl::OkStatus();
  if (fd_ < 0) {
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd_ < 0) return SystemError("create", path_);
  }
  absl::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("write", path_);
    rest.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(fd_) != 0) return SystemError("sync", path_);
  length_ += static_cast<int64_t>(buffer_.size());
  buffer_.clear();
  return absl::OkStatus();
}

}  // namespace glutwatch::ingest

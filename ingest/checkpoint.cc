#include "ingest/checkpoint.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"

namespace glutwatch::ingest {
namespace {

constexpr absl::string_view kMagic = "glutwatch-checkpoint 1";
constexpr uint64_t kFnvStart = 0xCBF29CE484222325U;

uint64_t Fnv(absl::string_view text, uint64_t hash = kFnvStart) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

absl::Status SystemError(absl::string_view what, const std::string& path) {
  const int code = errno;
  const std::string message = absl::StrCat(path, ": cannot ", what, ": ", std::strerror(code));
  return code == ENOSPC ? absl::ResourceExhaustedError(message) : absl::UnknownError(message);
}

// The numbers of a checkpoint, with the names that they have in the file.
template <typename Checkpoint, typename Fn>
void ForEachNumber(Checkpoint& c, Fn fn) {
  fn("batch_rows", c.batch_rows);
  fn("run", c.run);
  fn("done_rows", c.done_rows);
  fn("quarantine_bytes", c.quarantine_bytes);
  fn("read", c.tally.read);
  fn("accepted", c.tally.accepted);
  fn("corrected", c.tally.corrected);
  fn("suspicious", c.tally.suspicious);
  fn("refused", c.tally.refused);
  fn("duplicate", c.tally.duplicate);
}

std::string OneLine(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

std::string Encode(const DocumentCheckpoint& checkpoint) {
  std::string text = absl::StrCat(kMagic, "\ndocument ", OneLine(checkpoint.document), "\nkey ",
                                  checkpoint.key, "\n");
  ForEachNumber(checkpoint, [&](absl::string_view name, int64_t value) {
    absl::StrAppend(&text, name, " ", value, "\n");
  });
  absl::StrAppend(&text, "finished ", checkpoint.finished ? 1 : 0, "\n");
  absl::StrAppendFormat(&text, "check %016x\n", Fnv(text));
  return text;
}

absl::Status Decode(const std::string& text, DocumentCheckpoint* checkpoint) {
  const size_t check = text.rfind("check ");
  if (check == std::string::npos ||
      text.substr(check) !=
          absl::StrFormat("check %016x\n", Fnv(absl::string_view(text).substr(0, check)))) {
    return absl::DataLossError("its last line does not match the rest");
  }
  std::map<std::string, std::string> values;
  for (const absl::string_view line : absl::StrSplit(text.substr(0, check), '\n')) {
    const std::pair<std::string, std::string> entry = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    values[entry.first] = entry.second;
  }
  checkpoint->document = values["document"];
  checkpoint->key = values["key"];
  bool complete = true;
  ForEachNumber(*checkpoint, [&](absl::string_view name, int64_t& value) {
    complete = complete && absl::SimpleAtoi(values[std::string(name)], &value);
  });
  checkpoint->finished = values["finished"] == "1";
  if (!complete) return absl::DataLossError("a number is missing, expected version 1");
  return absl::OkStatus();
}

absl::Status SyncFolder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError("open", folder);
  const absl::Cleanup close = [fd] { ::close(fd); };
  return ::fsync(fd) == 0 ? absl::OkStatus() : SystemError("sync", folder);
}

absl::Status WriteSynced(const std::string& path, absl::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return SystemError("create", path);
  const absl::Cleanup close = [fd] { ::close(fd); };
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("write", path);
    text.remove_prefix(static_cast<size_t>(written));
  }
  return ::fsync(fd) == 0 ? absl::OkStatus() : SystemError("sync", path);
}

}  // namespace

RowTally& RowTally::operator+=(const RowTally& other) {
  read += other.read;
  accepted += other.accepted;
  corrected += other.corrected;
  suspicious += other.suspicious;
  refused += other.refused;
  duplicate += other.duplicate;
  return *this;
}

std::string DocumentKey(absl::string_view settings, absl::string_view content) {
  uint64_t hash = Fnv(settings);
  hash = Fnv(absl::StrCat("|", content.size(), "|"), hash);
  hash = Fnv(content, hash);
  hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93U;
  return absl::StrFormat("%016x", hash ^ (hash >> 32));
}

std::string BatchId(absl::string_view feed, const DocumentCheckpoint& document, int64_t first_row,
                    int64_t last_row) {
  const std::string run = document.run == 0 ? "" : absl::StrCat("+", document.run);
  return absl::StrCat(feed, "/", document.key, run, "/", first_row, "-", last_row);
}

absl::StatusOr<CheckpointStore> CheckpointStore::Open(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat(folder, ": cannot create the state folder: ", error.message()));
  }
  const std::string path = folder + "/lock";
  const int lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) return SystemError("open", path);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return absl::FailedPreconditionError(absl::StrCat(
        folder, ": another glutwatch-ingest is using this folder, expected one at a time"));
  }
  return CheckpointStore(folder, lock);
}

CheckpointStore::CheckpointStore(CheckpointStore&& other) noexcept
    : folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, -1)) {}

CheckpointStore::~CheckpointStore() {
  if (lock_ >= 0) ::close(lock_);
}

std::string CheckpointStore::PathOf(absl::string_view key) const {
  return absl::StrCat(folder_, "/", key, ".checkpoint");
}

absl::StatusOr<std::optional<DocumentCheckpoint>> CheckpointStore::Load(
    absl::string_view key) const {
  const std::string path = PathOf(key);
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  DocumentCheckpoint checkpoint;
  const absl::Status decoded = Decode(text.str(), &checkpoint);
  if (!decoded.ok()) {
    return absl::DataLossError(absl::StrCat(path, ": is damaged: ", decoded.message(),
                                            "; delete it to read the document from its start"));
  }
  return checkpoint;
}

absl::Status CheckpointStore::Save(const DocumentCheckpoint& checkpoint) const {
  const std::string path = PathOf(checkpoint.key);
  const std::string beside = path + ".new";
  GLUTWATCH_RETURN_IF_ERROR(WriteSynced(beside, Encode(checkpoint)));
  if (::rename(beside.c_str(), path.c_str()) != 0) return SystemError("rename", beside);
  return SyncFolder(folder_);
}

}  // namespace glutwatch::ingest

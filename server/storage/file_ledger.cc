#include "server/storage/file_ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "server/storage/bytes.h"
#include "server/storage/crc32c.h"
#include "server/storage/log_verifier.h"

namespace glutwatch::storage {
namespace {

constexpr char kMagic = 'L';
constexpr uint8_t kVersion = 1;
constexpr size_t kBodyOffset = 6;
constexpr size_t kSlots = 2;

std::string LedgerPath(const std::string& folder) { return folder + "/LEDGER"; }
std::string LogPath(const std::string& folder, uint64_t number) {
  return absl::StrFormat("%s/%06d.log", folder, number);
}
std::string ManifestPath(const std::string& folder, uint64_t number) {
  return absl::StrFormat("%s/MANIFEST-%06d", folder, number);
}

absl::Status ErrnoStatus(const std::string& what) { return absl::ErrnoToStatus(errno, what); }

std::vector<FileLedger::Log> LogsIn(const std::string& folder) {
  std::vector<FileLedger::Log> logs;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    uint64_t number = 0;
    if (absl::EndsWith(name, ".log") &&
        absl::SimpleAtoi(absl::StripSuffix(name, ".log"), &number)) {
      logs.push_back({number, 0});
    }
  }
  std::sort(logs.begin(), logs.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  return logs;
}

absl::Status CheckSize(const std::string& path, const std::optional<uint64_t>& expected) {
  std::error_code error;
  const uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error) return absl::DataLossError(absl::StrCat(path, ": missing, although LEDGER lists it"));
  if (!expected.has_value() || bytes == *expected) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(path, ": damaged at byte offset ",
                                          std::min<uint64_t>(bytes, *expected), ": it has ", bytes,
                                          " bytes, but had ", *expected, " when it was closed"));
}

}  // namespace

std::string EncodeLedger(const FileLedger& ledger) {
  std::string body;
  PutLe64(ledger.generation, &body);
  body.push_back(ledger.closed ? 1 : 0);
  PutVarint(ledger.manifest, &body);
  PutVarint(ledger.manifest_bytes, &body);
  const size_t count = std::min(ledger.logs.size(), kMaxLedgerLogs);
  PutVarint(count, &body);
  uint64_t previous = 0;
  for (size_t i = ledger.logs.size() - count; i < ledger.logs.size(); ++i) {
    PutVarint(ledger.logs[i].number - previous, &body);
    PutVarint(ledger.logs[i].bytes, &body);
    previous = ledger.logs[i].number;
  }
  body.resize(kLedgerSlotBytes - kBodyOffset, '\0');
  std::string slot;
  slot.push_back(kMagic);
  slot.push_back(static_cast<char>(kVersion));
  PutLe32(Crc32c(body), &slot);
  return slot + body;
}

std::optional<FileLedger> DecodeLedger(absl::string_view slot) {
  if (slot.size() != kLedgerSlotBytes) return std::nullopt;
  ByteReader reader(slot);
  const char magic = static_cast<char>(reader.Byte());
  const uint8_t version = reader.Byte();
  if (magic != kMagic || version != kVersion || reader.Le32() != Crc32c(slot.substr(kBodyOffset))) {
    return std::nullopt;
  }
  FileLedger ledger;
  ledger.generation = reader.Le64();
  ledger.closed = reader.Byte() != 0;
  ledger.manifest = reader.Varint();
  ledger.manifest_bytes = reader.Varint();
  const uint64_t count = reader.Varint();
  if (!reader.ok() || count > kMaxLedgerLogs) return std::nullopt;
  uint64_t number = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t step = reader.Varint();
    number += step;
    if ((i > 0 && step == 0) || number < step) return std::nullopt;
    ledger.logs.push_back({number, reader.Varint()});
  }
  if (!reader.ok()) return std::nullopt;
  return ledger;
}

absl::StatusOr<std::optional<FileLedger>> ReadLedger(const std::string& folder) {
  std::ifstream in(LedgerPath(folder), std::ios::binary);
  if (!in) return std::nullopt;
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  if (bytes.empty()) return std::nullopt;
  std::optional<FileLedger> newest;
  for (size_t at = 0; at + kLedgerSlotBytes <= bytes.size(); at += kLedgerSlotBytes) {
    const auto slot = DecodeLedger(absl::string_view(bytes).substr(at, kLedgerSlotBytes));
    if (slot.has_value() && (!newest.has_value() || slot->generation > newest->generation)) {
      newest = slot;
    }
  }
  if (!newest.has_value()) {
    return absl::DataLossError(absl::StrCat(
        LedgerPath(folder), ": damaged at byte offset 0: ", "neither of its two slots is whole"));
  }
  return newest;
}

absl::Status CheckLedger(const std::string& folder, const FileLedger& ledger) {
  const auto current = CurrentManifest(folder);
  if (!current.ok() || *current > ledger.manifest) return absl::OkStatus();
  if (*current < ledger.manifest) {
    return absl::DataLossError(absl::StrCat(folder, "/CURRENT: names MANIFEST ", *current,
                                            ", although the folder had MANIFEST ", ledger.manifest,
                                            " already: an old copy?"));
  }
  const auto known = [&](uint64_t bytes) {
    return ledger.closed ? std::optional<uint64_t>(bytes) : std::nullopt;
  };
  GLUTWATCH_RETURN_IF_ERROR(
      CheckSize(ManifestPath(folder, ledger.manifest), known(ledger.manifest_bytes)));
  for (const FileLedger::Log& log : ledger.logs) {
    GLUTWATCH_RETURN_IF_ERROR(CheckSize(LogPath(folder, log.number), known(log.bytes)));
  }
  return absl::OkStatus();
}

LedgerKeeper::~LedgerKeeper() {
  MutexLock lock(&mu_);
  if (fd_ >= 0) ::close(fd_);
}

absl::Status LedgerKeeper::Begin() {
  GLUTWATCH_ASSIGN_OR_RETURN(const std::optional<FileLedger> before, ReadLedger(folder_));
  MutexLock lock(&mu_);
  if (fd_ < 0) fd_ = ::open(LedgerPath(folder_).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd_ < 0) return ErrnoStatus(absl::StrCat("cannot open ", LedgerPath(folder_)));
  ledger_ = FileLedger();
  if (before.has_value()) ledger_.generation = before->generation;
  if (const auto current = CurrentManifest(folder_); current.ok()) ledger_.manifest = *current;
  ledger_.logs = LogsIn(folder_);
  GLUTWATCH_RETURN_IF_ERROR(Note());
  return before.has_value() ? absl::OkStatus() : Note();  // both slots, so that both have space
}

absl::Status LedgerKeeper::LogMade(uint64_t number) {
  MutexLock lock(&mu_);
  GLUTWATCH_RETURN_IF_ERROR(SyncFolder());
  ledger_.logs.push_back({number, 0});
  return Note();
}

absl::Status LedgerKeeper::LogGoes(uint64_t number) {
  MutexLock lock(&mu_);
  const auto gone = std::remove_if(ledger_.logs.begin(), ledger_.logs.end(),
                                   [&](const auto& log) { return log.number == number; });
  if (gone == ledger_.logs.end()) return absl::OkStatus();
  ledger_.logs.erase(gone, ledger_.logs.end());
  return Note();
}

absl::Status LedgerKeeper::CurrentReplaced() {
  MutexLock lock(&mu_);
  GLUTWATCH_RETURN_IF_ERROR(SyncFolder());
  GLUTWATCH_ASSIGN_OR_RETURN(ledger_.manifest, CurrentManifest(folder_));
  return Note();
}

absl::Status LedgerKeeper::Closed() {
  MutexLock lock(&mu_);
  std::error_code error;
  ledger_.manifest_bytes =
      std::filesystem::file_size(ManifestPath(folder_, ledger_.manifest), error);
  for (FileLedger::Log& log : ledger_.logs) {
    if (!error) log.bytes = std::filesystem::file_size(LogPath(folder_, log.number), error);
  }
  if (error) return absl::DataLossError(absl::StrCat(folder_, ": ", error.message()));
  ledger_.closed = true;
  return Note();
}

absl::Status LedgerKeeper::Note() {
  if (fd_ < 0) return absl::FailedPreconditionError("the ledger has not begun");
  ++ledger_.generation;
  const std::string slot = EncodeLedger(ledger_);
  const auto at = static_cast<off_t>(ledger_.generation % kSlots * kLedgerSlotBytes);
  if (::pwrite(fd_, slot.data(), slot.size(), at) != static_cast<ssize_t>(slot.size()) ||
      ::fdatasync(fd_) != 0) {
    return ErrnoStatus(absl::StrCat("cannot write ", LedgerPath(folder_)));
  }
  return absl::OkStatus();
}

absl::Status LedgerKeeper::SyncFolder() const {
  const int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return ErrnoStatus(absl::StrCat("cannot open ", folder_));
  const absl::Cleanup close = [folder] { ::close(folder); };
  return ::fsync(folder) == 0 ? absl::OkStatus()
                              : ErrnoStatus(absl::StrCat("cannot sync ", folder_));
}

}  // namespace glutwatch::storage

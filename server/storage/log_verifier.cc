#include "server/storage/log_verifier.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "server/storage/bytes.h"
#include "server/storage/crc32c.h"

namespace glutwatch::storage {
namespace {

constexpr size_t kBlockBytes = 32 * 1024;
constexpr size_t kHeaderBytes = 7;             // crc 4, length 2, type 1
constexpr size_t kRecyclableHeaderBytes = 11;  // and the low 32 bits of the log's number
constexpr size_t kSectorBytes = 512;
constexpr size_t kTornTailBytes = 16;

enum RecordType : uint8_t {
  kZero = 0,
  kFull = 1,
  kFirst = 2,
  kMiddle = 3,
  kLast = 4,
  kRecyclableFull = 5,
  kRecyclableLast = 8,
  kSetCompression = 9,
  kMaxType = 11,  // timestamp sizes; newer than the release that we write with
};

struct Record {
  enum class State : uint8_t { kValid, kNone, kCut, kBad };
  State state = State::kNone;
  size_t bytes = 0;  // header and payload
  uint8_t type = 0;
  std::string what;
};

bool StartsRecord(uint8_t type) {
  return type == kFull || type == kFirst || type == kRecyclableFull || type == kRecyclableFull + 1;
}
bool NeedsMore(uint8_t type) {
  return type == kFirst || type == kMiddle || type == kRecyclableFull + 1 ||
         type == kRecyclableFull + 2;
}

bool AllZero(absl::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

// The physical record at `at`. kNone: unwritten (zero) or another use of a recycled file.
Record ReadRecord(absl::string_view bytes, size_t at, uint64_t log_number) {
  const size_t block_end = std::min((at / kBlockBytes + 1) * kBlockBytes, bytes.size());
  Record record;
  if (block_end - at < kHeaderBytes) {
    record.state = Record::State::kCut;
    record.what = "a record's header is cut off";
    return record;
  }
  const char* p = bytes.data() + at;
  const size_t length = GetLe16(p + 4);
  record.type = static_cast<uint8_t>(p[6]);
  if (record.type == kZero && length == 0 && GetLe32(p) == 0) return record;  // kNone
  const bool recyclable = record.type >= kRecyclableFull && record.type <= kRecyclableLast;
  const size_t header = recyclable ? kRecyclableHeaderBytes : kHeaderBytes;
  record.bytes = header + length;
  if (record.type == kZero || record.type > kMaxType) {
    record.state = Record::State::kBad;
    record.what = absl::StrCat("unknown record type ", static_cast<int>(record.type));
    record.bytes = kHeaderBytes;
    return record;
  }
  if (at + record.bytes > block_end) {
    const bool at_end = block_end == bytes.size() && at % kBlockBytes + record.bytes <= kBlockBytes;
    record.state = at_end ? Record::State::kCut : Record::State::kBad;
    record.what = absl::StrCat("a record of ", record.bytes, " bytes has only ", block_end - at);
    return record;
  }
  if (recyclable && GetLe32(p + kHeaderBytes) != static_cast<uint32_t>(log_number)) {
    return record;  // kNone: left from the file's former use
  }
  const uint32_t crc = Crc32c(absl::string_view(p + 6, record.bytes - 6));
  record.state = MaskCrc(crc) == GetLe32(p) ? Record::State::kValid : Record::State::kBad;
  if (record.state == Record::State::kBad) {
    record.what = absl::StrCat("checksum mismatch in a record of ", record.bytes, " bytes");
  }
  return record;
}

// Whether a whole or partial record begins anywhere in [from, end): byte by byte to the end of the
// block, since a damaged length says nothing about the next record's place, then block by block.
bool AnyRecordStartsAfter(absl::string_view bytes, size_t from, uint64_t log_number) {
  auto starts_at = [&](size_t at) {
    const Record record = ReadRecord(bytes, at, log_number);
    return record.state == Record::State::kValid && StartsRecord(record.type);
  };
  const size_t block_end = std::min((from / kBlockBytes + 1) * kBlockBytes, bytes.size());
  for (size_t at = from; at + kHeaderBytes <= block_end; ++at) {
    if (starts_at(at)) return true;
  }
  for (size_t block = block_end; block + kHeaderBytes <= bytes.size(); block += kBlockBytes) {
    for (size_t at = block; at + kHeaderBytes <= std::min(block + kBlockBytes, bytes.size());) {
      const Record record = ReadRecord(bytes, at, log_number);
      if (record.state != Record::State::kValid) break;
      if (StartsRecord(record.type)) return true;
      at += record.bytes;
    }
  }
  return false;
}

// Whether [at, at + length) shows bytes that were never written.
bool LooksUnwritten(absl::string_view bytes, size_t at, size_t length) {
  const size_t end = std::min(at + length, bytes.size());
  const size_t tail = std::min(end - at, kTornTailBytes);
  if (AllZero(bytes.substr(end - tail, tail))) return true;
  for (size_t sector = (at + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
       sector + kSectorBytes <= end; sector += kSectorBytes) {
    if (AllZero(bytes.substr(sector, kSectorBytes))) return true;
  }
  return false;
}

LogCheck Judge(absl::string_view bytes, uint64_t log_number, size_t at, size_t record_begin,
               const Record& bad, int64_t records) {
  LogCheck check;
  check.offset = static_cast<int64_t>(at);
  check.what = bad.what;
  check.records = records;
  if (AnyRecordStartsAfter(bytes, at + 1, log_number)) {
    check.state = LogCheck::State::kDamaged;
    return check;
  }
  const bool torn = bad.state != Record::State::kBad ||
                    LooksUnwritten(bytes, record_begin, bytes.size() - record_begin);
  check.state = torn ? LogCheck::State::kTorn : LogCheck::State::kDamaged;
  return check;
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return absl::NotFoundError(absl::StrCat(path, ": cannot be opened"));
  std::string bytes(static_cast<size_t>(in.tellg()), '\0');
  in.seekg(0);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in) return absl::DataLossError(absl::StrCat(path, ": cannot be read"));
  return bytes;
}

absl::Status Damage(const std::string& path, const LogCheck& check) {
  return absl::DataLossError(
      absl::StrCat(path, ": damaged at byte offset ", check.offset, ": ", check.what));
}

// Damage, or an end that a log that was closed in order cannot have.
absl::Status Unfinished(const std::string& path, absl::string_view bytes, LogCheck check,
                        LeftBehind left) {
  if (check.state == LogCheck::State::kDamaged) return Damage(path, check);
  if (left == LeftBehind::kOpen || check.offset == static_cast<int64_t>(bytes.size())) {
    return absl::OkStatus();
  }
  if (check.what.empty()) check.what = "zeros to its end";
  absl::StrAppend(&check.what, ", although the store was closed in order");
  return Damage(path, check);
}

absl::Status CheckManifest(const std::string& folder, LeftBehind left) {
  const auto number = CurrentManifest(folder);
  if (absl::IsNotFound(number.status())) return absl::OkStatus();  // whether it must be is known
  GLUTWATCH_RETURN_IF_ERROR(number.status());                      // to the caller
  const std::string path = absl::StrFormat("%s/MANIFEST-%06d", folder, *number);
  auto bytes = ReadWholeFile(path);
  if (!bytes.ok()) {
    return absl::DataLossError(absl::StrCat(path, ": missing, but CURRENT names it"));
  }
  return Unfinished(path, *bytes, CheckLog(*bytes, *number), left);
}

}  // namespace

LogCheck CheckLog(absl::string_view bytes, uint64_t log_number) {
  int64_t records = 0;
  size_t at = 0;
  std::optional<size_t> unfinished;  // where a record began whose LAST is still to come
  while (at < bytes.size()) {
    const size_t left = kBlockBytes - at % kBlockBytes;
    if (left < kHeaderBytes) {  // a block's trailer
      at += left;
      continue;
    }
    Record record = ReadRecord(bytes, at, log_number);
    if (record.state == Record::State::kNone) {
      if (!AnyRecordStartsAfter(bytes, at, log_number)) break;
      record.state = Record::State::kBad;
      record.what = "zeros where a record was expected";
    }
    if (record.state == Record::State::kValid &&
        StartsRecord(record.type) == unfinished.has_value() && record.type < kSetCompression) {
      record.state = Record::State::kBad;
      record.what =
          absl::StrCat("a record of type ", static_cast<int>(record.type), " is out of sequence");
    }
    if (record.state != Record::State::kValid) {
      return Judge(bytes, log_number, at, unfinished.value_or(at), record, records);
    }
    if (StartsRecord(record.type)) unfinished = at;
    if (!NeedsMore(record.type)) {
      unfinished.reset();
      ++records;
    }
    at += record.bytes;
  }
  LogCheck check;
  check.records = records;
  check.offset = static_cast<int64_t>(unfinished.value_or(std::min(at, bytes.size())));
  if (unfinished.has_value()) {
    check.state = LogCheck::State::kTorn;
    check.what = "the record's last part is missing";
  }
  return check;
}

absl::StatusOr<uint64_t> CurrentManifest(const std::string& folder) {
  const std::string path = folder + "/CURRENT";
  auto current = ReadWholeFile(path);
  if (!current.ok()) return current.status();
  absl::string_view name = *current;
  uint64_t number = 0;
  if (!absl::ConsumeSuffix(&name, "\n") || !absl::ConsumePrefix(&name, "MANIFEST-") ||
      !absl::SimpleAtoi(name, &number) || absl::StrFormat("%06d", number) != name) {
    return absl::DataLossError(absl::StrCat(path, ": damaged at byte offset 0: expected ",
                                            "\"MANIFEST-<number>\" and a line feed, found ",
                                            current->size(), " other bytes"));
  }
  return number;
}

absl::Status CheckLogs(const std::string& folder, LeftBehind left, const std::set<uint64_t>* only) {
  GLUTWATCH_RETURN_IF_ERROR(CheckManifest(folder, left));
  std::vector<std::pair<uint64_t, std::string>> logs;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    uint64_t number = 0;
    if (absl::EndsWith(name, ".log") &&
        absl::SimpleAtoi(absl::StripSuffix(name, ".log"), &number) &&
        (only == nullptr || only->contains(number))) {
      logs.emplace_back(number, entry.path().string());
    }
  }
  if (error) return absl::DataLossError(absl::StrCat(folder, ": ", error.message()));
  std::sort(logs.begin(), logs.end());
  std::optional<absl::Status> torn;  // of an earlier log; harmless if nothing comes after
  for (const auto& [number, path] : logs) {
    auto bytes = ReadWholeFile(path);
    if (!bytes.ok()) return bytes.status();
    const LogCheck check = CheckLog(*bytes, number);
    GLUTWATCH_RETURN_IF_ERROR(Unfinished(path, *bytes, check, left));
    if (torn.has_value() && check.records > 0) return *torn;
    if (check.state == LogCheck::State::kTorn && !torn.has_value()) torn = Damage(path, check);
  }
  return absl::OkStatus();
}

}  // namespace glutwatch::storage

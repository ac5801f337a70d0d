#include "server/storage/commit_log.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/storage/bytes.h"
#include "server/storage/crc32c.h"

namespace glutwatch::storage {
namespace {

constexpr char kMagic = 'C';
constexpr uint8_t kVersion = 1;
constexpr size_t kCrcOffset = 2;
constexpr size_t kBodyOffset = 6;

void PutText(absl::string_view text, std::string* out) {
  PutVarint(text.size(), out);
  out->append(text.data(), text.size());
}

std::string GetText(ByteReader* reader) {
  const absl::string_view text = reader->Bytes(static_cast<size_t>(reader->Varint()));
  return std::string(text);
}

int64_t GetCount(ByteReader* reader, bool* good) {
  const uint64_t count = reader->Varint();
  *good = *good && count <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  return static_cast<int64_t>(count);
}

absl::Status Damaged(int64_t recorded_us, absl::string_view why) {
  return absl::DataLossError(absl::StrCat("table commits, commit ", recorded_us, ": ", why));
}

}  // namespace

std::string EncodeCommitKey(int64_t recorded_us) {
  std::string key;
  PutBe64(static_cast<uint64_t>(recorded_us), &key);
  return key;
}

absl::StatusOr<int64_t> DecodeCommitKey(absl::string_view bytes) {
  if (bytes.size() == sizeof(uint64_t)) return static_cast<int64_t>(GetBe64(bytes.data()));
  return absl::DataLossError(
      absl::StrCat("table commits: key ", absl::CHexEscape(bytes), " is not a commit"));
}

std::string EncodeCommit(const CommitRecord& record) {
  std::string out;
  out.push_back(kMagic);
  out.push_back(static_cast<char>(kVersion));
  PutLe32(0, &out);
  out.push_back(static_cast<char>(record.kind));
  for (const std::string* text :
       {&record.batch_id, &record.source, &record.author, &record.remark}) {
    PutText(*text, &out);
  }
  for (const int64_t count :
       {record.added, record.corrected, record.duplicate, record.refused, record.suspicious}) {
    PutVarint(static_cast<uint64_t>(count), &out);
  }
  const uint32_t crc = Crc32c(absl::string_view(out).substr(kBodyOffset));
  std::memcpy(out.data() + kCrcOffset, &crc, sizeof(crc));
  return out;
}

absl::StatusOr<CommitRecord> DecodeCommit(int64_t recorded_us, absl::string_view bytes) {
  ByteReader reader(bytes);
  const char magic = static_cast<char>(reader.Byte());
  const uint8_t version = reader.Byte();
  const uint32_t crc = reader.Le32();
  if (!reader.ok() || magic != kMagic) return Damaged(recorded_us, "no 'C' at its beginning");
  if (version != kVersion) {
    return Damaged(recorded_us, absl::StrCat("format version ", version, ", expected ", kVersion));
  }
  if (Crc32c(bytes.substr(kBodyOffset)) != crc) return Damaged(recorded_us, "checksum mismatch");
  CommitRecord record;
  record.recorded_us = recorded_us;
  record.kind = static_cast<CommitKind>(reader.Byte());
  bool good = record.kind == CommitKind::kObservations || record.kind == CommitKind::kReview;
  record.batch_id = GetText(&reader);
  record.source = GetText(&reader);
  record.author = GetText(&reader);
  record.remark = GetText(&reader);
  record.added = GetCount(&reader, &good);
  record.corrected = GetCount(&reader, &good);
  record.duplicate = GetCount(&reader, &good);
  record.refused = GetCount(&reader, &good);
  record.suspicious = GetCount(&reader, &good);
  if (!good || !reader.ok() || reader.remaining() != 0) {
    return Damaged(recorded_us, "not the record of a commit");
  }
  return record;
}

absl::StatusOr<CommitRecord> CommitLog::Find(int64_t recorded_us) const {
  GLUTWATCH_ASSIGN_OR_RETURN(const std::string bytes,
                             database_->Get(Table::kCommits, EncodeCommitKey(recorded_us)));
  return DecodeCommit(recorded_us, bytes);
}

absl::Status CommitLog::Scan(int64_t from_us, int64_t to_us,
                             const std::function<bool(const CommitRecord&)>& visit) const {
  from_us = std::max<int64_t>(from_us, 0);
  if (from_us >= to_us) return absl::OkStatus();
  absl::Status status;
  const auto decode = [&](absl::string_view key, absl::string_view value) {
    const auto recorded_us = DecodeCommitKey(key);
    const auto record = recorded_us.ok() ? DecodeCommit(*recorded_us, value) : recorded_us.status();
    status = record.status();
    return status.ok() && visit(*record);
  };
  GLUTWATCH_RETURN_IF_ERROR(
      database_->Scan(Table::kCommits, EncodeCommitKey(from_us), EncodeCommitKey(to_us), decode));
  return status;
}

}  // namespace glutwatch::storage

#include "server/storage/backup_seal.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "server/storage/bytes.h"
#include "server/storage/crc32c.h"
#include "server/storage/sha256.h"

namespace glutwatch::storage {
namespace {

constexpr char kMagic = 'B';
constexpr uint8_t kVersion = 1;
constexpr size_t kCrcOffset = 2;
constexpr size_t kBodyOffset = 6;
constexpr uint64_t kMaxInt64 = INT64_MAX;
constexpr uint64_t kMaxFormat = 1 << 20;

}  // namespace

std::string EncodeSeal(const BackupSeal& seal) {
  const Backup& b = seal.backup;
  std::string out;
  out.push_back(kMagic);
  out.push_back(static_cast<char>(kVersion));
  PutLe32(0, &out);  // the CRC, below
  PutVarint(static_cast<uint64_t>(b.id), &out);
  PutLe64(static_cast<uint64_t>(b.created_us), &out);
  PutLe64(b.store_epoch, &out);
  PutVarint(static_cast<uint64_t>(b.store_format), &out);
  PutLe64(static_cast<uint64_t>(b.newest_recorded_us), &out);
  PutVarint(static_cast<uint64_t>(b.bytes), &out);
  PutVarint(static_cast<uint64_t>(b.files), &out);
  PutVarint(seal.meta_bytes, &out);
  PutLe32(seal.meta_crc, &out);
  out.append(b.whole);
  out.append(b.history);
  const uint32_t crc = Crc32c(absl::string_view(out).substr(kBodyOffset));
  std::memcpy(out.data() + kCrcOffset, &crc, sizeof(crc));
  return out;
}

absl::StatusOr<BackupSeal> DecodeSeal(absl::string_view bytes) {
  ByteReader reader(bytes);
  const char magic = static_cast<char>(reader.Byte());
  const uint8_t version = reader.Byte();
  const uint32_t crc = reader.Le32();
  if (!reader.ok() || magic != kMagic) return absl::DataLossError("no 'B' at its beginning");
  if (version != kVersion) {
    return absl::DataLossError(absl::StrCat("seal version ", version, ", expected ", kVersion));
  }
  if (Crc32c(bytes.substr(kBodyOffset)) != crc) return absl::DataLossError("checksum mismatch");
  BackupSeal seal;
  Backup& b = seal.backup;
  const uint64_t id = reader.Varint();
  b.created_us = static_cast<int64_t>(reader.Le64());
  b.store_epoch = reader.Le64();
  const uint64_t format = reader.Varint();
  b.newest_recorded_us = static_cast<int64_t>(reader.Le64());
  const uint64_t size = reader.Varint();
  const uint64_t files = reader.Varint();
  seal.meta_bytes = reader.Varint();
  seal.meta_crc = reader.Le32();
  const bool verified = reader.remaining() == 2 * kSha256Bytes;
  if (!reader.ok() || id == 0 || id > UINT32_MAX || format > kMaxFormat || size > kMaxInt64 ||
      files > kMaxInt64 || (!verified && reader.remaining() != 0)) {
    return absl::DataLossError("its fields do not decode");
  }
  b.id = static_cast<int64_t>(id);
  b.store_format = static_cast<int>(format);
  b.bytes = static_cast<int64_t>(size);
  b.files = static_cast<int64_t>(files);
  if (verified) {
    b.whole = std::string(reader.Bytes(kSha256Bytes));
    b.history = std::string(reader.Bytes(kSha256Bytes));
  }
  return seal;
}

}  // namespace glutwatch::storage

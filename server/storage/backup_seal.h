#pragma once
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/backup.h"

// The record that makes a backup count; docs/format/backup.md. Private to the room.
namespace glutwatch::storage {

struct BackupSeal {
  Backup backup;  // without problem
  // Of meta/<id>, the list of files and their checksums, which has no checksum of its own.
  uint64_t meta_bytes = 0;
  uint32_t meta_crc = 0;
};

std::string EncodeSeal(const BackupSeal& seal);
// DATA_LOSS says what is wrong. Never reads outside `bytes`.
absl::StatusOr<BackupSeal> DecodeSeal(absl::string_view bytes);

}  // namespace glutwatch::storage

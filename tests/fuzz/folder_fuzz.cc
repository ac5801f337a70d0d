// Any bytes as one of the files that are judged before RocksDB opens a folder: FORMAT, HOLDER,
// CURRENT, the MANIFEST, a log or the LEDGER; the first byte chooses which, the others are as they
// should be. Whatever it is, the folder is taken or refused with the file's name.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "server/storage/crc32c.h"
#include "server/storage/data_folder.h"
#include "server/storage/file_ledger.h"
#include "server/storage/log_verifier.h"
#include "tests/support/temp_dir.h"

using namespace glutwatch::storage;  // NOLINT(google-build-using-namespace): a fuzz target

namespace {

struct File {
  const char* name;
  std::string content;
};

void Write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

void ExpectNamed(const absl::Status& status, const std::string& folder) {
  if (!status.ok() && !absl::StrContains(status.message(), folder)) std::abort();
}

// The bytes as a slot of the ledger under a right checksum: what decodes is written back to a slot
// that decodes to the same.
void CheckSlot(std::string slot) {
  slot.resize(kLedgerSlotBytes, '\0');
  slot.replace(0, 2, "L\x01", 2);
  const uint32_t crc = Crc32c(absl::string_view(slot).substr(6));
  std::memcpy(slot.data() + 2, &crc, sizeof(crc));
  const auto ledger = DecodeLedger(slot);
  if (ledger.has_value() && DecodeLedger(EncodeLedger(*ledger)) != ledger) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const glutwatch::testing::TempDir dir;
  static const std::string& folder = dir.path();
  static const auto* const files = new File[6]{{"FORMAT", "glutwatch store, format 1\n"},
                                               {"HOLDER", "pid 1\n"},
                                               {"CURRENT", "MANIFEST-000001\n"},
                                               {"MANIFEST-000001", ""},
                                               {"000002.log", ""},
                                               {"LEDGER", ""}};
  if (size == 0) return 0;
  const size_t chosen = data[0] % 6;
  for (size_t i = 0; i < 6; ++i) {
    if (i != chosen) Write(folder + "/" + files[i].name, files[i].content);
  }
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Write(folder + "/" + files[chosen].name, bytes);
  const auto held = DataFolder::Hold(folder);
  if (held.ok()) {
    if (held->UsedBytes() < static_cast<int64_t>(size - 1)) std::abort();
  } else {
    ExpectNamed(held.status(), folder);
  }
  ExpectNamed(CheckLogs(folder), folder);
  ExpectNamed(CheckLogs(folder, LeftBehind::kClosed), folder);
  const auto ledger = ReadLedger(folder);
  ExpectNamed(ledger.status(), folder);
  if (ledger.ok() && ledger->has_value()) ExpectNamed(CheckLedger(folder, **ledger), folder);
  CheckSlot(bytes);
  return 0;
}

// Journal, receipt and tip decoders: damaged bytes are DATA_LOSS and never a crash. The checksum
// is set right first, so that the fuzzer gets past it.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "server/storage/crc32c.h"
#include "server/storage/journal_codec.h"
#include "server/storage/log_verifier.h"
#include "server/storage/tips.h"

namespace {

constexpr size_t kHeader = 6;  // magic, version, CRC
constexpr int64_t kRecordedUs = 1;

void Seal(char magic, std::string* bytes) {
  (*bytes)[0] = magic;
  (*bytes)[1] = 1;
  const uint32_t crc = glutwatch::storage::Crc32c(absl::string_view(*bytes).substr(kHeader));
  std::memcpy(bytes->data() + 2, &crc, sizeof(crc));
}

void CheckRoundTrip(const glutwatch::storage::JournalEntry& entry) {
  using namespace glutwatch::storage;
  const std::string again = EncodeJournal(kRecordedUs, entry.batch_id, entry.rows);
  const auto second = DecodeJournal(kRecordedUs, again);
  if (!second.ok() || EncodeJournal(kRecordedUs, second->batch_id, second->rows) != again) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace glutwatch::storage;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)CheckLog(bytes, 1);
  (void)DecodeJournal(kRecordedUs, bytes);
  if (size < kHeader + sizeof(kRecordedUs)) return 0;
  Seal('R', &bytes);
  (void)DecodeReceipt("batch", bytes);
  Seal('T', &bytes);
  (void)DecodeTip(SeriesId{1}, bytes);
  std::memcpy(bytes.data() + kHeader, &kRecordedUs, sizeof(kRecordedUs));
  Seal('J', &bytes);
  const auto entry = DecodeJournal(kRecordedUs, bytes);
  if (entry.ok()) CheckRoundTrip(*entry);
  return 0;
}

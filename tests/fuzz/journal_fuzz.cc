// Journal, receipt and tip decoders: damaged bytes are DATA_LOSS and never a crash, and what
// decodes is written back to bytes that decode to the same. The checksum is set right first, so
// that the fuzzer gets past it.
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

void CheckReceipt(absl::string_view bytes) {
  using namespace glutwatch::storage;
  const auto receipt = DecodeReceipt("batch", bytes);
  if (!receipt.ok()) return;
  const std::string written = EncodeReceipt(*receipt);
  const auto again = DecodeReceipt("batch", written);
  if (!again.ok() || EncodeReceipt(*again) != written) std::abort();
}

void CheckTip(absl::string_view bytes) {
  using namespace glutwatch::storage;
  const auto tip = DecodeTip(SeriesId{1}, bytes);
  if (!tip.ok()) return;
  const std::string written = EncodeTip(*tip);
  const auto again = DecodeTip(SeriesId{1}, written);
  if (!again.ok() || EncodeTip(*again) != written) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace glutwatch::storage;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)CheckLog(bytes, 1);
  (void)DecodeJournal(kRecordedUs, bytes);
  if (size < kHeader + sizeof(kRecordedUs)) return 0;
  Seal('R', &bytes);
  CheckReceipt(bytes);
  Seal('T', &bytes);
  CheckTip(bytes);
  std::memcpy(bytes.data() + kHeader, &kRecordedUs, sizeof(kRecordedUs));
  Seal('J', &bytes);
  const auto entry = DecodeJournal(kRecordedUs, bytes);
  if (entry.ok()) CheckRoundTrip(*entry);
  return 0;
}

#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/storage/price_store.h"

// One accepted batch, and its receipt, as bytes; docs/format/journal.md. Private to the room.
namespace glutwatch::storage {

std::string EncodeJournalKey(int64_t recorded_us);
// DATA_LOSS if `bytes` is not a key of table journal.
absl::StatusOr<int64_t> DecodeJournalKey(absl::string_view bytes);

struct JournalEntry {
  int64_t recorded_us = 0;
  std::string batch_id;
  std::vector<BatchRow> rows;  // those that were stored: new or corrected
};

std::string EncodeJournal(int64_t recorded_us, absl::string_view batch_id,
                          absl::Span<const BatchRow> rows);
// DATA_LOSS names table and key and says what is wrong. Never reads outside `bytes`.
absl::StatusOr<JournalEntry> DecodeJournal(int64_t recorded_us, absl::string_view bytes);

struct StoredReceipt {
  uint64_t digest = 0;
  Receipt receipt;  // `replayed` is not stored
};

std::string EncodeReceipt(const StoredReceipt& stored);
absl::StatusOr<StoredReceipt> DecodeReceipt(absl::string_view batch_id, absl::string_view bytes);

}  // namespace glutwatch::storage

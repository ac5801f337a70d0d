#include "server/storage/journal_codec.h"

#include <cstring>
#include <limits>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/storage/bytes.h"
#include "server/storage/column_codec.h"
#include "server/storage/crc32c.h"
#include "server/storage/quote_columns.h"

namespace glutwatch::storage {
namespace {

constexpr char kJournalMagic = 'J';
constexpr char kReceiptMagic = 'R';
constexpr uint8_t kVersion = 1;
constexpr size_t kCrcOffset = 2;
constexpr size_t kBodyOffset = 6;

void BeginValue(char magic, std::string* out) {
  out->push_back(magic);
  out->push_back(static_cast<char>(kVersion));
  PutLe32(0, out);  // the CRC, in EndValue
}
void EndValue(std::string* out) {
  const uint32_t crc = Crc32c(absl::string_view(*out).substr(kBodyOffset));
  std::memcpy(out->data() + kCrcOffset, &crc, sizeof(crc));
}

// What is wrong with the first six bytes; "" if nothing.
std::string CheckHeader(char want_magic, absl::string_view bytes, ByteReader* reader) {
  const char magic = static_cast<char>(reader->Byte());
  const uint8_t version = reader->Byte();
  const uint32_t crc = reader->Le32();
  if (!reader->ok() || magic != want_magic)
    return absl::StrCat("no '", std::string(1, want_magic), "' at its beginning");
  if (version != kVersion) return absl::StrCat("format version ", version, ", expected ", kVersion);
  if (Crc32c(bytes.substr(kBodyOffset)) != crc) return "checksum mismatch";
  return "";
}

absl::Status DamagedJournal(int64_t recorded_us, absl::string_view why) {
  return absl::DataLossError(absl::StrCat("table journal, commit ", recorded_us, ": ", why));
}
absl::Status DamagedReceipt(absl::string_view batch_id, absl::string_view why) {
  return absl::DataLossError(
      absl::StrCat("table receipts, batch \"", absl::CHexEscape(batch_id), "\": ", why));
}

void PutSeriesAndDays(absl::Span<const BatchRow> rows, std::vector<uint64_t>* column,
                      std::string* out) {
  int64_t previous = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto series = static_cast<int64_t>(rows[i].series);
    (*column)[i] = ZigZag(series - previous);
    previous = series;
  }
  PutColumn(*column, out);
  previous = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t day = DayNumber(rows[i].observation.day);
    (*column)[i] = ZigZag(day - previous);
    previous = day;
  }
  PutColumn(*column, out);
}

bool GetSeriesAndDays(ByteReader* reader, absl::Span<BatchRow> rows,
                      std::vector<uint64_t>* column) {
  if (!GetColumn(reader, absl::MakeSpan(*column))) return false;
  int64_t series = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    series = WrappingAdd(series, UnZigZag((*column)[i]));
    if (series < 1 || series > std::numeric_limits<uint32_t>::max()) return false;
    rows[i].series = SeriesId{static_cast<uint32_t>(series)};
  }
  if (!GetColumn(reader, absl::MakeSpan(*column))) return false;
  int64_t day = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    day = WrappingAdd(day, UnZigZag((*column)[i]));
    if (day < DayNumber(kMinDay) || day > DayNumber(kMaxDay)) return false;
    rows[i].observation.day = Day{static_cast<int32_t>(day)};
  }
  return true;
}

}  // namespace

std::string EncodeJournalKey(int64_t recorded_us) {
  std::string key;
  PutBe64(static_cast<uint64_t>(recorded_us), &key);
  return key;
}

absl::StatusOr<int64_t> DecodeJournalKey(absl::string_view bytes) {
  if (bytes.size() != 8) {
    return absl::DataLossError(
        absl::StrCat("table journal: a key of ", bytes.size(), " bytes, expected 8"));
  }
  return static_cast<int64_t>(GetBe64(bytes.data()));
}

std::string EncodeJournal(int64_t recorded_us, absl::string_view batch_id,
                          absl::Span<const BatchRow> rows) {
  std::string out;
  out.reserve(256 + rows.size() * 16);
  BeginValue(kJournalMagic, &out);
  PutLe64(static_cast<uint64_t>(recorded_us), &out);
  PutVarint(batch_id.size(), &out);
  out.append(batch_id.data(), batch_id.size());
  PutVarint(rows.size(), &out);
  if (!rows.empty()) {
    std::vector<uint64_t> column(rows.size());
    PutSeriesAndDays(rows, &column, &out);
    PutQuoteColumns(rows, &column, &out);
  }
  EndValue(&out);
  return out;
}

absl::StatusOr<JournalEntry> DecodeJournal(int64_t recorded_us, absl::string_view bytes) {
  ByteReader reader(bytes);
  const std::string bad_header = CheckHeader(kJournalMagic, bytes, &reader);
  if (!bad_header.empty()) return DamagedJournal(recorded_us, bad_header);
  JournalEntry entry;
  entry.recorded_us = static_cast<int64_t>(reader.Le64());
  if (!reader.ok() || entry.recorded_us != recorded_us) {
    return DamagedJournal(recorded_us, absl::StrCat("holds commit ", entry.recorded_us));
  }
  entry.batch_id = std::string(reader.Bytes(reader.Varint()));
  const uint64_t count = reader.Varint();
  if (!reader.ok() || count > kMaxBatchRows) {
    return DamagedJournal(recorded_us,
                          absl::StrCat(count, " rows, expected at most ", kMaxBatchRows));
  }
  entry.rows.resize(count);
  std::vector<uint64_t> column(count);
  const absl::Span<BatchRow> rows = absl::MakeSpan(entry.rows);
  const bool good = count == 0 || (GetSeriesAndDays(&reader, rows, &column) &&
                                   GetQuoteColumns(&reader, rows, &column));
  if (!good || reader.remaining() != 0) {
    return DamagedJournal(recorded_us, "its columns do not decode");
  }
  return entry;
}

std::string EncodeReceipt(const StoredReceipt& stored) {
  const Receipt& receipt = stored.receipt;
  std::string out;
  out.reserve(48 + receipt.duplicates.size() * 2 + receipt.note.size());
  BeginValue(kReceiptMagic, &out);
  PutLe64(static_cast<uint64_t>(receipt.recorded_us), &out);
  PutLe64(stored.digest, &out);
  PutVarint(static_cast<uint64_t>(receipt.added), &out);
  PutVarint(static_cast<uint64_t>(receipt.corrected), &out);
  PutVarint(receipt.duplicates.size(), &out);
  uint64_t previous = 0;
  for (const uint32_t index : receipt.duplicates) {
    PutVarint(index - previous, &out);
    previous = index;
  }
  PutVarint(receipt.note.size(), &out);
  out.append(receipt.note);
  EndValue(&out);
  return out;
}

absl::StatusOr<StoredReceipt> DecodeReceipt(absl::string_view batch_id, absl::string_view bytes) {
  ByteReader reader(bytes);
  const std::string bad_header = CheckHeader(kReceiptMagic, bytes, &reader);
  if (!bad_header.empty()) return DamagedReceipt(batch_id, bad_header);
  StoredReceipt stored;
  Receipt& receipt = stored.receipt;
  receipt.recorded_us = static_cast<int64_t>(reader.Le64());
  stored.digest = reader.Le64();
  receipt.added = static_cast<int64_t>(reader.Varint());
  receipt.corrected = static_cast<int64_t>(reader.Varint());
  const uint64_t duplicates = reader.Varint();
  if (!reader.ok() || duplicates > kMaxBatchRows) {
    return DamagedReceipt(batch_id, absl::StrCat(duplicates, " duplicates"));
  }
  uint64_t index = 0;
  receipt.duplicates.reserve(duplicates);
  for (uint64_t i = 0; i < duplicates && reader.ok(); ++i) {
    index += reader.Varint();
    receipt.duplicates.push_back(static_cast<uint32_t>(index));
  }
  receipt.note = std::string(reader.Bytes(reader.Varint()));
  if (!reader.ok() || reader.remaining() != 0 || index > kMaxBatchRows) {
    return DamagedReceipt(batch_id, "its fields do not decode");
  }
  return stored;
}

}  // namespace glutwatch::storage

#include "server/storage/event_log.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/storage/bytes.h"
#include "server/storage/crc32c.h"

namespace glutwatch::storage {
namespace {

constexpr size_t kMaxLogIdBytes = 32;
constexpr uint8_t kEventVersion = 1;
constexpr size_t kEventHeaderBytes = 5;  // version, crc

std::string EventKey(const std::string& log_id, int64_t seq) {
  std::string key = log_id;
  key.push_back('\0');
  PutBe64(static_cast<uint64_t>(seq), &key);
  return key;
}

// The key after the last that the log can have.
std::string EndKey(const std::string& log_id) { return log_id + '\1'; }

absl::Status CheckLogId(const std::string& log_id) {
  const bool good = std::all_of(log_id.begin(), log_id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (good && !log_id.empty() && log_id.size() <= kMaxLogIdBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("log id \"", log_id, "\": expected 1 to ", kMaxLogIdBytes, " of [a-z0-9-]"));
}

absl::Status Damaged(const std::string& log_id, int64_t seq, absl::string_view why) {
  return absl::DataLossError(
      absl::StrCat("table event_log, log ", log_id, ", event ", seq, ": ", why));
}

absl::StatusOr<EventLog::Entry> DecodeEvent(const std::string& log_id, absl::string_view key,
                                            absl::string_view value) {
  if (key.size() != log_id.size() + 9) return Damaged(log_id, 0, "its key is not 8 bytes long");
  EventLog::Entry entry;
  entry.seq = static_cast<int64_t>(GetBe64(key.data() + log_id.size() + 1));
  ByteReader reader(value);
  const uint8_t version = reader.Byte();
  const uint32_t crc = reader.Le32();
  if (!reader.ok()) return Damaged(log_id, entry.seq, "shorter than its header");
  if (version != kEventVersion) {
    return Damaged(log_id, entry.seq, absl::StrCat("version ", version, ", expected 1"));
  }
  entry.payload = std::string(value.substr(kEventHeaderBytes));
  if (Crc32c(entry.payload) != crc) return Damaged(log_id, entry.seq, "checksum mismatch");
  return entry;
}

}  // namespace

struct EventLog::Position {
  std::atomic<int64_t> committed{0};
  int64_t appended = 0;  // by the one appender
};

EventLog::EventLog(Database* database, std::string log_id, std::shared_ptr<Position> position)
    : database_(database), log_id_(std::move(log_id)), position_(std::move(position)) {}

absl::StatusOr<EventLog> EventLog::Open(Database* database, std::string log_id) {
  GLUTWATCH_RETURN_IF_ERROR(CheckLogId(log_id));
  auto position = std::make_shared<Position>();
  absl::Status found;
  GLUTWATCH_RETURN_IF_ERROR(
      database->ScanBackward(Table::kEventLog, EventKey(log_id, 0), EndKey(log_id),
                             [&](absl::string_view key, absl::string_view value) {
                               absl::StatusOr<Entry> entry = DecodeEvent(log_id, key, value);
                               if (entry.ok()) position->committed = entry->seq;
                               found = entry.status();
                               return false;
                             }));
  GLUTWATCH_RETURN_IF_ERROR(found);
  position->appended = position->committed;
  return EventLog(database, std::move(log_id), std::move(position));
}

int64_t EventLog::last_seq() const { return position_->committed.load(std::memory_order_acquire); }

int64_t EventLog::Append(absl::string_view payload, WriteSet* set) {
  const int64_t seq = ++position_->appended;
  std::string value;
  value.reserve(kEventHeaderBytes + payload.size());
  value.push_back(static_cast<char>(kEventVersion));
  PutLe32(Crc32c(payload), &value);
  value.append(payload.data(), payload.size());
  set->Put(Table::kEventLog, EventKey(log_id_, seq), value);
  return seq;
}

void EventLog::Committed() {
  position_->committed.store(position_->appended, std::memory_order_release);
}

void EventLog::Aborted() { position_->appended = position_->committed; }

absl::StatusOr<std::vector<EventLog::Entry>> EventLog::ReadAfter(int64_t after, int limit) const {
  std::vector<Entry> entries;
  const int64_t last = last_seq();
  if (limit <= 0 || after >= last) return entries;
  const int64_t from = std::max<int64_t>(after, 0) + 1;
  absl::Status status;
  GLUTWATCH_RETURN_IF_ERROR(
      database_->Scan(Table::kEventLog, EventKey(log_id_, from), EventKey(log_id_, last + 1),
                      [&](absl::string_view key, absl::string_view value) {
                        absl::StatusOr<Entry> entry = DecodeEvent(log_id_, key, value);
                        status = entry.status();
                        if (!status.ok()) return false;
                        entries.push_back(*std::move(entry));
                        return entries.size() < static_cast<size_t>(limit);
                      }));
  GLUTWATCH_RETURN_IF_ERROR(status);
  return entries;
}

}  // namespace glutwatch::storage

// Logs in RocksDB's format that the input describes: whole ones are clean, cut ones are torn or end
// between two records, and a changed byte is never taken for a whole log with the same records.
//
// Input: two bytes of where to cut or change, one of how, then records: a length of two bytes and a
// byte that fills them.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "server/storage/bytes.h"
#include "server/storage/crc32c.h"
#include "server/storage/log_verifier.h"

using namespace glutwatch::storage;  // NOLINT(google-build-using-namespace): a fuzz target

namespace {

constexpr size_t kBlock = 32768;
constexpr size_t kHeader = 7;
constexpr uint64_t kLogNumber = 5;
constexpr size_t kMaxLogBytes = size_t{256} << 10;

enum RecordType : uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

void AddPhysical(uint8_t type, absl::string_view payload, std::string* log) {
  std::string checked(1, static_cast<char>(type));
  checked.append(payload.data(), payload.size());
  PutLe32(MaskCrc(Crc32c(checked)), log);
  log->push_back(static_cast<char>(payload.size() & 0xff));
  log->push_back(static_cast<char>(payload.size() >> 8));
  log->append(checked);
}

// As RocksDB writes it: in parts that end at the ends of blocks.
void AddRecord(absl::string_view payload, std::string* log) {
  bool first = true;
  do {
    const size_t left = kBlock - log->size() % kBlock;
    if (left < kHeader) {
      log->append(left, '\0');
      continue;
    }
    const size_t part = std::min(payload.size(), left - kHeader);
    const bool last = part == payload.size();
    const uint8_t type = first ? (last ? kFull : kFirst) : (last ? kLast : kMiddle);
    AddPhysical(type, payload.substr(0, part), log);
    payload.remove_prefix(part);
    first = false;
    if (last) return;
  } while (true);
}

struct Log {
  std::string bytes;
  int64_t records = 0;
};

Log MakeLog(const uint8_t* data, size_t size) {
  Log log;
  for (size_t at = 0; at + 3 <= size && log.bytes.size() < kMaxLogBytes; at += 3) {
    // Never a zero: a record that ends in zeros may look as if it had not been written.
    const char fill = static_cast<char>(data[at + 2] | 1);
    AddRecord(std::string(size_t{data[at]} << 8 | data[at + 1], fill), &log.bytes);
    ++log.records;
  }
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const Log log = MakeLog(data + 3, size - 3);
  const LogCheck whole = CheckLog(log.bytes, kLogNumber);
  if (whole.state != LogCheck::State::kClean || whole.records != log.records) std::abort();
  if (log.bytes.empty()) return 0;
  const size_t at = (size_t{data[0]} << 8 | data[1]) * log.bytes.size() / 65536;
  const LogCheck cut = CheckLog(absl::string_view(log.bytes).substr(0, at), kLogNumber);
  if (cut.state == LogCheck::State::kDamaged || cut.records > log.records) std::abort();
  if (cut.offset > static_cast<int64_t>(at)) std::abort();
  std::string changed = log.bytes;
  changed[at] = static_cast<char>(changed[at] ^ (data[2] == 0 ? 1 : data[2]));
  const LogCheck check = CheckLog(changed, kLogNumber);
  const bool in_trailer = kBlock - at % kBlock < kHeader && log.bytes[at] == '\0';
  if (!in_trailer && check.state == LogCheck::State::kClean && check.records == log.records) {
    std::abort();
  }
  return 0;
}

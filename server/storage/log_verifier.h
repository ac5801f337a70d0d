#pragma once
#include <cstdint>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch::storage {

// What a walk over one log file in RocksDB's record format found. The format (write-ahead logs and
// MANIFEST): blocks of 32 KiB; in them records of masked CRC-32C, length, type and payload, a
// logical record being one FULL or a FIRST, any MIDDLE and a LAST; the recyclable types carry the
// log's number as well.
struct LogCheck {
  enum class State : uint8_t {
    kClean,
    kTorn,     // the last record was cut while it was written: nothing valid follows
    kDamaged,  // bytes in the middle are not what was written
  };
  State state = State::kClean;
  int64_t offset = 0;   // of the first bad byte's record; the file's size if clean
  std::string what;     // "checksum mismatch in a record of 812 bytes"; empty if clean
  int64_t records = 0;  // whole records before `offset`
};

// Walks `bytes`, the whole content of a log with the number `log_number`.
//
// A bad record counts as torn only if the tear shows: the file ends inside it, or part of it was
// never written and reads as zeros. A complete last record with a flipped bit is damage, since it
// may have been acknowledged.
LogCheck CheckLog(absl::string_view bytes, uint64_t log_number);

// How the folder was left.
enum class LeftBehind : uint8_t {
  kOpen,    // by a crash or a power cut: the last record may be torn
  kClosed,  // in order: every log ends with a whole record
};

// The number of the MANIFEST that `folder`'s CURRENT names. NOT_FOUND if there is no CURRENT;
// DATA_LOSS if it names none.
absl::StatusOr<uint64_t> CurrentManifest(const std::string& folder);

// Checks the MANIFEST that CURRENT names, and every write-ahead log in `folder`.
//
// DATA_LOSS names file and byte offset: damage anywhere, or a torn record in any log but the
// newest that has records, or in that one too if the folder was closed. With `only` other logs than
// those numbers are not looked at. OK for an empty folder. NOT a substitute for the CRCs of the
// tables themselves, which are checked when they are read.
absl::Status CheckLogs(const std::string& folder, LeftBehind left = LeftBehind::kOpen,
                       const std::set<uint64_t>* only = nullptr);

}  // namespace glutwatch::storage

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"

namespace glutwatch::storage {

// What a folder's LEDGER says: which logs and which MANIFEST the folder has to have.
//
// RocksDB takes a folder without its last log, or with an old MANIFEST copied back, for a whole
// one and serves fewer rows. It cannot tell a log that was cut after the store was closed from one
// that a power cut tore, either. So we note what must be there; docs/format/database.md.
struct FileLedger {
  struct Log {
    uint64_t number = 0;
    uint64_t bytes = 0;  // 0 unless `closed`
    bool operator==(const Log&) const = default;
  };
  uint64_t generation = 0;      // grows with every note
  bool closed = false;          // nothing was written since: sizes are known, no log may be torn
  uint64_t manifest = 0;        // 0: not known yet
  uint64_t manifest_bytes = 0;  // 0 unless `closed`
  std::vector<Log> logs;        // ascending; of more than kMaxLedgerLogs the newest
  bool operator==(const FileLedger&) const = default;
};
inline constexpr size_t kMaxLedgerLogs = 150;
inline constexpr size_t kLedgerSlotBytes = 4096;

// Exactly kLedgerSlotBytes.
std::string EncodeLedger(const FileLedger& ledger);
// nullopt if the slot is not whole.
std::optional<FileLedger> DecodeLedger(absl::string_view slot);

// The newest whole slot of `folder`'s LEDGER; nullopt if there is no file, or an empty one that was
// being made. DATA_LOSS if no slot is whole.
absl::StatusOr<std::optional<FileLedger>> ReadLedger(const std::string& folder);

// Whether `folder` has what `ledger` says. DATA_LOSS names the file that is missing, older or of
// another length. A ledger that knows only an older MANIFEST than CURRENT names is not judged:
// a program that keeps none has had the folder since.
absl::Status CheckLedger(const std::string& folder, const FileLedger& ledger);

// Keeps the LEDGER of a folder that is open. Thread-safe.
//
// Every note is on disk when the call returns, in one of two slots by turns, so that a torn note
// leaves the one before it; it takes no space that was not taken before. An error is that of an
// fsync or a write: the caller stops for good.
class LedgerKeeper {
 public:
  explicit LedgerKeeper(std::string folder) : folder_(std::move(folder)) {}
  LedgerKeeper(const LedgerKeeper&) = delete;
  LedgerKeeper& operator=(const LedgerKeeper&) = delete;
  ~LedgerKeeper();

  // Notes what the folder has and that it is open. Before anything is written to it.
  absl::Status Begin();
  // The log was made, and nothing is in it yet. Syncs the folder first.
  absl::Status LogMade(uint64_t number);
  // The log is going to be deleted.
  absl::Status LogGoes(uint64_t number);
  // CURRENT was replaced. Syncs the folder first.
  absl::Status CurrentReplaced();
  // Everything is synced and nothing will be written any more.
  absl::Status Closed();

 private:
  absl::Status Note() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status SyncFolder() const;

  const std::string folder_;
  Mutex mu_;
  int fd_ ABSL_GUARDED_BY(mu_) = -1;
  FileLedger ledger_ ABSL_GUARDED_BY(mu_);
};

}  // namespace glutwatch::storage

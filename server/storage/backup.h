#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/storage/database.h"
#include "server/storage/digest.h"

// Backups of a database in a folder of their own; docs/format/backup.md.
//
// Thread-safe, and safe between processes: a folder has one writer at a time, and what is being
// read is not removed. A process that dies at any instant, a full disk and a failed fsync leave
// every earlier backup as it was.
namespace glutwatch::storage {

struct Backup {
  int64_t id = 0;                  // from 1, ascending within its folder
  int64_t created_us = 0;          // when it was begun
  uint64_t store_epoch = 0;        // of the store that it is of
  int store_format = 0;            // DataFolder's
  int64_t newest_recorded_us = 0;  // it holds every commit up to this one and none after it
  int64_t bytes = 0;               // of its files, which it shares with other backups where it can
  int64_t files = 0;
  // Of its content, raw; empty if it was not verified when it was made.
  std::string whole;    // StoreDigest::whole
  std::string history;  // StoreDigest::history
  // "" if it looks right at a glance; otherwise what is wrong with it: place and what was expected.
  // Only VerifyBackup reads the files themselves.
  std::string problem;

  bool good() const { return problem.empty(); }
};

// The newest backup that looks right.
inline constexpr int64_t kNewestBackup = 0;

struct CreateBackupOptions {
  int64_t now_us = 0;            // microseconds since 1970 UTC
  int64_t bytes_per_second = 0;  // of copying; 0 for as fast as the disk goes
  // Read it back and digest it before it counts. Costs a pass over the whole backup.
  bool verify = true;
  // It ends rather than leave less than this free on the disk of the backups.
  int64_t reserve_bytes = 0;
  // Told how much has been copied, about every MiB; false ends the backup. Must not block.
  std::function<bool(int64_t bytes_copied)> progress = nullptr;
};

// Makes a backup of `database` in `folder`, which is made if its parent exists, while others read
// and write. It holds what was committed at one instant soon after the call, the write-ahead log
// included: nothing is flushed for it, and no writer waits for it. Table files that an earlier
// backup in `folder` has are not copied again. What an interrupted backup left is removed.
//
// RocksDB deletes no file of the store meanwhile: what it compacts takes room twice until the end.
//
// Errors: FAILED_PRECONDITION (`folder` holds something else, is of a newer format, lies in the
// store's folder or around it, or another process writes to it); RESOURCE_EXHAUSTED "DISK_FULL:";
// ABORTED (`progress` said so); UNAVAILABLE (the store takes no writes just now, or a failed fsync
// of the backups' disk); DATA_LOSS names the file or key that was damaged already.
absl::StatusOr<Backup> CreateBackup(Database* database, const std::string& folder,
                                    const CreateBackupOptions& options);

// Every backup in `folder`, oldest first, those with a problem included. NOT_FOUND if `folder` is
// not there or holds no backups; FAILED_PRECONDITION if its format is newer.
absl::StatusOr<std::vector<Backup>> ListBackups(const std::string& folder);

struct VerifiedBackup {
  Backup backup;
  StoreDigest digest;
};
// Reads every byte of backup `id`: file sizes and checksums, write-ahead logs, and every value that
// storage encodes; and compares its digest with that of its creation, if there is one. `stop` is
// asked now and then; true ends with ABORTED.
//
// Changes nothing, not even on the disk of the backups. Errors: NOT_FOUND; DATA_LOSS names the
// file, or table and key; FAILED_PRECONDITION as above.
absl::StatusOr<VerifiedBackup> VerifyBackup(const std::string& folder, int64_t id,
                                            const std::function<bool()>& stop);

struct RestoreOptions {
  int64_t bytes_per_second = 0;  // of copying; 0 for as fast as the disk goes
};
struct RestoredBackup {
  Backup backup;
  StoreDigest digest;  // of the restored store
  uint64_t epoch = 0;  // the restored store's own
};
// Makes the store of backup `id` anew at `to`, which must not exist or be empty.
//
// Works in `to`.restoring and renames at the end: `to` is whole or it is not there. What an
// interrupted restore left is removed by the next one to the same place. The copy is verified as
// VerifyBackup does and gets an epoch of its own, so that cursors of the original are refused.
//
// Errors: as VerifyBackup; FAILED_PRECONDITION if there is something at `to`, another restore works
// on it, or the backup's format is newer than ours; RESOURCE_EXHAUSTED "DISK_FULL:", before
// anything is copied where it can be foreseen.
absl::StatusOr<RestoredBackup> RestoreBackup(const std::string& folder, int64_t id,
                                             const std::string& to, const RestoreOptions& options);

struct PrunePolicy {
  int keep_count = 0;                                  // the newest good ones; 0 for any number
  absl::Duration keep_age = absl::InfiniteDuration();  // none that is older
};
// Removes what `policy` does not keep, and what interrupted backups left. The newest good backup
// stays whatever the policy says, and one with a problem counts for nothing. Returns the ids,
// ascending; with `dry_run` only that.
//
// FAILED_PRECONDITION if somebody writes to the folder or reads from it.
absl::StatusOr<std::vector<int64_t>> PruneBackups(const std::string& folder,
                                                  const PrunePolicy& policy, int64_t now_us,
                                                  bool dry_run);

}  // namespace glutwatch::storage

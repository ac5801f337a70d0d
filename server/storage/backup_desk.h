#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "server/storage/backup.h"

namespace glutwatch::storage {

struct BackupSettings {
  std::string folder;
  absl::Duration interval = absl::ZeroDuration();  // zero: only on request
  PrunePolicy keep;                                // applied after every backup that succeeded
  int64_t bytes_per_second = 0;
  int64_t reserve_bytes = 0;
  bool verify = true;
};

// One piece of work on the backups of a running store.
struct BackupJob {
  enum class Kind : uint8_t { kCreate, kVerify };
  enum class State : uint8_t { kRunning, kSucceeded, kFailed };
  int64_t id = 0;  // from 1 since the server started
  Kind kind = Kind::kCreate;
  State state = State::kRunning;
  std::string request_id;  // "" for scheduled work
  std::string by;          // who asked; "schedule"
  int64_t begun_us = 0;
  int64_t ended_us = 0;         // 0 while it runs
  int64_t bytes_copied = 0;     // kCreate
  absl::Status error;           // if it failed
  int64_t backup_id = 0;        // kVerify: as asked
  Backup backup;                // once it has succeeded
  StoreDigest digest;           // kVerify, once it has succeeded
  std::vector<int64_t> pruned;  // kCreate: what the policy removed afterwards
  absl::Status prune_error;     // or why it could not; the backup counts all the same
};

// Makes and verifies backups of a running store, one at a time, on a thread of its own: when asked,
// and by its schedule. Thread-safe.
class BackupDesk {
 public:
  // `changed` is called on the worker when a job begins and when it ends. All outlive the desk.
  using Listener = std::function<void(const BackupJob& job)>;
  BackupDesk(Database* database, const Clock* clock, BackupSettings settings, Listener changed);
  // Stops the job that runs and waits for its end.
  ~BackupDesk();

  // Begins a job and returns it as it stands. A `request_id` that is known gets its job, whatever
  // became of it; an empty one is never known. `verify`: see CreateBackupOptions.
  //
  // FAILED_PRECONDITION "BACKUP_RUNNING: ..." while another job runs; ALREADY_EXISTS
  // "REQUEST_ID_REUSED: ..." for a known id of other work.
  absl::StatusOr<BackupJob> StartCreate(const std::string& request_id, const std::string& by,
                                        bool verify);
  absl::StatusOr<BackupJob> StartVerify(int64_t backup_id, const std::string& request_id,
                                        const std::string& by);
  // NOT_FOUND: it never was, or was forgotten: the newest kKeptJobs are kept.
  absl::StatusOr<BackupJob> Find(int64_t job_id) const;
  static constexpr size_t kKeptJobs = 64;

  // As the functions of backup.h, on the desk's folder. A folder that is not there yet holds none.
  absl::StatusOr<std::vector<Backup>> List() const;
  // FAILED_PRECONDITION also while a job runs.
  absl::StatusOr<std::vector<int64_t>> Prune(const PrunePolicy& policy, bool dry_run);

  // Begins the scheduled backup if it is due: `interval` after the newest good one was begun, or
  // kRetryInterval (or `interval`, if that is shorter) after a failure. Cheap; to be called often.
  void StartIfDue();
  static constexpr absl::Duration kRetryInterval = absl::Minutes(10);
  // Waits until no job runs. For tests.
  void WaitIdle() const;

  struct Stats {
    bool running = false;
    int64_t newest_good_us = 0;  // when it was begun; 0 if there is none
    int64_t newest_good_bytes = 0;
    int64_t succeeded = 0;     // backups made since the server started
    int64_t failed = 0;        // backups and verifications that failed since then
    bool last_failed = false;  // the last job
  };
  Stats stats() const;

 private:
  absl::StatusOr<BackupJob> Start(BackupJob job, bool verify);
  void Run(BackupJob job, bool verify);
  void Create(bool verify, BackupJob* job);
  void Verify(BackupJob* job);
  int64_t NowUs() const { return absl::ToUnixMicros(clock_->Now()); }
  bool Progress(int64_t job_id, int64_t bytes);

  Database* const database_;
  const Clock* const clock_;
  const BackupSettings settings_;
  const Listener changed_;
  mutable Mutex mu_;
  mutable CondVar idle_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  Stats stats_ ABSL_GUARDED_BY(mu_);
  int64_t due_us_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t last_id_ ABSL_GUARDED_BY(mu_) = 0;
  std::deque<BackupJob> jobs_ ABSL_GUARDED_BY(mu_);  // oldest first
  std::thread worker_ ABSL_GUARDED_BY(mu_);
};

}  // namespace glutwatch::storage

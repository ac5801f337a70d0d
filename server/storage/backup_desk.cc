#include "server/storage/backup_desk.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace glutwatch::storage {

BackupDesk::BackupDesk(Database* database, const Clock* clock, BackupSettings settings,
                       Listener changed)
    : database_(database),
      clock_(clock),
      settings_(std::move(settings)),
      changed_(std::move(changed)) {
  const absl::StatusOr<std::vector<Backup>> backups = List();
  if (!backups.ok()) return;  // due at once; the backup will say what is wrong
  MutexLock lock(&mu_);
  for (const Backup& backup : *backups) {
    if (!backup.good()) continue;
    stats_.newest_good_us = backup.created_us;
    stats_.newest_good_bytes = backup.bytes;
  }
  due_us_ = stats_.newest_good_us + absl::ToInt64Microseconds(settings_.interval);
}

BackupDesk::~BackupDesk() {
  std::thread worker;
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    worker = std::move(worker_);
  }
  if (worker.joinable()) worker.join();
}

absl::StatusOr<BackupJob> BackupDesk::StartCreate(const std::string& request_id,
                                                  const std::string& by, bool verify) {
  BackupJob job;
  job.kind = BackupJob::Kind::kCreate;
  job.request_id = request_id;
  job.by = by;
  return Start(std::move(job), verify);
}

absl::StatusOr<BackupJob> BackupDesk::StartVerify(int64_t backup_id, const std::string& request_id,
                                                  const std::string& by) {
  BackupJob job;
  job.kind = BackupJob::Kind::kVerify;
  job.request_id = request_id;
  job.by = by;
  job.backup_id = backup_id;
  return Start(std::move(job), false);
}

absl::StatusOr<BackupJob> BackupDesk::Start(BackupJob job, bool verify) {
  MutexLock lock(&mu_);
  for (const BackupJob& known : jobs_) {
    if (job.request_id.empty() || known.request_id != job.request_id) continue;
    if (known.kind == job.kind && known.backup_id == job.backup_id) return known;
    return absl::AlreadyExistsError(absl::StrCat("REQUEST_ID_REUSED: request_id \"", job.request_id,
                                                 "\" is that of job ", known.id,
                                                 ", which does other work"));
  }
  if (stopping_) return absl::UnavailableError("the server is stopping");
  if (stats_.running) {
    return absl::FailedPreconditionError(
        absl::StrCat("BACKUP_RUNNING: job ", last_id_, " works on the backups"));
  }
  if (worker_.joinable()) worker_.join();  // it has ended: nothing is running
  job.id = ++last_id_;
  job.begun_us = NowUs();
  stats_.running = true;
  jobs_.push_back(job);
  if (jobs_.size() > kKeptJobs) jobs_.pop_front();
  worker_ = std::thread([this, job, verify] { Run(job, verify); });
  return job;
}

bool BackupDesk::Progress(int64_t job_id, int64_t bytes) {
  MutexLock lock(&mu_);
  if (!jobs_.empty() && jobs_.back().id == job_id) jobs_.back().bytes_copied = bytes;
  return !stopping_;
}

void BackupDesk::Create(bool verify, BackupJob* job) {
  CreateBackupOptions options;
  options.now_us = job->begun_us;
  options.bytes_per_second = settings_.bytes_per_second;
  options.reserve_bytes = settings_.reserve_bytes;
  options.verify = verify;
  options.progress = [this, job](int64_t bytes) {
    job->bytes_copied = bytes;
    return Progress(job->id, bytes);
  };
  absl::StatusOr<Backup> backup = CreateBackup(database_, settings_.folder, options);
  job->error = backup.status();
  if (!backup.ok()) return;
  job->backup = *std::move(backup);
  const bool keeps_all =
      settings_.keep.keep_count == 0 && settings_.keep.keep_age == absl::InfiniteDuration();
  if (keeps_all) return;
  auto pruned = PruneBackups(settings_.folder, settings_.keep, NowUs(), /*dry_run=*/false);
  job->prune_error = pruned.status();
  if (pruned.ok()) job->pruned = *std::move(pruned);
}

void BackupDesk::Verify(BackupJob* job) {
  const auto stop = [this, job] { return !Progress(job->id, 0); };
  absl::StatusOr<VerifiedBackup> verified = VerifyBackup(settings_.folder, job->backup_id, stop);
  job->error = verified.status();
  if (!verified.ok()) return;
  job->backup = std::move(verified->backup);
  job->digest = std::move(verified->digest);
}

void BackupDesk::Run(BackupJob job, bool verify) {
  changed_(job);
  const bool create = job.kind == BackupJob::Kind::kCreate;
  if (create) {
    Create(verify, &job);
  } else {
    Verify(&job);
  }
  job.state = job.error.ok() ? BackupJob::State::kSucceeded : BackupJob::State::kFailed;
  job.ended_us = NowUs();
  changed_(job);
  MutexLock lock(&mu_);
  jobs_.back() = job;  // the newest: no other begins while it runs
  stats_.running = false;
  stats_.last_failed = !job.error.ok();
  stats_.failed += job.error.ok() ? 0 : 1;
  if (create) {
    const absl::Duration wait =
        job.error.ok() ? settings_.interval : std::min(settings_.interval, kRetryInterval);
    due_us_ = (job.error.ok() ? job.begun_us : job.ended_us) + absl::ToInt64Microseconds(wait);
  }
  if (create && job.error.ok()) {
    ++stats_.succeeded;
    stats_.newest_good_us = job.backup.created_us;
    stats_.newest_good_bytes = job.backup.bytes;
  }
  idle_.SignalAll();
}

absl::StatusOr<BackupJob> BackupDesk::Find(int64_t job_id) const {
  MutexLock lock(&mu_);
  for (const BackupJob& job : jobs_) {
    if (job.id == job_id) return job;
  }
  return absl::NotFoundError(absl::StrCat("no job ", job_id));
}

absl::StatusOr<std::vector<Backup>> BackupDesk::List() const {
  absl::StatusOr<std::vector<Backup>> backups = ListBackups(settings_.folder);
  if (absl::IsNotFound(backups.status())) return std::vector<Backup>();
  return backups;
}

absl::StatusOr<std::vector<int64_t>> BackupDesk::Prune(const PrunePolicy& policy, bool dry_run) {
  return PruneBackups(settings_.folder, policy, NowUs(), dry_run);
}

void BackupDesk::StartIfDue() {
  if (settings_.interval <= absl::ZeroDuration()) return;
  const int64_t now_us = NowUs();
  {
    MutexLock lock(&mu_);
    if (stats_.running || stopping_) return;
    // Not for ever, after the clock was set back.
    due_us_ = std::min(due_us_, now_us + absl::ToInt64Microseconds(settings_.interval));
    if (now_us < due_us_) return;
  }
  StartCreate("", "schedule", settings_.verify).IgnoreError();  // somebody was faster
}

void BackupDesk::WaitIdle() const {
  MutexLock lock(&mu_);
  while (stats_.running) idle_.Wait(&mu_);
}

BackupDesk::Stats BackupDesk::stats() const {
  MutexLock lock(&mu_);
  return stats_;
}

}  // namespace glutwatch::storage

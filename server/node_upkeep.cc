#include "server/node_upkeep.h"

#include <spdlog/spdlog.h>

#include "absl/strings/str_join.h"
#include "server/rpc/log.h"
#include "server/storage/digest.h"

namespace glutwatch {
namespace {

using storage::BackupJob;

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

storage::BackupSettings ToSettings(const config::v1::ServerConfig& config) {
  const config::v1::BackupConfig& from = config.backup();
  storage::BackupSettings settings;
  settings.folder = from.dir();
  settings.interval = ToDuration(from.interval());
  settings.keep.keep_count = from.keep_count();
  if (from.keep_days() > 0) settings.keep.keep_age = absl::Hours(24 * from.keep_days());
  settings.bytes_per_second = int64_t{from.mib_per_second()} << 20;
  // On one disk with the store, a backup must end before the store has to refuse writes.
  settings.reserve_bytes = (int64_t{2} * config.disk_reserve_mib()) << 20;
  settings.verify = from.verify();
  return settings;
}

void LogJob(const BackupJob& job) {
  const char* kind = job.kind == BackupJob::Kind::kCreate ? "create" : "verify";
  const double seconds = static_cast<double>(job.ended_us - job.begun_us) / 1e6;
  switch (job.state) {
    case BackupJob::State::kRunning:
      spdlog::info("backup job begun job={} kind={} by={}", job.id, kind, rpc::LogText(job.by));
      return;
    case BackupJob::State::kFailed:
      spdlog::error("backup job failed job={} kind={} seconds={:.1f} error={}", job.id, kind,
                    seconds, rpc::LogText(job.error.ToString()));
      return;
    case BackupJob::State::kSucceeded:
      spdlog::info(
          "backup job done job={} kind={} seconds={:.1f} backup={} bytes={} newest_recorded_us={} "
          "digest={} pruned=[{}]",
          job.id, kind, seconds, job.backup.id, job.backup.bytes, job.backup.newest_recorded_us,
          storage::DigestText(job.backup.whole), absl::StrJoin(job.pruned, ","));
      if (!job.prune_error.ok()) {
        spdlog::error("backups not pruned error={}", rpc::LogText(job.prune_error.ToString()));
      }
      return;
  }
}

}  // namespace

NodeUpkeep::NodeUpkeep(const config::v1::ServerConfig& config, storage::Database* database,
                       const Clock* clock, std::function<int64_t()> newest_recorded_us)
    : clock_(clock), newest_recorded_us_(std::move(newest_recorded_us)) {
  if (!config.backup().dir().empty()) {
    backups_ = std::make_unique<storage::BackupDesk>(database, clock, ToSettings(config), LogJob);
  }
  const int receipt_days = config.retention().receipt_days();
  if (receipt_days > 0) {
    receipts_ = std::make_unique<storage::ReceiptPruner>(database, absl::Hours(24 * receipt_days));
  }
}

void NodeUpkeep::Tick() {
  if (backups_ != nullptr) backups_->StartIfDue();
  if (receipts_ == nullptr) return;
  const auto progress = receipts_->Step(clock_->Now(), newest_recorded_us_());
  if (!progress.ok()) {
    spdlog::error("receipts not dropped error={}", rpc::LogText(progress.status().ToString()));
    return;
  }
  receipts_dropped_ += progress->dropped;
  dropped_in_pass_ += progress->dropped;
  if (!progress->pass_ended) return;
  if (dropped_in_pass_ > 0) spdlog::info("old receipts dropped count={}", dropped_in_pass_);
  dropped_in_pass_ = 0;
}

NodeUpkeep::Stats NodeUpkeep::stats() const {
  Stats stats;
  stats.has_backups = backups_ != nullptr;
  if (backups_ != nullptr) stats.backups = backups_->stats();
  stats.receipts_dropped = receipts_dropped_;
  return stats;
}

}  // namespace glutwatch

#pragma once
#include <atomic>
#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "base/clock.h"
#include "glutwatch/config/v1/server.pb.h"
#include "server/storage/backup_desk.h"
#include "server/storage/database.h"
#include "server/storage/receipt_pruner.h"

namespace glutwatch {

// What a node does to its store beside serving: backups by schedule and on request, and dropping
// what need not be kept. Says in the log what it did.
class NodeUpkeep {
 public:
  // `newest_recorded_us` tells the store's newest commit. All outlive the upkeep.
  NodeUpkeep(const config::v1::ServerConfig& config, storage::Database* database,
             const Clock* clock, std::function<int64_t()> newest_recorded_us);

  // Does a little of what is due: some milliseconds at most. Once a second, from one thread.
  void Tick();

  // Null where no folder for backups is configured.
  storage::BackupDesk* backups() { return backups_.get(); }

  struct Stats {
    bool has_backups = false;
    storage::BackupDesk::Stats backups;
    int64_t receipts_dropped = 0;  // since the start
  };
  Stats stats() const;

 private:
  const Clock* const clock_;
  const std::function<int64_t()> newest_recorded_us_;
  std::unique_ptr<storage::BackupDesk> backups_;
  std::unique_ptr<storage::ReceiptPruner> receipts_;
  std::atomic<int64_t> receipts_dropped_{0};
  int64_t dropped_in_pass_ = 0;
};

}  // namespace glutwatch

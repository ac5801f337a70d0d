#pragma once
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/feed.h"
#include "bench/figures.h"

// What one part of the path can do alone: nothing that is made of these parts can be faster.
namespace glutwatch::bench {

// fdatasync of an append of 4 KiB and of 200 kB (a batch of 10,000 rows) to a file in `folder`, 500
// times each: limit_fdatasync_4k and limit_fdatasync_200k, p50_ms and p99_ms.
absl::Status MeasureFdatasync(const std::string& folder, Figures* figures);

// RocksDB alone, one thread, write-ahead log fsynced with every batch, in `folder`, which is
// emptied before and after:
//   limit_rocksdb_row_daily        one key a row, 1,000 rows a batch, `daily` by day
//   limit_rocksdb_packed_backfill  one delta-coded value per series and year, three a batch (about
//                                  1,000 rows), `backfill` by series
// Adds rows_per_s until the last batch and bytes_per_row of the tables after compaction.
absl::Status MeasureRocksDb(const std::string& folder, const FeedShape& daily,
                            const FeedShape& backfill, Figures* figures);

// Another process that serves PushObservations by adding up columns: it checks and keeps nothing.
// To be started before this process has used gRPC.
class SummingServer {
 public:
  static absl::StatusOr<SummingServer> Start();
  SummingServer(SummingServer&& other) noexcept;
  SummingServer& operator=(SummingServer&&) = delete;
  ~SummingServer();
  const std::string& address() const { return address_; }
  double cpu_seconds() const;

 private:
  SummingServer(int pid, std::string address) : pid_(pid), address_(std::move(address)) {}
  int pid_;
  std::string address_;
};

// gRPC alone: batches as store_bench sends them into a SummingServer, each acknowledged.
//   limit_grpc            `rows` of DAILY in batches of 10,000 over two streams: rows_per_s,
//                         bytes_per_row, client_cpu_s and server_cpu_s per 100 M rows
//   limit_grpc_one_batch  1,000 rows there and an answer back, 2,000 times: p50_ms, p99_ms
absl::Status MeasureGrpc(const SummingServer& server, int64_t rows, Figures* figures);

}  // namespace glutwatch::bench

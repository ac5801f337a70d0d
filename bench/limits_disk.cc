#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "bench/limits.h"

namespace glutwatch::bench {
namespace {

constexpr int kSyncs = 500;
constexpr size_t kSmallAppend = 4096;
constexpr size_t kBatchAppend = 200'000;
constexpr size_t kRowsPerWrite = 1000;
constexpr int kChunksPerWrite = 3;  // of a series and year: about 1,000 rows
constexpr int32_t kDaysPerChunk = 366;
constexpr size_t kKeyBytes = 16;

absl::Status Measure(const std::string& file, size_t bytes, const std::string& work,
                     Figures* figures) {
  const int fd = open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  const absl::Cleanup close_it = [&] {
    if (fd >= 0) close(fd);
    unlink(file.c_str());
  };
  const std::string data(bytes, 'x');
  std::vector<double> ms;
  for (int i = 0; i < kSyncs; ++i) {
    if (fd < 0 || write(fd, data.data(), bytes) != static_cast<ssize_t>(bytes)) {
      return absl::UnavailableError(absl::StrCat("cannot write ", file, ": ", strerror(errno)));
    }
    const absl::Time begin = absl::Now();
    if (fdatasync(fd) != 0) {
      return absl::UnavailableError(absl::StrCat("fdatasync of ", file, ": ", strerror(errno)));
    }
    ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
  }
  figures->Add(work, "p50_ms", Percentile(ms, 0.5));
  figures->Add(work, "p99_ms", Percentile(ms, 0.99));
  return absl::OkStatus();
}

absl::Status Ours(const rocksdb::Status& status) {
  return status.ok() ? absl::OkStatus() : absl::UnavailableError(status.ToString());
}

absl::StatusOr<std::unique_ptr<rocksdb::DB>> OpenDb(const std::string& folder) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.IncreaseParallelism(2);
  options.write_buffer_size = size_t{64} << 20;
  options.max_write_buffer_number = 4;
  options.compression = rocksdb::kLZ4Compression;
  options.bottommost_compression = rocksdb::kZSTD;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = size_t{16} << 10;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* db = nullptr;
  GLUTWATCH_RETURN_IF_ERROR(Ours(rocksdb::DB::Open(options, folder, &db)));
  return std::unique_ptr<rocksdb::DB>(db);
}

void PutBigEndian(uint32_t value, char* to) {
  for (int byte = 3; byte >= 0; --byte, value >>= 8) to[byte] = static_cast<char>(value);
}

std::string KeyOf(const FeedRow& row, int32_t place) {
  std::string key(kKeyBytes, '\0');
  PutBigEndian(row.market, key.data());
  PutBigEndian(row.product, key.data() + 4);
  PutBigEndian(static_cast<uint32_t>(place), key.data() + 12);
  return key;
}

// Collects writes and commits them, fsynced, when asked.
class Writer {
 public:
  explicit Writer(rocksdb::DB* db) : db_(db) { options_.sync = true; }
  void Put(const std::string& key, const std::string& value) {
    batch_.Put(key, value);
    ++puts_;
  }
  int puts() const { return puts_; }
  absl::Status Commit() {
    if (puts_ == 0) return absl::OkStatus();
    puts_ = 0;
    const rocksdb::Status status = db_->Write(options_, &batch_);
    batch_.Clear();
    return Ours(status);
  }

 private:
  rocksdb::DB* const db_;
  rocksdb::WriteOptions options_;
  rocksdb::WriteBatch batch_;
  int puts_ = 0;
};

absl::Status WriteRows(const std::vector<FeedRow>& rows, rocksdb::DB* db) {
  Writer writer(db);
  for (const FeedRow& row : rows) {
    const int32_t values[5] = {row.low_fen, row.average_fen, row.high_fen, row.arrivals_tenths, 0};
    writer.Put(KeyOf(row, row.day), {reinterpret_cast<const char*>(values), sizeof(values)});
    if (writer.puts() == static_cast<int>(kRowsPerWrite)) {
      GLUTWATCH_RETURN_IF_ERROR(writer.Commit());
    }
  }
  return writer.Commit();
}

void PutVarint(int32_t value, std::string* out) {
  uint32_t zigzag = (static_cast<uint32_t>(value) << 1) ^ static_cast<uint32_t>(value >> 31);
  for (; zigzag >= 128; zigzag >>= 7) out->push_back(static_cast<char>(zigzag | 128));
  out->push_back(static_cast<char>(zigzag));
}

void PutDelta(const FeedRow& row, const FeedRow& last, std::string* out) {
  PutVarint(row.day - last.day, out);
  PutVarint(row.average_fen - last.average_fen, out);
  PutVarint((row.average_fen - row.low_fen) - (last.average_fen - last.low_fen), out);
  PutVarint((row.high_fen - row.average_fen) - (last.high_fen - last.average_fen), out);
  PutVarint(row.arrivals_tenths - last.arrivals_tenths, out);
}

absl::Status WriteChunks(const std::vector<FeedRow>& rows, rocksdb::DB* db) {
  Writer writer(db);
  std::string chunk;
  FeedRow last;
  for (size_t i = 0; i < rows.size(); ++i) {
    const FeedRow& row = rows[i];
    PutDelta(row, last, &chunk);
    last = row;
    const bool ends = i + 1 == rows.size() || rows[i + 1].market != row.market ||
                      rows[i + 1].product != row.product ||
                      rows[i + 1].day / kDaysPerChunk != row.day / kDaysPerChunk;
    if (!ends) continue;
    writer.Put(KeyOf(row, row.day / kDaysPerChunk), chunk);
    chunk.clear();
    last = {};
    if (writer.puts() == kChunksPerWrite) GLUTWATCH_RETURN_IF_ERROR(writer.Commit());
  }
  return writer.Commit();
}

absl::Status Load(
    const std::string& folder, const std::string& work, const std::vector<FeedRow>& rows,
    const std::function<absl::Status(const std::vector<FeedRow>&, rocksdb::DB*)>& write,
    Figures* figures) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  const absl::Cleanup empty = [&] { std::filesystem::remove_all(folder, error); };
  GLUTWATCH_ASSIGN_OR_RETURN(const auto db, OpenDb(folder));
  const absl::Time begin = absl::Now();
  GLUTWATCH_RETURN_IF_ERROR(write(rows, db.get()));
  const auto count = static_cast<double>(rows.size());
  figures->Add(work, "rows_per_s", count / absl::ToDoubleSeconds(absl::Now() - begin));
  GLUTWATCH_RETURN_IF_ERROR(Ours(db->Flush({})));
  rocksdb::CompactRangeOptions compact;
  compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  GLUTWATCH_RETURN_IF_ERROR(Ours(db->CompactRange(compact, nullptr, nullptr)));
  uint64_t bytes = 0;
  db->GetIntProperty("rocksdb.total-sst-files-size", &bytes);
  figures->Add(work, "bytes_per_row", static_cast<double>(bytes) / count);
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureFdatasync(const std::string& folder, Figures* figures) {
  const std::string file = absl::StrCat(folder, "/fdatasync");
  GLUTWATCH_RETURN_IF_ERROR(Measure(file, kSmallAppend, "limit_fdatasync_4k", figures));
  return Measure(file, kBatchAppend, "limit_fdatasync_200k", figures);
}

absl::Status MeasureRocksDb(const std::string& folder, const FeedShape& daily,
                            const FeedShape& backfill, Figures* figures) {
  GLUTWATCH_RETURN_IF_ERROR(Load(folder, "limit_rocksdb_row_daily",
                                 MakeRows(daily, FeedOrder::kByDay), WriteRows, figures));
  return Load(folder, "limit_rocksdb_packed_backfill", MakeRows(backfill, FeedOrder::kBySeries),
              WriteChunks, figures);
}

}  // namespace glutwatch::bench

#include "server/storage/rocks_options.h"

#include <algorithm>

#include "rocksdb/cache.h"
#include "rocksdb/file_checksum.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/table.h"

namespace glutwatch::storage {
namespace {

constexpr int64_t kMinWriteBufferBytes = 64 << 10;
constexpr int kMaxOpenFiles = 1024;
constexpr uint64_t kMaxWalBytes = uint64_t{256} << 20;  // bounds how long a restart takes

rocksdb::ColumnFamilyOptions MakeTableOptions(Table table, size_t write_buffer_bytes,
                                              const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions cf;
  cf.write_buffer_size = write_buffer_bytes;
  cf.max_write_buffer_number = 3;
  cf.arena_block_size = std::min<size_t>(write_buffer_bytes / 8, size_t{256} << 10);
  cf.memtable_protection_bytes_per_key = 8;
  cf.paranoid_file_checks = true;
  cf.compression = rocksdb::kLZ4Compression;
  cf.bottommost_compression = rocksdb::kZSTD;
  cf.level_compaction_dynamic_level_bytes = true;
  if (table == Table::kJournal) {
    // Written once, read at restart, deleted by range: columns packed already.
    cf.compression = rocksdb::kNoCompression;
    cf.bottommost_compression = rocksdb::kNoCompression;
    cf.level0_file_num_compaction_trigger = 8;
  }
  if (table == Table::kChunks || table == Table::kTips) {
    // Folding writes ascending keys: each insert starts from where the last one ended.
    cf.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
    // Who asks for a chunk knows from the tip that there is one, and tips are only scanned: what
    // is not there is hardly ever asked for, and most keys are on the last level.
    cf.optimize_filters_for_hits = true;
  }
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = cache;
  blocks.block_size = 16 << 10;
  blocks.cache_index_and_filter_blocks = true;
  blocks.pin_l0_filter_and_index_blocks_in_cache = true;
  blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  blocks.format_version = 5;
  // A chunk is a kilobyte and more: few steps from a restart to it are worth more than short keys.
  if (table == Table::kChunks) blocks.block_restart_interval = 4;
  cf.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  return cf;
}

}  // namespace

const char* TableName(Table table) {
  switch (table) {
    case Table::kMeta:
      return rocksdb::kDefaultColumnFamilyName.c_str();  // RocksDB insists on having it
    case Table::kJournal:
      return "journal";
    case Table::kReceipts:
      return "receipts";
    case Table::kChunks:
      return "chunks";
    case Table::kTips:
      return "tips";
    case Table::kCatalog:
      return "catalog";
    case Table::kSeries:
      return "series";
    case Table::kWarnings:
      return "warnings";
    case Table::kEventLog:
      return "event_log";
    case Table::kReports:
      return "reports";
    case Table::kReportReceipts:
      return "report_receipts";
    case Table::kFacts:
      return "facts";
    case Table::kCommits:
      return "commits";
  }
  return "";
}

rocksdb::DBOptions MakeDbOptions(const DatabaseOptions& options, rocksdb::Env* env,
                                 rocksdb::WALRecoveryMode recovery) {
  rocksdb::DBOptions db;
  db.env = env;
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  db.paranoid_checks = true;
  db.wal_recovery_mode = recovery;
  db.recycle_log_file_num = 0;  // a torn end must not show the file's former content
  db.track_and_verify_wals_in_manifest = false;  // facebook/rocksdb#10892 in 7.8
  db.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  db.max_bgerror_resume_count = 0;  // we decide when to try again: Database::Write
  db.max_background_jobs = 2;
  db.max_open_files = kMaxOpenFiles;
  db.max_total_wal_size = kMaxWalBytes;
  db.db_write_buffer_size =
      static_cast<size_t>(std::max(options.write_buffer_bytes, kMinWriteBufferBytes));
  db.bytes_per_sync = 1 << 20;
  db.manifest_preallocation_size = 64 << 10;
  db.keep_log_file_num = 4;
  db.max_log_file_size = 4 << 20;
  db.info_log_level = rocksdb::WARN_LEVEL;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

std::vector<rocksdb::ColumnFamilyDescriptor> MakeColumnFamilies(const DatabaseOptions& options) {
  const auto cache =
      rocksdb::NewLRUCache(static_cast<size_t>(std::max<int64_t>(options.block_cache_bytes, 0)));
  const auto buffer =
      static_cast<size_t>(std::max(options.write_buffer_bytes, kMinWriteBufferBytes)) / 2;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (int i = 0; i < kTableCount; ++i) {
    const auto table = static_cast<Table>(i);
    families.emplace_back(TableName(table), MakeTableOptions(table, buffer, cache));
  }
  return families;
}

}  // namespace glutwatch::storage

#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// A store's data folder while no server holds it.
namespace glutwatch::bench {

// Folds all that is not folded yet, drops the journal and leaves nothing in write-ahead logs, as a
// server that runs on does sooner or later. To be called when everything is judged: what is folded
// cannot be replayed to assessment any more. The errors of Database::Open and PriceStore::Fold.
absl::Status FoldStore(const std::string& data_dir);

// Compacts every table whole, which is what the peers' sizes are measured after. The folder stays
// usable. UNAVAILABLE is what RocksDB said.
absl::Status CompactStore(const std::string& data_dir);

// Bytes of each table's files, by table ("chunks", "journal"); "meta" is called "default".
absl::StatusOr<std::map<std::string, int64_t>> TableBytes(const std::string& data_dir);

// Bytes that the folder takes on the disk, logs and everything.
int64_t DiskBytes(const std::string& data_dir);

}  // namespace glutwatch::bench

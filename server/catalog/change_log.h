#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/catalog/catalog.h"
#include "server/catalog/resources.h"
#include "server/storage/database.h"

namespace glutwatch::catalog {

// 'u', 'r', 'm' or 'p': begins the keys of a kind in kCatalog. On disk.
char KindOf(const Resource& resource);
const std::string& IdOf(const Resource& resource);
std::string ResourceKey(const Resource& resource);

// Every version of every resource, in the table kCatalog beside the newest ones
// (docs/format/catalog.md). Private to the room; reads are thread-safe, writes one at a time.
class ChangeLog {
 public:
  explicit ChangeLog(storage::Database* database) : database_(database) {}

  // Finds the end of the log. DATA_LOSS names the damaged key.
  absl::Status Load();
  int64_t newest_us() const { return newest_us_; }
  // Adds `change` to `set`; its sequence is given by the log. Call Written when `set` is.
  void Stage(const ResourceChange& change, storage::WriteSet* set);
  void Written(int64_t recorded_us) {
    newest_ += staged_;
    staged_ = 0;
    newest_us_ = recorded_us;
  }
  void Dropped() { staged_ = 0; }

  absl::StatusOr<std::vector<ResourceChange>> List(absl::string_view resource_key, int64_t before,
                                                   int limit) const;

 private:
  storage::Database* const database_;
  int64_t newest_ = 0;  // sequence numbers are dense from 1
  int64_t staged_ = 0;
  int64_t newest_us_ = 0;
};

}  // namespace glutwatch::catalog

#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "server/storage/database.h"

namespace glutwatch::storage {

// The names of sources, numbered in order of first use. Thread-safe; one thread interns.
class SourceNames {
 public:
  // Most sources that a store can tell apart.
  static constexpr size_t kMaxSources = 65535;

  absl::Status Load(const Database& database);
  // The number of `name`; a new one is added to `set`. RESOURCE_EXHAUSTED beyond kMaxSources.
  absl::StatusOr<uint16_t> Intern(absl::string_view name, WriteSet* set);
  // The set of the last Interns was written, or was not.
  void Keep();
  void TakeBack();
  // "" for a number that was never given.
  std::string Name(uint16_t source) const;

 private:
  mutable Mutex mu_;
  std::vector<std::string> names_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, uint16_t> numbers_ ABSL_GUARDED_BY(mu_);
  size_t kept_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace glutwatch::storage

#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/day.h"
#include "server/storage/commit_log.h"

namespace glutwatch::observe {

// What a source sent on one civil day, and what became of it. The server knows what it refused;
// what a feed worker set aside before sending is in the worker's quarantine file.
struct SourceDay {
  std::string source;
  Day day{};
  int64_t batches = 0;
  int64_t added = 0, corrected = 0, duplicate = 0, refused = 0;  // rows
  int64_t suspicious = 0;                                        // of the added and corrected ones
  int64_t reviews = 0;                // by persons, of rows of this source
  int64_t first_us = 0, last_us = 0;  // when the first and the last batch came
};

// Counts commits by source and by civil day of recording in `zone`. A batch counts once however
// often it was sent, because it has one record. Not thread-safe.
class SourceTally {
 public:
  explicit SourceTally(absl::TimeZone zone) : zone_(zone) {}
  void Add(const storage::CommitRecord& record);
  // In order of day, newest first, then of source.
  std::vector<SourceDay> Days() const;

 private:
  const absl::TimeZone zone_;
  std::map<std::pair<int32_t, std::string>, SourceDay> days_;  // by negated day, source
};

}  // namespace glutwatch::observe

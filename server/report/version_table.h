#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/report/report.h"
#include "server/report/report_codec.h"
#include "server/report/subject_index.h"
#include "server/storage/database.h"

namespace glutwatch::report {

// Reads table reports. Thread-safe. Every method: DATA_LOSS names table and key.
class VersionTable {
 public:
  using Entry = SubjectIndex::Entry;
  using Visit = std::function<bool(Report report)>;

  // `database` outlives the table.
  explicit VersionTable(const storage::Database* database) : database_(database) {}

  // Every subject, and the newest recorded_us (0 if the book is empty).
  absl::Status Load(SubjectIndex* index, int64_t* newest_us) const;

  // Every version of one day that was recorded by `as_of_us`, oldest first.
  absl::StatusOr<std::vector<Report>> Versions(const Entry& entry, Day day, int64_t as_of_us) const;
  // The newest version as of `as_of_us` of each day in [first, last], oldest day first, until
  // `visit` returns false.
  absl::Status VisitForward(const Entry& entry, Day first, Day last, int64_t as_of_us,
                            const Visit& visit) const;
  // The same from `last` down. One seek; then a step per version.
  absl::Status VisitBackward(const Entry& entry, Day last, int64_t as_of_us,
                             const Visit& visit) const;

 private:
  const storage::Database* const database_;
};

// A key or value of table reports that no encoder writes.
absl::Status DamagedReport(absl::string_view key, absl::string_view expected);

}  // namespace glutwatch::report

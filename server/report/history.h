#pragma once
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/report/report.h"
#include "server/report/subject_index.h"
#include "server/report/version_table.h"

namespace glutwatch::report {

// What is known while a submission is judged: what the book holds and, over it, what the
// submission has added so far. Not thread-safe.
class History {
 public:
  // Both outlive the history and do not change meanwhile.
  History(const VersionTable* table, const SubjectIndex* index) : table_(table), index_(index) {}

  // The newest version of up to `count` days not after `day`, newest day first.
  absl::StatusOr<std::vector<Report>> UpTo(const Subject& subject, Day day, size_t count) const;

  // Adds a version that is newer than everything; gives a new subject its number.
  void Add(Report report);
  // Of every subject that was added: the new ones, in order of their numbers.
  const std::vector<std::pair<SubjectId, Subject>>& new_subjects() const { return new_subjects_; }
  // What was added, by subject and day.
  const std::map<std::pair<SubjectId, Day>, Report>& added() const { return added_; }

 private:
  using Added = std::map<std::pair<SubjectId, Day>, Report>;
  std::optional<SubjectId> Find(const Subject& subject) const;

  const VersionTable* const table_;
  const SubjectIndex* const index_;
  SubjectIndex fresh_;
  std::vector<std::pair<SubjectId, Subject>> new_subjects_;
  Added added_;
};

}  // namespace glutwatch::report

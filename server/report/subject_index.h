#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "server/report/report.h"
#include "server/report/report_codec.h"

namespace glutwatch::report {

// Every subject that was ever reported, in memory. Not thread-safe.
//
// Subjects are never taken out, and their addresses never change: what a reader was given stays
// valid while others are added.
class SubjectIndex {
 public:
  struct Entry {
    const Subject* subject;
    SubjectId id;
  };

  size_t size() const { return by_subject_.size(); }
  // nullopt if it was never reported. O(log size).
  std::optional<SubjectId> Find(const Subject& subject) const;
  // Adds a new subject under `id`; false if it is there already.
  bool Add(SubjectId id, Subject subject);

  // Calls `visit(subject, id)` for the subjects not before `from`, in order, until it is false.
  template <typename Visit>
  void VisitFrom(const Subject& from, const Visit& visit) const {
    for (auto it = by_subject_.lower_bound(from); it != by_subject_.end(); ++it) {
      if (!visit(it->first, it->second)) return;
    }
  }
  // Those of a kind and product, in order of subjects; nullptr if there is none.
  const std::vector<Entry>* Of(Kind kind, absl::string_view product) const;

 private:
  std::map<Subject, SubjectId> by_subject_;
  absl::flat_hash_map<std::pair<Kind, std::string>, std::vector<Entry>> by_product_;
};

}  // namespace glutwatch::report

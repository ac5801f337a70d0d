#include "server/report/subject_index.h"

#include <algorithm>

namespace glutwatch::report {

std::optional<SubjectId> SubjectIndex::Find(const Subject& subject) const {
  const auto found = by_subject_.find(subject);
  if (found == by_subject_.end()) return std::nullopt;
  return found->second;
}

bool SubjectIndex::Add(SubjectId id, Subject subject) {
  const auto [place, added] = by_subject_.try_emplace(std::move(subject), id);
  if (!added) return false;
  std::vector<Entry>& others = by_product_[{place->first.kind, place->first.product}];
  const auto before = [](const Entry& a, const Subject& b) { return *a.subject < b; };
  others.insert(std::lower_bound(others.begin(), others.end(), place->first, before),
                Entry{&place->first, id});
  return true;
}

const std::vector<SubjectIndex::Entry>* SubjectIndex::Of(Kind kind,
                                                         absl::string_view product) const {
  const auto found = by_product_.find(std::pair(kind, std::string(product)));
  return found == by_product_.end() ? nullptr : &found->second;
}

}  // namespace glutwatch::report

#include "server/report/history.h"

#include <limits>

#include "base/status_macros.h"

namespace glutwatch::report {
namespace {

constexpr int64_t kEverything = std::numeric_limits<int64_t>::max();

}  // namespace

std::optional<SubjectId> History::Find(const Subject& subject) const {
  const std::optional<SubjectId> known = index_->Find(subject);
  return known ? known : fresh_.Find(subject);
}

absl::StatusOr<std::vector<Report>> History::UpTo(const Subject& subject, Day day,
                                                  size_t count) const {
  std::vector<Report> found;
  const std::optional<SubjectId> id = Find(subject);
  if (!id) return found;
  // Walks both down side by side; what was added hides what is stored of its day.
  auto added = added_.upper_bound({*id, day});
  const auto take_added_after = [&](std::optional<Day> stored) {
    while (found.size() < count && added != added_.begin()) {
      const auto& [place, report] = *std::prev(added);
      if (place.first != *id || (stored && place.second < *stored)) return;
      found.push_back(report);
      --added;
    }
  };
  if (!index_->Find(subject)) {
    take_added_after(std::nullopt);
    return found;
  }
  GLUTWATCH_RETURN_IF_ERROR(
      table_->VisitBackward({&subject, *id}, day, kEverything, [&](Report stored) {
        take_added_after(stored.day);
        if (found.size() == count) return false;
        if (found.empty() || found.back().day != stored.day) found.push_back(std::move(stored));
        return found.size() < count;
      }));
  take_added_after(std::nullopt);
  return found;
}

void History::Add(Report report) {
  std::optional<SubjectId> id = Find(report.subject);
  if (!id) {
    id = SubjectId{static_cast<uint32_t>(index_->size() + new_subjects_.size())};
    fresh_.Add(*id, report.subject);
    new_subjects_.emplace_back(*id, report.subject);
  }
  const std::pair place(*id, report.day);
  added_.insert_or_assign(place, std::move(report));
}

}  // namespace glutwatch::report

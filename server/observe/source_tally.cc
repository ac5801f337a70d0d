#include "server/observe/source_tally.h"

#include <algorithm>

namespace glutwatch::observe {

void SourceTally::Add(const storage::CommitRecord& record) {
  const Day day = ToDay(absl::ToCivilDay(absl::FromUnixMicros(record.recorded_us), zone_));
  SourceDay& tally = days_[{-DayNumber(day), record.source}];
  if (tally.batches == 0 && tally.reviews == 0) {
    tally.source = record.source;
    tally.day = day;
    tally.first_us = tally.last_us = record.recorded_us;
  }
  tally.first_us = std::min(tally.first_us, record.recorded_us);
  tally.last_us = std::max(tally.last_us, record.recorded_us);
  if (record.kind == storage::CommitKind::kReview) {
    ++tally.reviews;
    return;
  }
  ++tally.batches;
  tally.added += record.added;
  tally.corrected += record.corrected;
  tally.duplicate += record.duplicate;
  tally.refused += record.refused;
  tally.suspicious += record.suspicious;
}

std::vector<SourceDay> SourceTally::Days() const {
  std::vector<SourceDay> days;
  days.reserve(days_.size());
  for (const auto& [key, day] : days_) days.push_back(day);
  return days;
}

}  // namespace glutwatch::observe

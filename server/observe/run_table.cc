#include "server/observe/run_table.h"

#include <algorithm>
#include <cstddef>

namespace glutwatch::observe {

void RunTable::Lend(absl::Span<SessionSeries> series) const {
  MutexLock lock(&mu_);
  for (SessionSeries& one : series) {
    const auto number = static_cast<size_t>(one.id);
    if (one.problem != 0 || number >= runs_.size()) continue;
    one.run = runs_[number];
    one.run.lent = one.run.known;
  }
}

void RunTable::Take(absl::Span<const SessionSeries> series) {
  size_t size = 0;
  for (const SessionSeries& one : series) {
    if (one.problem == 0) size = std::max(size, static_cast<size_t>(one.id) + 1);
  }
  MutexLock lock(&mu_);
  if (runs_.size() < size) runs_.resize(size);
  for (const SessionSeries& one : series) {
    if (one.problem != 0 || !one.run.known || one.run.lent) continue;  // nothing new
    runs_[static_cast<size_t>(one.id)] = one.run;
  }
}

}  // namespace glutwatch::observe

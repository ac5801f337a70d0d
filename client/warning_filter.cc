#include "client/warning_filter.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace glutwatch::client {

namespace v1 = ::glutwatch::v1;

bool FrameFilter::IsNewEvent(const v1::WarningEvent& event) {
  const absl::string_view id = event.event_id();
  const size_t slash = id.rfind('/');
  int64_t number = 0;
  // An id of another shape cannot be compared: better twice than not at all.
  if (slash != absl::string_view::npos && absl::SimpleAtoi(id.substr(slash + 1), &number)) {
    int64_t& newest = newest_event_[std::string(id.substr(0, slash))];
    if (number <= newest) return false;
    newest = number;
  }
  int64_t& generation = generations_[event.warning().name()];
  generation = std::max(generation, event.warning().generation());
  return true;
}

bool FrameFilter::IsNewState(const v1::Warning& warning) {
  const auto [it, added] = generations_.try_emplace(warning.name(), warning.generation());
  if (!added && warning.generation() <= it->second) return false;
  it->second = warning.generation();
  return true;
}

bool FrameFilter::IsNew(const v1::WatchWarningsResponse& frame) {
  switch (frame.frame_case()) {
    case v1::WatchWarningsResponse::kSnapshot:
      in_snapshot_ = true;
      return IsNewState(frame.snapshot().warning());
    case v1::WatchWarningsResponse::kSnapshotEnd:
      return std::exchange(in_snapshot_, false);
    case v1::WatchWarningsResponse::kEvent:
      return IsNewEvent(frame.event());
    case v1::WatchWarningsResponse::kGap:
      // A restored store may count from an earlier number: what was seen says nothing about it.
      if (frame.gap().reason() == v1::WatchWarningsResponse::Gap::REASON_EPOCH_CHANGED) {
        generations_.clear();
        newest_event_.clear();
      }
      in_snapshot_ = true;
      return true;
    default:
      return true;
  }
}

}  // namespace glutwatch::client

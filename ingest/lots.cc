#include "ingest/lots.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace glutwatch::ingest {
namespace {

// Everything that makes two observations of one series and day differ.
uint64_t HashOf(const FeedRow& row) {
  uint64_t hash = 0xCBF29CE484222325U;
  const auto add = [&](uint64_t value) {
    hash = (hash ^ value) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 29;
  };
  add(static_cast<uint64_t>(row.status));
  for (const auto& number : {row.low_e4, row.modal_e4, row.high_e4, row.arrivals_e4}) {
    add(number.has_value() ? 1 : 0);
    add(static_cast<uint64_t>(number.value_or(0)));
  }
  return hash;
}

}  // namespace

absl::StatusOr<LotDecision> LotTracker::Place(int32_t series, const FeedRow& row) {
  const Key key(series, DayNumber(row.day));
  const uint64_t hash = HashOf(row);
  const auto [found, fresh] = first_.try_emplace(key, hash);
  if (fresh) {
    if (first_.size() > max_keys_) {
      return absl::ResourceExhaustedError(
          absl::StrCat("line ", row.line, ": the document has more than ", max_keys_,
                       " different series and days, expected fewer: split it"));
    }
    return LotDecision{};
  }
  if (found->second == hash) return LotDecision{.duplicate = true};
  std::vector<uint64_t>& later = later_[key];
  if (std::find(later.begin(), later.end(), hash) != later.end()) {
    return LotDecision{.duplicate = true};
  }
  if (later.size() + 1 >= static_cast<size_t>(kMaxLots)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("line ", row.line, ": the same series and day is there more than ", kMaxLots,
                     " times with different prices, expected at most ", kMaxLots));
  }
  later.push_back(hash);
  return LotDecision{.lot = static_cast<int32_t>(later.size())};
}

}  // namespace glutwatch::ingest

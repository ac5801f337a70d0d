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

absl::StatusOr<LotDecision> LotTracker::Place(int32_t series, int32_t name, const FeedRow& row) {
  const Key key(series, DayNumber(row.day));
  const uint64_t hash = HashOf(row);
  const auto [found, fresh] = first_.try_emplace(key, Placed{hash, name, 0});
  if (fresh) {
    if (first_.size() > max_keys_) {
      return absl::ResourceExhaustedError(
          absl::StrCat("line ", row.line, ": the document has more than ", max_keys_,
                       " different series and days, expected fewer: split it"));
    }
    return LotDecision{};
  }
  int32_t lots = 1;
  int32_t lot = -1;  // of an equal row
  const auto equals = [&](const Placed& placed) {
    lots = std::max(lots, placed.lot + 1);
    if (placed.hash == hash) lot = placed.lot;
    return placed.hash == hash && placed.name == name;
  };
  if (equals(found->second)) return LotDecision{.duplicate = true};
  std::vector<Placed>& later = later_[key];
  if (std::any_of(later.begin(), later.end(), equals)) return LotDecision{.duplicate = true};
  if (lot < 0) lot = lots;
  if (lot >= kMaxLots) {
    return absl::ResourceExhaustedError(
        absl::StrCat("line ", row.line, ": the same series and day is there more than ", kMaxLots,
                     " times with different prices, expected at most ", kMaxLots));
  }
  later.push_back({hash, name, lot});
  return LotDecision{.lot = lot};
}

}  // namespace glutwatch::ingest

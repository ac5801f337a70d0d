#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "server/storage/price_store.h"

namespace glutwatch::storage {

inline bool operator==(const Version& a, const Version& b) {
  return a.recorded_us == b.recorded_us && a.observation.source == b.observation.source &&
         a.observation.SameQuoteAs(b.observation);
}
inline void PrintTo(const Version& v, std::ostream* os) {
  *os << "{day " << DayNumber(v.observation.day) << " lot " << v.observation.lot << " modal "
      << v.observation.modal_e4 << " at " << v.recorded_us << "}";
}

// What a PriceStore must answer, kept the simplest way: every version in one ordered map.
class PriceModel {
 public:
  // Applies rows as the store must and says which were duplicates.
  std::vector<uint32_t> Apply(const std::vector<BatchRow>& rows, int64_t recorded_us,
                              uint16_t source) {
    std::vector<uint32_t> duplicates;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      std::vector<Version>& versions =
          rows_[{rows[i].series, rows[i].observation.day, rows[i].observation.lot}];
      if (!versions.empty() && versions.back().observation.SameQuoteAs(rows[i].observation)) {
        duplicates.push_back(i);
        continue;
      }
      Version version{rows[i].observation, recorded_us};
      version.observation.source = source;
      versions.push_back(version);
    }
    return duplicates;
  }

  std::vector<Version> Versions(SeriesId series, Day from, Day to, int64_t as_of_us) const {
    std::vector<Version> found;
    for (auto it = rows_.lower_bound({series, from, 0}); it != rows_.end(); ++it) {
      if (std::get<0>(it->first) != series || std::get<1>(it->first) > to) break;
      for (const Version& v : it->second) {
        if (v.recorded_us <= as_of_us) found.push_back(v);
      }
    }
    return found;
  }
  std::vector<Version> Newest(SeriesId series, Day from, Day to, int64_t as_of_us) const {
    std::vector<Version> newest;
    for (const Version& v : Versions(series, from, to, as_of_us)) {
      if (!newest.empty() && newest.back().observation.day == v.observation.day &&
          newest.back().observation.lot == v.observation.lot) {
        newest.back() = v;
      } else {
        newest.push_back(v);
      }
    }
    return newest;
  }
  std::optional<SeriesTip> Tip(SeriesId series) const {
    std::optional<SeriesTip> tip;
    for (const Version& v : Newest(series, kMinDay, kMaxDay, PriceStore::kNow)) {
      if (!tip.has_value()) tip.emplace();
      tip->newest_day = std::max(tip->newest_day, v.observation.day);
      tip->recorded_us = std::max(tip->recorded_us, v.recorded_us);
      const Observation& o = v.observation;
      const bool good = o.status == DayStatus::kTraded && (o.presence & kHasModal) != 0 &&
                        (o.flags & kLeftOut) == 0;
      if (good && (!tip->newest_price_day.has_value() || o.day > *tip->newest_price_day)) {
        tip->newest_price_day = o.day;
        tip->modal_e4 = o.modal_e4;
      }
    }
    return tip;
  }

 private:
  std::map<std::tuple<SeriesId, Day, uint16_t>, std::vector<Version>> rows_;
};

}  // namespace glutwatch::storage

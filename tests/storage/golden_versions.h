#pragma once
#include <cstdint>
#include <vector>

#include "server/storage/chunk_codec.h"
#include "tests/storage/price_model.h"

// What the golden bytes of the formats hold. Never change, only add.
namespace glutwatch::storage {

inline constexpr int64_t kGoldenRecordedUs = 1'772'323'200'000'000;  // 2026-03-01

inline Version GoldenVersion(int day_of_2026, int64_t modal_e4,
                             int64_t recorded_us = kGoldenRecordedUs) {
  Version v;
  v.recorded_us = recorded_us;
  v.observation.day = FirstDayOf(2026) + day_of_2026;
  v.observation.presence = kHasLow | kHasModal | kHasHigh | kHasArrivals;
  v.observation.low_e4 = modal_e4 - 1000;
  v.observation.modal_e4 = modal_e4;
  v.observation.high_e4 = modal_e4 + 2000;
  v.observation.arrivals_e4 = 35'000'000;
  return v;
}

inline const ChunkKey kGoldenKey{SeriesId{258}, 2026};

// A correction, a second lot and a closed day.
inline std::vector<Version> GoldenVersions() {
  Version closed;
  closed.recorded_us = kGoldenRecordedUs + 1;
  closed.observation.day = FirstDayOf(2026) + 4;
  closed.observation.status = DayStatus::kClosed;
  closed.observation.source = 2;
  Version lot = GoldenVersion(3, 16'500);
  lot.observation.lot = 1;
  lot.observation.flags = kSecondLot | kPriceJump;
  return {GoldenVersion(3, 15'500), GoldenVersion(3, 15'600, kGoldenRecordedUs + 1), lot, closed};
}

// Every form of a column, and more than one block of each: 300 days, a batch for every second one,
// closed on every seventh.
inline std::vector<Version> GoldenYear() {
  std::vector<Version> year;
  for (int day = 0; day < 300; ++day) {
    const int64_t modal_e4 = 20'000 + day * 100 + day * day % 17 * 100;
    Version v =
        GoldenVersion(day, modal_e4, kGoldenRecordedUs + day / 2 * 86'400'000'000 + day / 6);
    v.observation.arrivals_e4 = int64_t{1000 + day * day % 301} * 10'000;
    v.observation.source = 3;
    if (day % 7 == 6) {
      v.observation = {.day = v.observation.day, .status = DayStatus::kClosed, .source = 3};
    }
    year.push_back(v);
  }
  return year;
}

}  // namespace glutwatch::storage

#pragma once
#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/observation.h"
#include "server/storage/paged_array.h"

namespace glutwatch::storage {

// "No such day"; below every day there is.
inline constexpr Day kNoDay{std::numeric_limits<int32_t>::min()};

// A row whose price counts for what is known of the series: traded, with a modal price that is
// not left out.
inline bool IsGoodPrice(const Observation& o) {
  return o.status == DayStatus::kTraded && (o.presence & kHasModal) != 0 &&
         (o.flags & kLeftOut) == 0;
}

// SeriesTip and what the store itself needs to know of a series.
struct TipState {
  Day newest_day = kNoDay;
  Day folded_day = kNoDay;  // newest day that may be in a chunk: beyond it no chunk is read
  int64_t recorded_us = 0;
  Day price_day = kNoDay;
  uint16_t price_lot = 0;
  int64_t modal_e4 = 0;

  bool exists() const { return newest_day != kNoDay; }
};

// Table tips; docs/format/database.md.
std::string EncodeTipKey(SeriesId series);
std::string EncodeTip(const TipState& tip);
absl::StatusOr<TipState> DecodeTip(SeriesId series, absl::string_view bytes);

// The tips of all series. One thread writes tips (the writer) and one folded_day (the folder);
// any number read, without locks.
class TipTable {
 public:
  TipState Get(SeriesId series) const;
  // Only for the day; cheaper than Get.
  Day newest_day(SeriesId series) const;
  Day folded_day(SeriesId series) const;

  // Takes in a row that has become visible. True if the row took the price that the tip showed:
  // then the caller looks up the newest good price that is left and calls SetPrice.
  [[nodiscard]] bool Apply(SeriesId series, const Observation& row, int64_t recorded_us);
  void SetPrice(SeriesId series, Day day, uint16_t lot, int64_t modal_e4);
  void Restore(SeriesId series, const TipState& tip);
  // By the folder, for a series that has a tip.
  void RaiseFoldedDay(SeriesId series, Day day);

  int64_t series_count() const { return count_.load(std::memory_order_relaxed); }

 private:
  // A sequence lock: odd while the writer is at it.
  struct Cell {
    std::atomic<uint32_t> sequence{0};
    std::atomic<Day> newest_day{kNoDay};
    std::atomic<Day> folded_day{kNoDay};
    std::atomic<Day> price_day{kNoDay};
    std::atomic<uint16_t> price_lot{0};
    std::atomic<int64_t> recorded_us{0};
    std::atomic<int64_t> modal_e4{0};
  };
  template <typename Change>
  static void Write(Cell* cell, const Change& change);

  PagedArray<Cell> cells_;
  std::atomic<int64_t> count_{0};
};

}  // namespace glutwatch::storage

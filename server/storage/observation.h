#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/day.h"

namespace glutwatch::storage {

// A series' number, given by the catalog; dense from 1 and never reused. On disk and in arrays.
enum class SeriesId : uint32_t {};

// Values are on disk and on the wire; never renumber.
enum class DayStatus : uint8_t {
  kTraded = 1,
  kClosed = 2,  // the market, or the product's section, was closed
  kHoliday = 3,
  kNoBid = 4,        // open, goods offered, no buyer: evidence, not a gap
  kNotReported = 5,  // open, nothing quoted for this series
};

// Which of an observation's numbers are set. Bits are on disk; never renumber.
enum Presence : uint8_t { kHasLow = 1, kHasModal = 2, kHasHigh = 4, kHasArrivals = 8 };

// What is said about an observation beside its numbers. Bits are on disk; never renumber. A row with
// any bit of kLeftOut is kept but left out of the mathematics.
enum ObservationFlags : uint16_t {
  kPriceJump = 1,     // modal beyond the allowed factor of the series' newest price
  kModalOutside = 2,  // modal is not within [low, high]
  kFutureDay = 4,     // dated after the market's today
  kUnitSlip = 8,      // looks like another unit: about x2, x10 or x100 of the newest price
  kSuspicious = 15,   // any of the above: left out until somebody confirms the row
  // Doubts whether anybody looked, not doubts about the number: shown and counted, not left out.
  kFrozenQuote = 16,  // the same low, modal and high for long
  kFlatQuote = 32,    // low = modal = high for long, in a series that had a spread
  kDiscarded = 64,    // a person said that it is wrong
  kLeftOut = kSuspicious | kDiscarded,
  kSecondLot = 256,  // lot > 0: a fact, not a suspicion
};

// One series on one market day, as quoted. 48 bytes.
struct Observation {
  Day day{};
  uint16_t lot = 0;
  DayStatus status = DayStatus::kTraded;
  uint8_t presence = 0;  // Presence bits; a number that is not set is 0
  uint16_t flags = 0;    // ObservationFlags
  uint16_t source = 0;   // index into the store's sources (PriceStore::SourceName)
  int64_t low_e4 = 0;    // 1/10,000 of the series' currency per quoted unit
  int64_t modal_e4 = 0;
  int64_t high_e4 = 0;
  int64_t arrivals_e4 = 0;  // 1/10,000 of the series' arrivals unit

  // Same quotation: everything but the source and the flags, which are opinions about it.
  bool SameQuoteAs(const Observation& other) const {
    return day == other.day && lot == other.lot && status == other.status &&
           presence == other.presence && low_e4 == other.low_e4 && modal_e4 == other.modal_e4 &&
           high_e4 == other.high_e4 && arrivals_e4 == other.arrivals_e4;
  }
};

// An observation and the commit that recorded it.
struct Version {
  Observation observation;
  int64_t recorded_us = 0;  // microseconds since 1970 UTC; equal for all rows of one batch
};

// What is known of a series at a glance.
struct SeriesTip {
  Day newest_day{};                     // newest day of any status
  int64_t recorded_us = 0;              // newest commit that touched the series
  std::optional<Day> newest_price_day;  // newest traded day with a modal price that is not left out
  int64_t modal_e4 = 0;                 // the modal price of that day (lowest lot)
};

}  // namespace glutwatch::storage

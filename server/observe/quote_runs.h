#pragma once
#include <cstdint>

#include "base/day.h"
#include "server/storage/observation.h"
#include "server/storage/price_store.h"

namespace glutwatch::observe {

// From how many reported days on a quote that does not move is flagged (docs/data_health.md has
// what the values do on real bulletins).
struct QuoteRunOptions {
  int frozen_days = 30;   // the same low, modal and high: kFrozenQuote
  int flat_days = 10;     // low = modal = high after a quote with a spread: kFlatQuote
  int max_gap_days = 14;  // two quotes further apart than this are not one run
};

// How a series has been quoted lately: the runs that end with its newest quote. Kept for each
// series of a session; 24 bytes.
struct QuoteRun {
  uint64_t quote = 0;  // a hash of the newest quote's presence, low, modal and high
  Day newest_day{};    // of a quote
  uint16_t same_days = 0;
  uint16_t flat_days = 0;
  bool had_spread = false;  // the newest quote that is not flat has low < high
  bool known = false;       // false: to be found in the store
  bool lent = false;        // from an earlier session: to be checked against the store's tip
};

// Whether the run is about the observation: the first lot of a day with a price, not discarded.
bool IsQuote(const storage::Observation& observation);

// Adds a quote of a day after the run's newest. Returns its flags: kFrozenQuote, kFlatQuote, or 0.
// Pure; O(1).
uint16_t ExtendRun(const storage::Observation& quote, const QuoteRunOptions& options,
                   QuoteRun* run);

// The flags of a row that is about to be kept, judged against the quotes of earlier days: of `run`,
// which it moves on, or, where the run does not know them, of the store. 0 for what is not a quote.
//
// The flags do not depend on where batches, sessions or restarts cut the rows of a series that come
// in the order of days. A row of a day before the run's newest is late: it is not judged (0), and
// what was judged before it stays as it was. The same quote of the newest day again has its flags.
//
// O(1) without the store for nearly every row; one read of up to (days of a run) x max_gap_days for
// the first quote of a series in a session that repeats the stored one or is flat.
uint16_t JudgeQuoteRun(storage::SeriesId series, const storage::Observation& row,
                       const storage::PriceStore& store, const QuoteRunOptions& options,
                       QuoteRun* run);

}  // namespace glutwatch::observe

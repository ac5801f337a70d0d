#include "server/observe/quote_runs.h"

#include <algorithm>
#include <limits>

namespace glutwatch::observe {
namespace {

using storage::Observation;

constexpr uint8_t kPrices = storage::kHasLow | storage::kHasModal | storage::kHasHigh;

uint64_t Mix(uint64_t hash, int64_t value) {
  hash ^= static_cast<uint64_t>(value);
  hash *= 0x9e3779b97f4a7c15ULL;
  return hash ^ (hash >> 29);
}

uint64_t HashOf(const Observation& o) {
  return Mix(Mix(Mix(o.presence & kPrices, o.low_e4), o.modal_e4), o.high_e4);
}

bool IsFlat(const Observation& o) {
  return (o.presence & kPrices) == kPrices && o.low_e4 == o.modal_e4 && o.modal_e4 == o.high_e4;
}

bool HasSpread(const Observation& o) {
  constexpr uint8_t kBoth = storage::kHasLow | storage::kHasHigh;
  return (o.presence & kBoth) == kBoth && o.low_e4 < o.high_e4;
}

uint16_t OneMore(uint16_t days) {
  return days == std::numeric_limits<uint16_t>::max() ? days : static_cast<uint16_t>(days + 1);
}

uint16_t FlagsOf(const QuoteRun& run, const QuoteRunOptions& options) {
  const bool frozen = run.same_days >= options.frozen_days;
  const bool flat = run.flat_days >= options.flat_days && run.had_spread;
  return static_cast<uint16_t>((frozen ? storage::kFrozenQuote : 0) |
                               (flat ? storage::kFlatQuote : 0));
}

// Whether a run of an earlier session ends with the newest quote that is stored. A quote behind it
// that counts would be the tip's.
bool IsCurrent(const QuoteRun& run, const Observation& row,
               const std::optional<storage::SeriesTip>& tip) {
  return tip.has_value() && run.newest_day < row.day &&
         (tip->newest_day == run.newest_day || tip->newest_price_day == run.newest_day);
}

// What is known of `row`'s run without reading: nothing that is stored can belong to it.
bool BeginsAnew(const Observation& row, const storage::SeriesTip& tip, int max_gap_days) {
  if (tip.newest_day < row.day - max_gap_days) return true;
  // The stored quote before it is the tip's, has another price, and `row` has a spread of its own.
  return tip.newest_day < row.day && tip.newest_price_day == tip.newest_day &&
         (row.presence & storage::kHasModal) != 0 && row.modal_e4 != tip.modal_e4 && HasSpread(row);
}

struct Found {
  QuoteRun run;
  bool open = false;  // the runs that matter may have begun before what was read
};

// The run before `row`, from what the store has in the `days` before it.
Found ReadRun(storage::SeriesId series, const Observation& row, int days,
              const storage::PriceStore& store, const QuoteRunOptions& options) {
  Found found;
  found.run.known = true;
  const auto versions = store.Read(series, std::max(kMinDay, row.day - days), row.day - 1);
  if (!versions.ok()) return found;  // a plausibility check is not worth refusing a row for
  int quotes = 0;
  for (const storage::Version& version : *versions) {
    const Observation& o = version.observation;
    if (!IsQuote(o)) continue;
    ExtendRun(o, options, &found.run);
    ++quotes;
    // What was judged when it was kept saves reading on to where its run began.
    if ((o.flags & storage::kFrozenQuote) != 0) {
      found.run.same_days =
          std::max(found.run.same_days, static_cast<uint16_t>(options.frozen_days));
    }
    if ((o.flags & storage::kFlatQuote) != 0) {
      found.run.flat_days = std::max(found.run.flat_days, static_cast<uint16_t>(options.flat_days));
      found.run.had_spread = true;
    }
  }
  const QuoteRun& run = found.run;
  const bool repeats = HashOf(row) == run.quote && run.same_days < options.frozen_days;
  const bool flat = IsFlat(row) && run.flat_days < options.flat_days;
  found.open = (repeats && run.same_days == quotes) || (flat && run.flat_days == quotes);
  return found;
}

QuoteRun FindRun(storage::SeriesId series, const Observation& row, const storage::PriceStore& store,
                 const QuoteRunOptions& options) {
  QuoteRun fresh;
  fresh.known = true;
  const std::optional<storage::SeriesTip> tip = store.Tip(series);
  if (!tip.has_value() || BeginsAnew(row, *tip, options.max_gap_days)) return fresh;
  const int longest = std::max(options.frozen_days, options.flat_days);
  const int farthest = longest * options.max_gap_days;
  Found found = ReadRun(series, row, std::min(2 * longest, farthest), store, options);
  if (found.open) found = ReadRun(series, row, farthest, store, options);
  return found.run;
}

}  // namespace

bool IsQuote(const Observation& o) {
  return o.lot == 0 && o.status == storage::DayStatus::kTraded && (o.presence & kPrices) != 0 &&
         (o.flags & storage::kDiscarded) == 0;
}

uint16_t ExtendRun(const Observation& quote, const QuoteRunOptions& options, QuoteRun* run) {
  const uint64_t hash = HashOf(quote);
  if (run->same_days == 0 || quote.day - run->newest_day > options.max_gap_days) {
    run->same_days = run->flat_days = 0;
    run->had_spread = false;
  }
  run->same_days = run->same_days > 0 && hash == run->quote ? OneMore(run->same_days) : uint16_t{1};
  if (IsFlat(quote)) {
    run->flat_days = OneMore(run->flat_days);
  } else {
    run->flat_days = 0;
    run->had_spread = HasSpread(quote);
  }
  run->quote = hash;
  run->newest_day = quote.day;
  return FlagsOf(*run, options);
}

uint16_t JudgeQuoteRun(storage::SeriesId series, const Observation& row,
                       const storage::PriceStore& store, const QuoteRunOptions& options,
                       QuoteRun* run) {
  if (!IsQuote(row)) return 0;
  if (run->lent) {
    run->lent = false;
    run->known = IsCurrent(*run, row, store.Tip(series));
  } else if (run->known) {
    const int gap = row.day - run->newest_day;
    if (gap < 0) return 0;
    if (gap == 0 && HashOf(row) == run->quote) return FlagsOf(*run, options);
    // Somebody else may have stored quotes in between; a correction takes the newest one's place.
    const auto tip = gap > 1 ? store.Tip(series) : std::nullopt;
    const bool overtaken =
        tip.has_value() && tip->newest_day > run->newest_day && tip->newest_day < row.day;
    run->known = gap > 0 && !overtaken;
  }
  if (!run->known) *run = FindRun(series, row, store, options);
  return ExtendRun(row, options, run);
}

}  // namespace glutwatch::observe

#pragma once
#include <string>

#include "absl/time/time.h"
#include "client/cli/names.h"
#include "client/cli/table.h"
#include "client/language.h"
#include "client/messages.h"
#include "glutwatch/v1/health.pb.h"

// The health of data, corrections and doubtful rows as tables.
namespace glutwatch::client {

// How to write for whom.
struct Reader {
  const NameBook* names = nullptr;
  Language language = Language::kEnglish;
  absl::TimeZone zone = absl::UTCTimeZone();
};

Msg MarketDayWord(v1::MarketDayState state);

Table MarketHealthTable(const v1::ListMarketHealthResponse& list, const Reader& reader);
// A row for each missing series; one without a series for a market that is stale and misses none.
Table GapTable(const v1::ListMarketHealthResponse& list, const Reader& reader);
Table SeriesHealthTable(const v1::GetSeriesHealthResponse& health, const Reader& reader);
Table SourceDayTable(const v1::ListSourceDaysResponse& list, const Reader& reader);
Table CorrectionTable(const v1::ListCorrectionsResponse& list, const Reader& reader);
Table SuspiciousTable(const v1::ListSuspiciousResponse& list, const Reader& reader);

// "low 1.5 -> 1.6, high 2 -> 2.1": what differs between two quotes, flags included; a number that
// was or is absent is "-".
std::string QuoteDifference(const v1::QuotedRow& before, const v1::QuotedRow& after,
                            Language language);
// "1.5/1.55/1.6": low, modal and high as quoted, "-" where absent; the day's status if not traded.
std::string QuoteText(const v1::QuotedRow& row, Language language);

}  // namespace glutwatch::client

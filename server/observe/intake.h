#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/observe/quote_runs.h"
#include "server/security/principal.h"
#include "server/security/quota.h"
#include "server/storage/price_store.h"

namespace glutwatch::observe {

class PriceHub;

// A market as a feed names it, with what is needed to create it and its regions.
struct MarketSpec {
  catalog::Market market;
  std::vector<catalog::Region> regions;  // country first; only missing ones are created
};

// What is quoted, whichever market quotes it, as a feed names it.
struct GoodsSpec {
  std::string product;  // id, display name or alias
  std::string product_en = {};
  std::string category = {};
  std::string grade = {};
  std::string currency = {};
  std::string unit = {};           // code or alias
  std::string arrivals_unit = {};  // code or alias; "" if none
  bool operator==(const GoodsSpec&) const = default;
};

// A series: goods in a market, by index into what the session has named.
struct SeriesSpec {
  int32_t market_index = 0;
  int32_t goods_index = 0;
};

inline constexpr int kMaxLot = 999;

// A batch in columns. Spans are read during the call only. Optional columns are empty or of
// full length; row i is element i of each.
struct BatchColumns {
  absl::string_view batch_id;
  absl::Span<const int32_t> series_indexes;  // into the session's series
  absl::Span<const int32_t> market_days;     // days since 1970-01-01
  absl::Span<const int> day_statuses;        // storage::DayStatus; empty: all traded
  absl::Span<const int32_t> presences;       // storage::Presence bits; empty: low, modal, high
  absl::Span<const int64_t> low_e4;
  absl::Span<const int64_t> modal_e4;
  absl::Span<const int64_t> high_e4;
  absl::Span<const int64_t> arrivals_e4;  // empty if no row has any
  absl::Span<const int32_t> lots;         // empty: all 0
};

enum class Verdict : uint8_t { kSuspicious = 1, kRefused = 2, kDuplicate = 3 };

struct RowResult {
  int32_t row = 0;  // index in the batch
  Verdict verdict = Verdict::kRefused;
  std::string reason;   // "LOW_ABOVE_HIGH"; "" for a duplicate
  std::string message;  // names the value and what was expected
};

// The answer to a batch that is on disk.
struct BatchVerdict {
  int64_t recorded_us = 0;
  bool replayed = false;
  int64_t accepted = 0;    // kept, not suspicious; corrections included
  int64_t suspicious = 0;  // kept, left out of the mathematics
  int64_t duplicate = 0;
  int64_t refused = 0;
  int64_t corrected = 0;        // of the kept: replaced an earlier version
  std::vector<RowResult> rows;  // every row that is not simply accepted, ascending
};

// A row that would be kept, and what the store has of its day and before.
struct ExaminedRow {
  int32_t row = 0;  // index in the batch
  storage::Observation observation;
  std::optional<storage::Observation> stored;  // the newest version of the same day and lot
  // The newest plausible modal price of an earlier day, at most kReferenceDays before.
  std::optional<Day> reference_day;
  int64_t reference_modal_e4 = 0;
};
inline constexpr int kReferenceDays = 14;

struct Examination {
  std::vector<RowResult> rows;    // every row that is not simply accepted, ascending
  std::vector<ExaminedRow> kept;  // the others and the suspicious ones, ascending
};

struct IntakeOptions {
  // A modal price beyond this factor of the series' newest price, either way, is suspicious,
  // unless that price is older than `jump_memory_days`.
  double jump_factor = 6.0;
  int jump_memory_days = 60;
  // Days after the market's today that are still taken (as suspicious); later ones are refused.
  int future_days = 1;
  // A quote that does not move for so long is flagged, but not suspicious.
  QuoteRunOptions quote_runs = {};
};

// What one sender has told about itself, its markets and its series. Not thread-safe: one stream.
class IntakeSession {
 public:
  virtual ~IntakeSession() = default;
  // Appends to the session's markets, goods and series. A spec that cannot be used (unknown and not
  // to be created, bad unit, not the principal's region) does not fail the session: the rows that
  // refer to it are refused with its reason (UNKNOWN_MARKET, PERMISSION, UNKNOWN_UNIT ...). If the
  // disk does not take what has to be created, the next Submit tries again.
  virtual void AddMarkets(std::vector<MarketSpec> markets) = 0;
  virtual void AddGoods(std::vector<GoodsSpec> goods) = 0;
  virtual void AddSeries(absl::Span<const SeriesSpec> series) = 0;

  // Checks every row and queues the rest. `done` is called once, from another thread or this
  // one, after the fsync or with the error; answers come in the order of the calls.
  //
  // Hard rules (refused): unknown series index; a day outside [kMinDay, kMaxDay] or later than
  // future_days ahead; unknown status; a price with a status other than traded; traded without
  // any number; a price that is not above 0 or beyond kMaxE4; low > high; negative arrivals, or
  // arrivals in no unit or another one than before; a lot outside [0, kMaxLot];
  // the same series, day and lot again in this batch with other values (equal ones are duplicates).
  // Plausibility (suspicious): storage::ObservationFlags. A price is compared with the session's
  // newest plausible one of the series, before that with the store's newest one before its day.
  //
  // Errors: INVALID_ARGUMENT (no or too long batch id, columns of unequal length, arrivals without
  // presences, more than storage::kMaxBatchRows); RESOURCE_EXHAUSTED "QUOTA_ROWS: ..." with in how
  // long to try again (RetryAfterOf), before any row is looked at; those of Database::Write while
  // something has to be created; those of PriceStore::AppendAsync. The session may go while answers
  // are due.
  //
  // A batch costs its rows whatever becomes of it: a resend of one that was applied costs them
  // again. Rows of a series that the principal's quota does not let in yet are refused with
  // QUOTA_SERIES; every batch tries again to add those series, the first named first.
  virtual void Submit(const BatchColumns& columns,
                      std::function<void(absl::StatusOr<BatchVerdict>)> done) = 0;

  // What Submit would make of the rows, without keeping anything. FAILED_PRECONDITION unless the
  // session is a preview; INVALID_ARGUMENT as Submit; the errors of PriceStore::Read. Cost: a read
  // per row.
  virtual absl::StatusOr<Examination> Examine(const BatchColumns& columns) = 0;
};

// The door for observations. Thread-safe.
class Intake {
 public:
  // All arguments outlive the intake; `hub`, if there is one, is told what was kept; `quotas`, if
  // there are any, bound what each principal sends and how many series it adds.
  static std::unique_ptr<Intake> Create(catalog::Catalog* catalog,
                                        catalog::SeriesRegistry* registry,
                                        storage::PriceStore* store, const Clock* clock,
                                        const IntakeOptions& options, PriceHub* hub = nullptr,
                                        security::Quotas* quotas = nullptr);
  virtual ~Intake() = default;

  struct SessionOptions {
    std::string source;  // the feed's name, 1..64 bytes
    bool create_missing = false;
    bool simulated = false;  // kept as the source "simulated:<source>"
    bool preview = false;    // for Examine only: registers and creates nothing
    // If not 0, the quota is asked for all rows of the session when it opens, and no more by
    // Submit: what comes in several batches and is sent again as a whole is taken or refused as
    // one.
    int64_t prepaid_rows = 0;
  };
  // PERMISSION_DENIED if the principal may not write prices anywhere; INVALID_ARGUMENT for a bad
  // source name; RESOURCE_EXHAUSTED "QUOTA_ROWS: ..." if prepaid rows are too many now. Which
  // markets it may write is checked market by market.
  virtual absl::StatusOr<std::unique_ptr<IntakeSession>> Open(const security::Principal& principal,
                                                              const SessionOptions& options) = 0;

  struct Stats {
    int64_t accepted = 0;
    int64_t suspicious = 0;
    int64_t duplicate = 0;
    int64_t refused = 0;
    int64_t batches = 0;
    int64_t failed_batches = 0;
  };
  virtual Stats stats() const = 0;
};

// Whether a source's observations are made up: its name begins with "simulated:".
bool IsSimulatedSource(absl::string_view source);

}  // namespace glutwatch::observe

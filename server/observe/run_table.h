#pragma once
#include <vector>

#include "absl/types/span.h"
#include "base/mutex.h"
#include "server/observe/dictionary.h"
#include "server/observe/quote_runs.h"

namespace glutwatch::observe {

// The runs of quotes as sessions left them, for the sessions that come after, so that a series that
// repeats its quote is read from the store once after a restart and not once a session. 24 bytes a
// series. Thread-safe.
//
// What a session takes over is a claim: JudgeQuoteRun checks it against the store's tip before the
// first use. A session that is still open is not in the table.
class RunTable {
 public:
  // Gives `series` the runs that are known of them.
  void Lend(absl::Span<SessionSeries> series) const;
  // Takes the runs that a session knows.
  void Take(absl::Span<const SessionSeries> series);

 private:
  mutable Mutex mu_;
  std::vector<QuoteRun> runs_ ABSL_GUARDED_BY(mu_);  // by series number; they are dense
};

}  // namespace glutwatch::observe

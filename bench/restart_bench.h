#pragma once
#include <string>

#include "absl/status/status.h"
#include "bench/figures.h"
#include "bench/ingest_bench.h"

namespace glutwatch::bench {

struct RestartSettings {
  uint32_t series = 500'000;   // a multiple of 250; a row each a day
  uint32_t folded_days = 200;  // x series = rows in tables
  uint32_t journal_days = 10;  // x series = rows in the journal only
  int head_mib = 1024;         // so that the journal's rows are not folded before the kill
};

// Fills a fresh store with rows in tables and in the journal, kills the server (SIGKILL) once all
// is judged, starts it again and adds `work`'s ready_s: from the start of the program until
// /readyz answers 200; with rows_in_journal, as the new server counts them, and peak MiB.
absl::Status RunRestart(const IngestSettings& settings, const RestartSettings& restart,
                        const std::string& work, Figures* figures);

}  // namespace glutwatch::bench

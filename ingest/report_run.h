#pragma once
#include <cstdint>
#include <iosfwd>
#include <string>

#include "absl/status/status.h"
#include "base/day.h"

namespace glutwatch::ingest {

// What `glutwatch-ingest reports` is asked for. Every figure is made up and marked as simulated.
struct ReportRunOptions {
  std::string server = "127.0.0.1:7601";
  std::string region = "530000";  // whose counties report
  int counties = 0;               // at most so many; 0 for all
  int products = 40;              // of the catalog's, in the order of names
  int weeks = 52;
  Day until{};  // the last report's week is the one before this day's
  uint64_t seed = 20221;
  bool areas_only = false;  // each county, product and week once: a load test
};

// Makes up what a province reports and submits it in the order in which it comes in, up to 20,000
// reports a request, each request once however often this is run. Writes a summary to `out`.
// Errors: NOT_FOUND if the region has no counties or the catalog no products; those of the server.
absl::Status RunReportSimulation(const ReportRunOptions& options, std::ostream& out);

}  // namespace glutwatch::ingest

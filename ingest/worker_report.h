#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ingest/worker.h"

namespace glutwatch::ingest {

enum class Language { kEnglish, kChinese };

// What a run says about itself when it ends.
struct RunReport {
  std::string feed;
  bool simulated = false;
  bool dry_run = false;
  std::vector<DocumentReport> documents;

  RowTally Total() const;
  // The first failure; OK if every document is settled.
  absl::Status status() const;
};

// Columns a terminal needs for `text`: 2 for a Chinese character.
int DisplayWidth(absl::string_view text);

// A table for people: a line per document (beyond 40 only those with something to say), the
// total, then notes, failures and the first quarantined rows.
std::string FormatTable(const RunReport& report, Language language);

// The same as one line of JSON: {"feed", "simulated", "dry_run", "total", "documents": [...]}.
std::string FormatJson(const RunReport& report);

// {"error": {"code": "UNAVAILABLE", "message": "..."}} and a line's end.
std::string FormatJsonError(const absl::Status& status);
// One feed of a list: {"name", "help", "times", "time_zone"}.
std::string FormatJsonFeed(absl::string_view name, absl::string_view help, absl::string_view times,
                           absl::string_view time_zone);

// The line that stands above everything that a simulation prints.
std::string SimulatedBanner(Language language);

// "12,345 rows, 9,876/s": one line for a run under way.
std::string FormatProgress(absl::string_view document, const RowTally& settled,
                           absl::Duration elapsed, Language language);

// 1234567 -> "1,234,567".
std::string Thousands(int64_t value);

}  // namespace glutwatch::ingest

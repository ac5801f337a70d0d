#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "base/day.h"
#include "ingest/report_run.h"
#include "ingest/simulation/plan.h"
#include "ingest/worker_report.h"

namespace glutwatch::ingest {

enum class OutputFormat { kTable, kJson };

// Exit codes, the same as those of `glutwatch`.
enum ExitCode : int {
  kExitOk = 0,           // every row is accounted for, even if some were refused
  kExitUsage = 2,        // the command line, the mapping or the scenario is wrong
  kExitNotFound = 3,     // the input does not exist
  kExitDenied = 4,       // the server does not let this user write there
  kExitUnavailable = 5,  // the server cannot be reached or cannot write
  kExitPartial = 6,      // a document could not be read or sent to its end
  kExitCorrupt = 7,      // a file of the state folder is damaged
  kExitInterrupted = 130,
};

// The exit code that stands for the run's worst failure.
int ExitCodeOf(const absl::Status& status);

// What `glutwatch-ingest run` was asked to do.
struct RunCommand {
  std::string feed;
  std::string input;  // file, folder or URL; empty for the feed "simulate"
  std::string server = "127.0.0.1:7601";
  std::string mapping;
  bool create_missing = false;
  std::string state_dir = "var/ingest";
  int64_t batch_rows = 10'000;
  int in_flight = 4;
  bool dry_run = false;
  bool again = false;
  double requests_per_second = 1;

  bool supervised = false;
  std::string schedule;  // "06:30,14:00"; empty for the feed's own

  // The feed "simulate".
  std::string scenario;  // a file; empty for the one that ships with the program
  uint64_t seed = simulation::kDefaultSeed;
  std::string until;  // "2026-03-01"; empty for today
  int years = 3;
  int days = 0;  // instead of years; 0: years count
  int counties = 0;
  int products = 0;
  bool national = false;

  Language language = Language::kEnglish;
  OutputFormat output = OutputFormat::kTable;
  bool quiet = false;
};

enum class CommandKind { kRun, kFeeds, kReports, kExit };

struct CommandLine {
  CommandKind kind = CommandKind::kExit;
  int exit_code = kExitOk;  // of kExit: help was printed, or what is wrong
  RunCommand run;
  ReportRunOptions reports;
  std::string reports_until;  // "2026-03-01"; empty for today
};

// Reads the command line; prints help to stdout or what is wrong to stderr.
CommandLine ParseCommandLine(int argc, const char* const* argv);

// The language of $LANG; `lang` ("zh", "en") counts instead if it is not empty.
Language LanguageOf(const std::string& lang);

}  // namespace glutwatch::ingest

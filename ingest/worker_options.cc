#include "ingest/worker_options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "absl/strings/match.h"

namespace glutwatch::ingest {
namespace {

constexpr char kExamples[] = R"(Examples:
  glutwatch-ingest run --feed xinfadi --input prices.csv --create-missing
  glutwatch-ingest run --feed tw_moa --input ./downloads --create-missing -o json
  glutwatch-ingest run --feed generic --mapping county.yaml --input weekly.xlsx --dry-run
  glutwatch-ingest run --feed wfp --input https://example.org/wfp_food_prices.csv --supervised --schedule 05:00
  glutwatch-ingest run --feed simulate --years 4 --counties 20 --products 12
  glutwatch-ingest reports --weeks 52

Exit codes: 0 every row is accounted for; 2 usage; 3 input not found; 4 not permitted;
  5 server unavailable; 6 a document could not be read or sent to its end;
  7 damaged state folder; 130 interrupted (the next run continues).)";

void AddFeedOptions(CLI::App* run, RunCommand* command) {
  run->add_option("--feed,-f", command->feed, "Feed format; `glutwatch-ingest feeds` lists them")
      ->required();
  run->add_option("--input,-i", command->input, "File (also .xz), folder or http(s) URL");
  run->add_option("--mapping", command->mapping, "YAML mapping of columns, for the generic feed");
  run->add_option("--server", command->server, "glutwatchd's address")
      ->envname("GLUTWATCH_SERVER")
      ->capture_default_str();
  run->add_flag("--create-missing", command->create_missing,
                "Create unknown markets, regions and products instead of refusing their rows");
  run->add_option("--state-dir", command->state_dir, "Folder for checkpoints and quarantine files")
      ->capture_default_str();
  run->add_option("--batch-rows", command->batch_rows, "Rows per batch")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  run->add_option("--in-flight", command->in_flight, "Batches sent and not answered, at most")
      ->check(CLI::Range(1, 15))
      ->capture_default_str();
  run->add_flag("--dry-run", command->dry_run, "Read and check the input; send nothing");
  run->add_flag("--again", command->again, "Send documents once more that were finished before");
  run->add_option("--requests-per-second", command->requests_per_second,
                  "Politeness limit towards an HTTP source")
      ->check(CLI::Range(0.001, 1000.0))
      ->capture_default_str();
  run->add_flag("--supervised", command->supervised,
                "Stay up and read the input again on the feed's schedule");
  run->add_option("--schedule", command->schedule,
                  "Times of day in the feed's time zone: 06:30,14:00");
}

void AddSimulationOptions(CLI::App* run, RunCommand* command) {
  const std::string group = "The feed `simulate` (every price is made up)";
  run->add_option("--scenario", command->scenario, "Scenario file; the built-in one if absent")
      ->group(group);
  run->add_option("--seed", command->seed, "Equal seeds give equal prices")
      ->capture_default_str()
      ->group(group);
  run->add_option("--until", command->until, "Last day, YYYY-MM-DD; today if absent")->group(group);
  run->add_option("--years", command->years, "Years of history")
      ->check(CLI::Range(1, simulation::kMaxYears))
      ->capture_default_str()
      ->group(group);
  run->add_option("--days", command->days, "Days of history, instead of --years")
      ->check(CLI::Range(1, simulation::kMaxYears * 366))
      ->group(group);
  run->add_option("--counties", command->counties, "At most so many counties; all if absent")
      ->check(CLI::Range(1, 100'000))
      ->group(group);
  run->add_option("--products", command->products, "The scenario's first so many; all if absent")
      ->check(CLI::Range(1, 100'000))
      ->group(group);
  run->add_flag("--national", command->national,
                "The shape of a national day: 2,000 markets with 250 products; one day unless "
                "--days is given")
      ->group(group);
}

void AddReportOptions(CLI::App* reports, CommandLine* line) {
  ReportRunOptions* options = &line->reports;
  reports->add_option("--server", options->server, "glutwatchd's address")
      ->envname("GLUTWATCH_SERVER")
      ->capture_default_str();
  reports->add_option("--region", options->region, "Code of the region whose counties report")
      ->capture_default_str();
  reports->add_option("--counties", options->counties, "At most so many; all if absent")
      ->check(CLI::Range(1, 100'000));
  reports->add_option("--products", options->products, "So many of the catalog's products")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  reports->add_option("--weeks", options->weeks, "Weeks of history")
      ->check(CLI::Range(1, 2000))
      ->capture_default_str();
  reports->add_option(
      "--until", line->reports_until,
      "The last report is of the week before this day, YYYY-MM-DD; today if absent");
  reports->add_option("--seed", options->seed, "Equal seeds give equal reports")
      ->capture_default_str();
  reports->add_flag("--areas-only", options->areas_only,
                    "Planted areas of every county, product and week, without gaps: a load test");
}

absl::Status Check(const RunCommand& command) {
  const bool simulate = command.feed == "simulate";
  if (!simulate && command.input.empty()) {
    return absl::InvalidArgumentError("--input is required: a file, a folder or a URL");
  }
  if (simulate && !command.input.empty()) {
    return absl::InvalidArgumentError("--feed simulate takes no --input; see --scenario");
  }
  if (simulate && command.supervised) {
    return absl::InvalidArgumentError(
        "--feed simulate cannot be --supervised: a later last day is another history");
  }
  if (command.dry_run && command.supervised) {
    return absl::InvalidArgumentError("--dry-run and --supervised exclude each other");
  }
  if (!command.schedule.empty() && !command.supervised) {
    return absl::InvalidArgumentError("--schedule needs --supervised");
  }
  return absl::OkStatus();
}

CommandLine Exit(int code) {
  CommandLine line;
  line.exit_code = code;
  return line;
}

}  // namespace

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kCancelled:
      return kExitInterrupted;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return kExitUnavailable;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return kExitDenied;
    case absl::StatusCode::kNotFound:
      return kExitNotFound;
    case absl::StatusCode::kDataLoss:
      return kExitCorrupt;
    default:
      return kExitPartial;
  }
}

Language LanguageOf(const std::string& lang) {
  const char* environment = std::getenv("LANG");
  const std::string chosen = lang.empty() && environment != nullptr ? environment : lang;
  return absl::StartsWith(chosen, "zh") ? Language::kChinese : Language::kEnglish;
}

CommandLine ParseCommandLine(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app("Feeds market prices to glutwatchd: every row once, refused rows beside a reason.",
               "glutwatch-ingest");
  app.footer(kExamples);
  app.require_subcommand(1);
  CLI::App* run = app.add_subcommand("run", "Read an input and send its rows");
  run->footer(kExamples);
  CLI::App* feeds = app.add_subcommand("feeds", "List the feeds and their schedules");
  CLI::App* reports = app.add_subcommand(
      "reports", "Make up what a province reports, and submit it: every figure is simulated");
  AddReportOptions(reports, &line);
  AddFeedOptions(run, &line.run);
  AddSimulationOptions(run, &line.run);
  std::string lang;
  std::string output = "table";
  for (CLI::App* command : {run, feeds}) {
    command->add_option("--lang", lang, "Language of what is printed; $LANG if absent")
        ->check(CLI::IsMember({"zh", "en"}));
    command->add_option("--output,-o", output, "How the summary is printed")
        ->check(CLI::IsMember({"table", "json"}))
        ->capture_default_str();
  }
  run->add_flag("--quiet,-q", line.run.quiet, "No progress, only the summary");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Exit(app.exit(error) == 0 ? kExitOk : kExitUsage);
  }
  line.run.language = LanguageOf(lang);
  line.run.output = output == "json" ? OutputFormat::kJson : OutputFormat::kTable;
  if (feeds->parsed()) {
    line.kind = CommandKind::kFeeds;
    return line;
  }
  if (reports->parsed()) {
    line.kind = CommandKind::kReports;
    return line;
  }
  const absl::Status checked = Check(line.run);
  if (!checked.ok()) {
    std::cerr << "glutwatch-ingest: " << checked.message() << "\n";
    return Exit(kExitUsage);
  }
  line.kind = CommandKind::kRun;
  return line;
}

}  // namespace glutwatch::ingest

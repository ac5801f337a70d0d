#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/china_day.h"
#include "base/clock.h"
#include "ingest/feeds/registry.h"
#include "ingest/schedule.h"
#include "ingest/worker_link.h"
#include "ingest/worker_options.h"
#include "ingest/worker_run.h"

// glutwatch-ingest: feeds market prices to glutwatchd.
namespace glutwatch::ingest {
namespace {

std::atomic<bool> stop_requested = false;
int wake_pipe[2] = {-1, -1};

// The first signal asks for an orderly end, the second ends at once.
void OnSignal(int number) {
  const int saved = errno;
  if (stop_requested.exchange(true)) {
    ::signal(number, SIG_DFL);
    ::raise(number);
  }
  const char byte = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_pipe[1], &byte, 1);
  errno = saved;
}

bool InstallSignals() {
  if (::pipe(wake_pipe) != 0) return false;
  struct sigaction action {};
  action.sa_handler = OnSignal;
  ::sigemptyset(&action.sa_mask);
  return ::sigaction(SIGTERM, &action, nullptr) == 0 && ::sigaction(SIGINT, &action, nullptr) == 0;
}

// Sleeps on the pipe; looks at the clock once a minute, for it may be set.
bool WaitUntil(const Clock& clock, absl::Time due) {
  while (!stop_requested.load()) {
    const absl::Duration left = due - clock.Now();
    if (left <= absl::ZeroDuration()) return true;
    pollfd wake{.fd = wake_pipe[0], .events = POLLIN, .revents = 0};
    const int64_t milliseconds = absl::ToInt64Milliseconds(std::min(left, absl::Minutes(1)));
    ::poll(&wake, 1, static_cast<int>(milliseconds) + 1);
  }
  return false;
}

// Progress on stderr: a line that is redrawn on a terminal, a line now and then elsewhere.
class ProgressLine {
 public:
  ProgressLine(const RunCommand& command, const Clock* clock)
      : quiet_(command.quiet),
        terminal_(::isatty(STDERR_FILENO) == 1),
        language_(command.language),
        clock_(clock) {}

  void Show(const std::string& document, const RowTally& settled) {
    const absl::Time now = clock_->Now();
    if (document != document_) {
      document_ = document;
      begin_ = shown_ = now;
      rows_before_ = settled.read;
    }
    const absl::Duration pause = terminal_ ? absl::Milliseconds(200) : absl::Seconds(10);
    if (quiet_ || now - shown_ < pause) return;
    shown_ = now;
    RowTally fresh = settled;
    fresh.read -= rows_before_;
    std::cerr << (terminal_ ? "\r\x1b[K" : "")
              << FormatProgress(document, fresh, now - begin_, language_) << (terminal_ ? "" : "\n")
              << std::flush;
    drawn_ = terminal_;
  }
  void Clear() {
    if (drawn_) std::cerr << "\r\x1b[K" << std::flush;
    drawn_ = false;
  }

 private:
  bool quiet_;
  bool terminal_;
  Language language_;
  const Clock* clock_;
  std::string document_;
  absl::Time begin_;
  absl::Time shown_;
  int64_t rows_before_ = 0;
  bool drawn_ = false;
};

int Fail(const RunCommand& command, const absl::Status& status) {
  if (command.output == OutputFormat::kJson) {
    std::cerr << FormatJsonError(status);
  } else {
    std::cerr << "glutwatch-ingest: " << status.message() << "\n";
  }
  // What the user wrote is wrong, as opposed to a document.
  return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status) ? kExitUsage
                                                                               : ExitCodeOf(status);
}

int ListFeeds(const RunCommand& command) {
  std::vector<FeedHelp> feeds = KnownFeeds();
  feeds.push_back({"simulate", "made-up prices of Yunnan's counties, with gluts; no input"});
  std::string json;
  for (const FeedHelp& feed : feeds) {
    const FeedSchedule schedule = ScheduleOf(feed.name);
    std::string times;
    for (const std::string& time : schedule.times) {
      absl::StrAppend(&times, times.empty() ? "" : ",", time);
    }
    if (feed.name == "simulate") times = "";
    if (command.output == OutputFormat::kJson) {
      absl::StrAppend(&json, json.empty() ? "" : ",",
                      FormatJsonFeed(feed.name, feed.help, times, schedule.time_zone));
      continue;
    }
    std::cout << std::string(feed.name)
              << std::string(12 - std::min<size_t>(11, feed.name.size()), ' ')
              << std::string(feed.help) << "\n";
    if (!times.empty()) {
      std::cout << "            --supervised: " << times << " " << schedule.time_zone << " ("
                << schedule.reason << ")\n";
    }
  }
  if (command.output == OutputFormat::kJson) std::cout << "{\"feeds\":[" << json << "]}\n";
  return kExitOk;
}

int RunCommandLine(const RunCommand& command) {
  const SystemClock clock;
  ProgressLine progress(command, &clock);
  RunEnvironment environment;
  environment.clock = &clock;
  environment.stop = &stop_requested;
  environment.open_link = [](const RunCommand& run) {
    ServerLinkOptions options;
    options.server = run.server;
    options.source = run.feed;
    options.simulated = run.feed == "simulate";
    options.create_missing = run.create_missing || options.simulated;
    options.in_flight = run.in_flight;
    options.stop = &stop_requested;
    return ConnectServerLink(options);
  };
  environment.list_regions = [&](const std::string& region) {
    return ListServerRegions(command.server, region);
  };
  environment.load_names = [&] { return LoadServerNames(command.server); };
  environment.progress = [&](const std::string& document, const RowTally& settled) {
    progress.Show(document, settled);
  };
  environment.say = [&](const std::string& line) {
    progress.Clear();
    std::cout << absl::FormatTime("%Y-%m-%dT%H:%M:%SZ ", clock.Now(), absl::UTCTimeZone()) << line
              << std::endl;
  };
  environment.wait_until = [&](absl::Time due) { return WaitUntil(clock, due); };
  if (command.feed == "simulate" && !command.quiet) {
    std::cerr << SimulatedBanner(command.language);
  }
  if (command.supervised) {
    const absl::Status status = RunSupervised(command, environment);
    return absl::IsCancelled(status) ? kExitOk : Fail(command, status);
  }
  const absl::StatusOr<RunReport> report = RunOnce(command, environment);
  progress.Clear();
  if (!report.ok()) return Fail(command, report.status());
  std::cout << (command.output == OutputFormat::kJson ? FormatJson(*report)
                                                      : FormatTable(*report, command.language))
            << std::flush;
  if (stop_requested.load() && report->status().ok()) return kExitInterrupted;
  return ExitCodeOf(report->status());
}

// Today in China, where the simulated province lies.
absl::StatusOr<Day> UntilOf(const std::string& until) {
  if (!until.empty()) return ParseDay(until);
  return ChinaDay(absl::Now());
}

int RunReports(const CommandLine& line) {
  const absl::StatusOr<Day> until = UntilOf(line.reports_until);
  if (!until.ok()) return Fail(line.run, until.status());
  std::cerr << SimulatedBanner(line.run.language);
  ReportRunOptions options = line.reports;
  options.until = *until;
  const absl::Status status = RunReportSimulation(options, std::cout);
  return status.ok() ? kExitOk : Fail(line.run, status);
}

}  // namespace
}  // namespace glutwatch::ingest

int main(int argc, char** argv) {
  using namespace glutwatch::ingest;  // NOLINT(google-build-using-namespace): main only
  const CommandLine line = ParseCommandLine(argc, argv);
  if (line.kind == CommandKind::kExit) return line.exit_code;
  if (line.kind == CommandKind::kFeeds) return ListFeeds(line.run);
  if (line.kind == CommandKind::kReports) return RunReports(line);
  if (!InstallSignals()) {
    std::perror("glutwatch-ingest: cannot install signal handlers");
    return kExitPartial;
  }
  return RunCommandLine(line.run);
}

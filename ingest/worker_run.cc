#include "ingest/worker_run.h"

#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/china_day.h"
#include "base/status_macros.h"
#include "ingest/feeds/registry.h"
#include "ingest/schedule.h"
#include "ingest/source.h"
#include "ingest/worker.h"

namespace glutwatch::ingest {
namespace {

absl::StatusOr<std::string> ReadMapping(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot open the mapping"));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// What a run holds besides its command; the parts refer to each other.
struct Session {
  std::optional<CheckpointStore> checkpoints;
  std::unique_ptr<BatchLink> link;
};

absl::Status OpenSession(const RunCommand& command, const RunEnvironment& environment,
                         Session* session) {
  if (command.dry_run) return absl::OkStatus();
  GLUTWATCH_ASSIGN_OR_RETURN(CheckpointStore store, CheckpointStore::Open(absl::StrCat(
                                                        command.state_dir, "/", command.feed)));
  session->checkpoints.emplace(std::move(store));
  GLUTWATCH_ASSIGN_OR_RETURN(session->link, environment.open_link(command));
  return absl::OkStatus();
}

Worker MakeWorker(const RunCommand& command, const RunEnvironment& environment,
                  std::string settings, NameBook names, const Session& session) {
  WorkerOptions options;
  options.feed = command.feed;
  options.settings = std::move(settings);
  options.batch_rows = command.batch_rows;
  options.again = command.again;
  options.dry_run = command.dry_run;
  options.names = std::move(names);
  return Worker(std::move(options), session.link.get(),
                session.checkpoints.has_value() ? &*session.checkpoints : nullptr,
                environment.clock, environment.stop, environment.progress);
}

// Days from the day after the same date `years` earlier to `last`.
int DaysOfYears(int years, Day last) {
  const absl::CivilDay end = ToCivil(last);
  return last - ToDay(absl::CivilDay(end.year() - years, end.month(), end.day()));
}

absl::StatusOr<PreparedSimulation> Prepare(const RunCommand& command,
                                           const RunEnvironment& environment) {
  SimulateOptions options;
  options.scenario_path = command.scenario;
  options.national = command.national;
  options.plan.seed = command.seed;
  options.plan.counties = command.counties;
  options.plan.products = command.products;
  if (command.until.empty()) {
    options.plan.last = ChinaDay(environment.clock->Now());
  } else {
    GLUTWATCH_ASSIGN_OR_RETURN(options.plan.last, ParseDay(command.until));
  }
  const int default_days = command.national ? 1 : DaysOfYears(command.years, options.plan.last);
  options.plan.days = command.days > 0 ? command.days : default_days;
  return PrepareSimulation(options, environment.list_regions);
}

absl::StatusOr<RunReport> Simulate(const RunCommand& command, const RunEnvironment& environment) {
  RunReport report;
  report.feed = command.feed;
  report.simulated = true;
  report.dry_run = command.dry_run;
  GLUTWATCH_ASSIGN_OR_RETURN(PreparedSimulation prepared, Prepare(command, environment));
  Session session;
  GLUTWATCH_RETURN_IF_ERROR(OpenSession(command, environment, &session));
  Worker worker = MakeWorker(command, environment, "", {}, session);
  report.documents.push_back(worker.Run(std::move(prepared.plan), prepared.key));
  return report;
}

// Whether the next document would fail for the same reason.
bool EndsTheRun(const absl::Status& status) {
  return absl::IsCancelled(status) || absl::IsUnavailable(status) ||
         absl::IsResourceExhausted(status) || absl::IsPermissionDenied(status);
}

absl::Status ReadDocuments(const Feed& feed, Source* source, const RunEnvironment& environment,
                           Worker* worker, RunReport* report) {
  while (!environment.stop->load()) {
    absl::StatusOr<std::optional<FeedDocument>> document = source->Next();
    if (!document.ok()) {
      if (report->documents.empty()) return document.status();
      DocumentReport failed;
      failed.document = "next document";
      failed.status = document.status();
      report->documents.push_back(std::move(failed));
      return absl::OkStatus();
    }
    if (!document->has_value()) return absl::OkStatus();
    report->documents.push_back(worker->Run(feed, **document));
    if (EndsTheRun(report->documents.back().status)) return absl::OkStatus();
  }
  return absl::OkStatus();
}

// Another attempt cannot help.
bool IsHopeless(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsDataLoss(status) ||
         absl::IsFailedPrecondition(status);
}

std::string InZone(absl::Time time, const FeedSchedule& schedule) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(schedule.time_zone, &zone)) zone = absl::UTCTimeZone();
  return absl::FormatTime("%Y-%m-%d %H:%M %Z", time, zone);
}

std::string OneLine(const RunReport& report) {
  const RowTally total = report.Total();
  return absl::StrCat("read ", Thousands(total.read), ", accepted ", Thousands(total.accepted),
                      ", suspicious ", Thousands(total.suspicious), ", refused ",
                      Thousands(total.refused), ", duplicate ", Thousands(total.duplicate));
}

}  // namespace

absl::StatusOr<RunReport> RunOnce(const RunCommand& command, const RunEnvironment& environment) {
  if (command.feed == "simulate") return Simulate(command, environment);
  GLUTWATCH_ASSIGN_OR_RETURN(const std::unique_ptr<Feed> feed,
                             MakeFeed(command.feed, {.mapping_path = command.mapping}));
  GLUTWATCH_ASSIGN_OR_RETURN(std::string mapping, ReadMapping(command.mapping));
  SourceOptions source_options;
  source_options.input = command.input;
  source_options.feed = command.feed;
  source_options.requests_per_second = command.requests_per_second;
  source_options.clock = environment.clock;
  GLUTWATCH_ASSIGN_OR_RETURN(const std::unique_ptr<Source> source,
                             OpenSource(std::move(source_options)));
  Session session;
  GLUTWATCH_RETURN_IF_ERROR(OpenSession(command, environment, &session));
  NameBook names;
  if (!command.dry_run) {
    GLUTWATCH_ASSIGN_OR_RETURN(names, environment.load_names());
  }
  Worker worker = MakeWorker(command, environment, std::move(mapping), std::move(names), session);
  RunReport report;
  report.feed = command.feed;
  report.dry_run = command.dry_run;
  GLUTWATCH_RETURN_IF_ERROR(ReadDocuments(*feed, source.get(), environment, &worker, &report));
  return report;
}

absl::Status RunSupervised(const RunCommand& command, const RunEnvironment& environment) {
  FeedSchedule schedule = ScheduleOf(command.feed);
  if (!command.schedule.empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(schedule, WithTimes(std::move(schedule), command.schedule));
  }
  int failures = 0;
  while (true) {
    const absl::StatusOr<RunReport> report = RunOnce(command, environment);
    const absl::Status status = report.ok() ? report->status() : report.status();
    if (!report.ok() && IsHopeless(status)) return status;
    if (environment.stop->load()) return absl::CancelledError("stopped");
    const absl::Time now = environment.clock->Now();
    GLUTWATCH_ASSIGN_OR_RETURN(absl::Time next, NextDue(schedule, now));
    // A document that is bad stays bad until its source changes; everything else is worth a retry.
    const bool retry = !status.ok() && !absl::IsInvalidArgument(status);
    failures = retry ? failures + 1 : 0;
    if (retry) next = std::min(next, now + RetryDelay(failures));
    environment.say(absl::StrCat("feed ", command.feed, ": ",
                                 report.ok() ? OneLine(*report) : "not read",
                                 status.ok() ? "" : "; " + std::string(status.message()),
                                 "; next at ", InZone(next, schedule)));
    if (!environment.wait_until(next)) return absl::CancelledError("stopped");
  }
}

}  // namespace glutwatch::ingest

#include "bench/server_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "bench/figures.h"

namespace glutwatch::bench {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(5);
constexpr absl::Duration kIdleSample = absl::Milliseconds(500);
constexpr double kIdleShare = 0.02;  // of one core
constexpr int kIdleSamples = 3;
constexpr size_t kLogTailBytes = 2000;
constexpr int kCannotExecute = 127;
constexpr int kHttpOk = 200;
// Fields of /proc/pid/stat after the program's name: utime and stime.
constexpr size_t kUtime = 11;
constexpr size_t kStime = 12;

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string Config(const ServerFiles& files, absl::string_view extra) {
  return absl::StrCat("listen: 127.0.0.1:0\nadmin_listen: 127.0.0.1:0\nhttp_listen: 127.0.0.1:0\n",
                      "data_dir: ", files.data_dir(), "\naddress_file: ", files.folder,
                      "/addresses\nrule_pack_file: ", files.rule_pack, "\n", extra);
}

// The child ends with the thread that started it, so that a bench that is killed leaves nothing.
absl::StatusOr<pid_t> Spawn(std::string program, std::string config, const std::string& log) {
  std::string flag = "--config";
  char* const arguments[] = {program.data(), flag.data(), config.data(), nullptr};
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) {
    return absl::UnavailableError(absl::StrCat("cannot fork: ", strerror(errno)));
  }
  if (pid == 0) {  // only async-signal-safe calls from here: other threads may have held locks
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (out >= 0 && getppid() == parent && dup2(out, STDOUT_FILENO) >= 0 &&
        dup2(out, STDERR_FILENO) >= 0) {
      execv(arguments[0], arguments);
    }
    _exit(kCannotExecute);
  }
  return pid;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(const ServerFiles& files,
                                                                    absl::string_view extra_config,
                                                                    absl::Duration patience) {
  std::error_code error;
  std::filesystem::create_directories(files.folder, error);
  std::filesystem::remove(absl::StrCat(files.folder, "/addresses"), error);
  const std::string config = absl::StrCat(files.folder, "/server.yaml");
  GLUTWATCH_RETURN_IF_ERROR(WriteFile(config, Config(files, extra_config)));
  std::unique_ptr<ServerProcess> server(new ServerProcess());
  server->folder_ = files.folder;
  const absl::Time begin = absl::Now();
  GLUTWATCH_ASSIGN_OR_RETURN(server->pid_,
                             Spawn(files.program, config, absl::StrCat(files.folder, "/log")));
  GLUTWATCH_RETURN_IF_ERROR(server->AwaitAddresses(patience));
  server->start_time_ = absl::Now() - begin;
  return server;
}

ServerProcess::~ServerProcess() { Kill(); }

absl::Status ServerProcess::AwaitAddresses(absl::Duration patience) {
  const std::string file = absl::StrCat(folder_, "/addresses");
  const absl::Time deadline = absl::Now() + patience;
  while (absl::Now() < deadline) {
    for (absl::string_view line : absl::StrSplit(ReadAll(file), '\n')) {
      if (absl::ConsumePrefix(&line, "grpc=")) grpc_address_ = std::string(line);
      if (absl::ConsumePrefix(&line, "http=")) http_address_ = std::string(line);
    }
    if (!grpc_address_.empty() && !http_address_.empty()) return absl::OkStatus();
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = 0;
      return absl::UnavailableError(absl::StrCat("the server ended while it started: ", LogTail()));
    }
    absl::SleepFor(kPoll);
  }
  return absl::UnavailableError(absl::StrCat("glutwatchd did not serve within ",
                                             absl::FormatDuration(patience), ": ", LogTail()));
}

std::string ServerProcess::LogTail() const {
  const std::string log = ReadAll(absl::StrCat(folder_, "/log"));
  return log.substr(log.size() - std::min(log.size(), kLogTailBytes));
}

absl::Status ServerProcess::Stop() {
  if (pid_ == 0) return absl::OkStatus();
  kill(pid_, SIGTERM);
  int state = 0;
  while (waitpid(pid_, &state, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  if (WIFEXITED(state) && WEXITSTATUS(state) == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("glutwatchd failed to stop: ", LogTail()));
}

void ServerProcess::Kill() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
}

double ServerProcess::peak_mib() const {
  std::istringstream status(ReadAll(absl::StrCat("/proc/", pid_, "/status")));
  for (std::string key; status >> key; status.ignore(1 << 20, '\n')) {
    double kib = 0;
    if (key == "VmHWM:" && status >> kib) return kib / 1024;
  }
  return std::nan("");
}

absl::StatusOr<double> ServerProcess::Metric(absl::string_view name) {
  GLUTWATCH_ASSIGN_OR_RETURN(
      const HttpResponse answer,
      http_.Send({.url = absl::StrCat("http://", http_address_, "/metrics")}));
  for (absl::string_view line : absl::StrSplit(answer.body, '\n')) {
    double value = 0;
    if (absl::ConsumePrefix(&line, name) && absl::ConsumePrefix(&line, " ") &&
        absl::SimpleAtod(line, &value)) {
      return value;
    }
  }
  return absl::NotFoundError(absl::StrCat("/metrics has no ", name));
}

absl::Status ServerProcess::WaitReady(absl::Duration patience) {
  const absl::Time deadline = absl::Now() + patience;
  while (absl::Now() < deadline) {
    const auto answer = http_.Send({.url = absl::StrCat("http://", http_address_, "/readyz")});
    if (answer.ok() && answer->status == kHttpOk) return absl::OkStatus();
    absl::SleepFor(kPoll);
  }
  return absl::DeadlineExceededError(
      absl::StrCat("glutwatchd is not ready after ", absl::FormatDuration(patience)));
}

absl::Status ServerProcess::WaitIdle(absl::Duration patience) {
  const absl::Time deadline = absl::Now() + patience;
  int idle = 0;
  while (idle < kIdleSamples) {
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat("glutwatchd is not idle after ", absl::FormatDuration(patience)));
    }
    const double before = cpu_seconds();
    absl::SleepFor(kIdleSample);
    const double used = cpu_seconds() - before;
    GLUTWATCH_ASSIGN_OR_RETURN(const double lag_s, Metric("glutwatch_assess_lag_seconds"));
    const bool quiet = used <= kIdleShare * absl::ToDoubleSeconds(kIdleSample) + 0.01;
    idle = quiet && lag_s == 0 ? idle + 1 : 0;
  }
  return absl::OkStatus();
}

double CpuSecondsOf(pid_t pid) {
  const std::string stat = ReadAll(absl::StrCat("/proc/", pid, "/stat"));
  const size_t name_end = stat.rfind(") ");
  if (name_end == std::string::npos) return std::nan("");
  const std::vector<absl::string_view> fields =
      absl::StrSplit(absl::string_view(stat).substr(name_end + 2), ' ');
  int64_t user = 0;
  int64_t system = 0;
  if (fields.size() <= kStime || !absl::SimpleAtoi(fields[kUtime], &user) ||
      !absl::SimpleAtoi(fields[kStime], &system)) {
    return std::nan("");
  }
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double OwnCpuSeconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace glutwatch::bench

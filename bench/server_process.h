#pragma once
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/http_client.h"

namespace glutwatch::bench {

// Processor seconds of a process, all threads together, user and system; not a number if it ended.
double CpuSecondsOf(pid_t pid);
double OwnCpuSeconds();  // of this one, to the microsecond

struct ServerFiles {
  std::string program;    // glutwatchd
  std::string rule_pack;  // the rules that it starts with
  std::string folder;     // of data, config and log; made if it is not there

  std::string data_dir() const { return folder + "/data"; }
};

// A glutwatchd of our own, with every setting at its default but the ports, which the system
// chooses. Killed with this object. Not thread-safe.
class ServerProcess {
 public:
  // Starts the program on `files.folder` and waits until it serves. `extra_config` are more lines
  // of its YAML. UNAVAILABLE quotes the end of its log.
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(
      const ServerFiles& files, absl::string_view extra_config = "",
      absl::Duration patience = absl::Minutes(10));
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Ends it in good order (SIGTERM). UNAVAILABLE if it says that it failed.
  absl::Status Stop();
  // Ends it as a power cut would (SIGKILL).
  void Kill();

  const std::string& grpc_address() const { return grpc_address_; }
  // From the program's start until it said that it serves.
  absl::Duration start_time() const { return start_time_; }

  double cpu_seconds() const { return CpuSecondsOf(pid_); }
  // The most memory that it has had resident, in MiB.
  double peak_mib() const;
  // The value of a metric without labels. NOT_FOUND names it.
  absl::StatusOr<double> Metric(absl::string_view name);
  // Waits until /readyz says so. DEADLINE_EXCEEDED.
  absl::Status WaitReady(absl::Duration patience);
  // Waits until what was recorded is judged and nothing runs in the background. DEADLINE_EXCEEDED.
  absl::Status WaitIdle(absl::Duration patience);

 private:
  ServerProcess() = default;
  absl::Status AwaitAddresses(absl::Duration patience);
  std::string LogTail() const;

  pid_t pid_ = 0;  // 0: ended
  std::string folder_;
  std::string grpc_address_;
  std::string http_address_;
  absl::Duration start_time_;
  HttpClient http_;
};

}  // namespace glutwatch::bench

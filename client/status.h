#pragma once
#include <grpcpp/support/status.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/language.h"
#include "google/rpc/status.pb.h"

namespace glutwatch::client {

// The wire's errors as ours. Code and message stay; google.rpc details travel along as a payload
// and come out of the functions below. Locally made statuses work with all of them, too.
absl::Status FromGrpc(const grpc::Status& status);
absl::Status FromProto(const google::rpc::Status& status);

// The google.rpc.Status of `status`: code, message and the details that came with it.
google::rpc::Status ToProto(const absl::Status& status);

// ErrorInfo's reason: "DISK_FULL"; "" if there is none.
std::string ReasonOf(const absl::Status& status);
// How long the server asked to wait before the next attempt; zero if it did not say.
absl::Duration RetryDelayOf(const absl::Status& status);
// Whether the same request may succeed later: UNAVAILABLE and RESOURCE_EXHAUSTED.
bool IsRetryable(const absl::Status& status);

// For people, one or more lines without a final line end: what kind of error it is in their
// language, the message, each field that was wrong.
std::string DescribeError(const absl::Status& status, Language language);

// For programs, one line: {"status":"NOT_FOUND","exit_code":3,"error":{google.rpc.Status}}.
std::string ErrorJson(const absl::Status& status);

// Exit codes of our programs (SERVICE.md G.1).
enum ExitCode : int {
  kExitOk = 0,
  kExitProblems = 1,  // a check found problems, or the answer cannot be given for what is stored
  kExitUsage = 2,     // wrong arguments
  kExitNotFound = 3,
  kExitDenied = 4,        // not permitted, or nobody knows who asks
  kExitUnavailable = 5,   // server not reachable, too busy or too slow
  kExitPartial = 6,       // part of it was done
  kExitCorrupt = 7,       // damaged data
  kExitInterrupted = 130  // Ctrl-C
};

ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace glutwatch::client

#pragma once
#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace glutwatch::rpc {

// The one place where our errors become the wire's.
//
// Code and message stay. Every error carries one google.rpc.ErrorInfo {reason, domain
// "glutwatch"}: the reason is the message's own prefix where it has one ("DISK_FULL: ..."),
// otherwise the code's name. RESOURCE_EXHAUSTED and UNAVAILABLE carry a RetryInfo as well: in
// how long the error itself says (base/retry_after.h), or a second.
google::rpc::Status ToProto(const absl::Status& status);
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace glutwatch::rpc

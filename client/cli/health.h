#pragma once
#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace glutwatch::client {

// grpc.health.v1.Health/Check: whether `service` is SERVING. NOT_FOUND if the server does not know
// it; UNAVAILABLE and DEADLINE_EXCEEDED if it cannot be asked.
absl::StatusOr<bool> IsServing(const std::shared_ptr<grpc::Channel>& channel,
                               const std::string& service, absl::Duration timeout);

}  // namespace glutwatch::client

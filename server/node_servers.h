#pragma once
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace glutwatch {

// A gRPC server and the port that it got.
struct BoundServer {
  std::unique_ptr<grpc::Server> server;
  std::string address;
};

// The server for clients: `services`, health, limits and keepalive; no reflection, no channelz.
// UNAVAILABLE names the address that cannot be bound.
absl::StatusOr<BoundServer> StartPublicServer(const std::string& address,
                                              const std::vector<grpc::Service*>& services);
// The server for operators: the same services with reflection and channelz.
absl::StatusOr<BoundServer> StartAdminServer(const std::string& address,
                                             const std::vector<grpc::Service*>& services);

}  // namespace glutwatch

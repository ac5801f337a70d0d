#include "server/node_servers.h"

#include <grpcpp/ext/channelz_service_plugin.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/resource_quota.h>

#include <algorithm>
#include <mutex>

#include "absl/strings/str_cat.h"

namespace glutwatch {
namespace {

constexpr int kMaxMessageBytes = 16 << 20;          // a batch of 100,000 rows is about 5 MiB
constexpr std::size_t kMaxBufferBytes = 256 << 20;  // for all connections together
// A connection is one program, or a relay for some hundred dashboards; what it opens beyond waits
// in its own memory, not in ours.
constexpr int kMaxStreamsPerConnection = 1024;
constexpr int kKeepaliveMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
constexpr int kLeastClientPingMs = 20'000;
constexpr int kMaxConnectionAgeMs = 30 * 60'000;
constexpr int kMaxConnectionAgeGraceMs = 5 * 60'000;

// gRPC installs reflection and channelz into every server of the process; this takes them out.
class WithoutDebugging final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    const auto debugging = [](const std::unique_ptr<grpc::ServerBuilderPlugin>& plugin) {
      return plugin->name() == "proto_server_reflection" || plugin->name() == "channelz_service";
    };
    plugins->erase(std::remove_if(plugins->begin(), plugins->end(), debugging), plugins->end());
  }
};

void InstallPluginsOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::channelz::experimental::InitChannelzService();
  });
}

absl::StatusOr<BoundServer> Start(const std::string& address,
                                  const std::vector<grpc::Service*>& services, bool debugging) {
  InstallPluginsOnce();
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("address is \"", address, "\", expected host:port such as 127.0.0.1:7601"));
  }
  grpc::ServerBuilder builder;
  if (!debugging) builder.SetOption(std::make_unique<WithoutDebugging>());
  int port = 0;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  grpc::ResourceQuota quota(debugging ? "admin" : "public");
  quota.Resize(kMaxBufferBytes);
  builder.SetResourceQuota(quota);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kLeastClientPingMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kMaxConnectionAgeMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kMaxConnectionAgeGraceMs);
  for (grpc::Service* service : services) builder.RegisterService(service);
  BoundServer bound;
  bound.server = builder.BuildAndStart();
  if (bound.server == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", address));
  }
  bound.address = absl::StrCat(address.substr(0, colon), ":", port);
  return bound;
}

}  // namespace

absl::StatusOr<BoundServer> StartPublicServer(const std::string& address,
                                              const std::vector<grpc::Service*>& services) {
  return Start(address, services, /*debugging=*/false);
}

absl::StatusOr<BoundServer> StartAdminServer(const std::string& address,
                                             const std::vector<grpc::Service*>& services) {
  return Start(address, services, /*debugging=*/true);
}

}  // namespace glutwatch

#include "client/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace glutwatch::client {
namespace {

constexpr int kMaxReceiveBytes = 64 << 20;
// The server accepts a ping every 20 s (SERVICE B.1); one a minute is well within that.
constexpr int kKeepaliveTimeMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
// gRPC's own default grows to two minutes, which would keep a feed waiting long after a restart.
constexpr int kMaxReconnectMs = 5'000;
constexpr int kFirstReconnectMs = 200;
constexpr int kConnectSlices = 20;
constexpr absl::Duration kConnectSlice = absl::Milliseconds(100);

struct Method {
  const char* service;
  const char* method;
};

// Methods that change nothing.
constexpr Method kReads[] = {
    {"CatalogService", "GetRegion"},           {"CatalogService", "ListRegions"},
    {"CatalogService", "GetMarket"},           {"CatalogService", "ListMarkets"},
    {"CatalogService", "GetProduct"},          {"CatalogService", "ListProducts"},
    {"CatalogService", "ListUnits"},           {"CatalogService", "ListSeries"},
    {"CatalogService", "ExportCatalog"},       {"ObservationService", "LatestPrices"},
    {"AssessmentService", "GetIndicators"},    {"AssessmentService", "GetForecast"},
    {"WarningService", "ListWarnings"},        {"WarningService", "GetWarning"},
    {"WarningService", "ExplainWarning"},      {"WarningService", "GetRulePack"},
    {"DataHealthService", "ListMarketHealth"}, {"DataHealthService", "GetRegionHealth"},
    {"DataHealthService", "GetSeriesHealth"},  {"DataHealthService", "ListSourceDays"},
    {"DataHealthService", "ListCorrections"},  {"DataHealthService", "ListSuspicious"},
};

}  // namespace

std::string ServiceConfigJson() {
  std::vector<std::string> names;
  for (const Method& read : kReads) {
    names.push_back(absl::StrCat(R"({"service":"glutwatch.v1.)", read.service, R"(","method":")",
                                 read.method, R"("})"));
  }
  return absl::StrCat(
      R"({"methodConfig":[{"name":[)", absl::StrJoin(names, ","),
      R"(],"retryPolicy":{"maxAttempts":4,"initialBackoff":"0.1s","maxBackoff":"2s",)",
      R"("backoffMultiplier":2,"retryableStatusCodes":["UNAVAILABLE"]}}],)",
      R"("retryThrottling":{"maxTokens":10,"tokenRatio":0.1}})");
}

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& server) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(ServiceConfigJson());
  arguments.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kMaxReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMs);
  // Channels of one process must not share a connection's back-off.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments);
}

void AwaitConnection(grpc::Channel* channel, absl::FunctionRef<bool()> stopped) {
  for (int i = 0; i < kConnectSlices && !stopped(); ++i) {
    if (channel->WaitForConnected(absl::ToChronoTime(absl::Now() + kConnectSlice))) return;
  }
}

absl::Status CheckServer(absl::string_view server) {
  if (absl::StartsWith(server, "unix:") && server.size() > 5) return absl::OkStatus();
  const size_t colon = server.rfind(':');
  int port = 0;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(server.substr(colon + 1), &port) || port < 1 || port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat(
        "server is \"", server, "\", expected host:port (\"127.0.0.1:7601\") or unix:/path"));
  }
  return absl::OkStatus();
}

}  // namespace glutwatch::client

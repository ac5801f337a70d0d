#pragma once
#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace glutwatch::client {

// Where a server listens if nobody says otherwise.
inline constexpr char kDefaultServer[] = "127.0.0.1:7601";

// A channel to `server` ("host:port", "[::1]:7601", "unix:/path"). Does not connect yet.
//
// Reads (Get, List, Latest, Explain ...) are retried on UNAVAILABLE, at most four attempts within
// their deadline; writes and streams are not, see PushStream and WarningWatcher. Idle streams are
// kept alive, so a dead peer is found out within about a minute and a half.
std::shared_ptr<grpc::Channel> OpenChannel(const std::string& server);

// INVALID_ARGUMENT quotes `server` and says what was expected.
absl::Status CheckServer(absl::string_view server);

// The service config that OpenChannel uses, as JSON.
std::string ServiceConfigJson();

}  // namespace glutwatch::client

#pragma once
#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace glutwatch::client {

// Where a server listens if nobody says otherwise.
inline constexpr char kDefaultServer[] = "127.0.0.1:7601";
// And its operators' services.
inline constexpr char kDefaultAdmin[] = "127.0.0.1:7602";

// A channel to `server` ("host:port", "[::1]:7601", "unix:/path"). Does not connect yet.
//
// Reads (Get, List, Latest, Explain ...) are retried on UNAVAILABLE, at most four attempts within
// their deadline; writes and streams are not, see PushStream and WarningWatcher. Idle streams are
// kept alive, so a dead peer is found out within about a minute and a half.
std::shared_ptr<grpc::Channel> OpenChannel(const std::string& server);

// Waits until `channel` is connected: a few seconds at most, or until `stopped` says so, which is
// asked every 100 ms. Call it before a stream is opened again.
//
// gRPC moves a connection on only while somebody polls it, and a stream on a broken channel fails
// at once. So between two streams nothing happens but a poll in the background every five seconds,
// and a server that is back within a moment would be found again only after several of those.
void AwaitConnection(grpc::Channel* channel, absl::FunctionRef<bool()> stopped);

// INVALID_ARGUMENT quotes `server` and says what was expected.
absl::Status CheckServer(absl::string_view server);

// The service config that OpenChannel uses, as JSON.
std::string ServiceConfigJson();

}  // namespace glutwatch::client

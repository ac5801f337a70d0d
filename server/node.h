#pragma once
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "glutwatch/config/v1/server.pb.h"

namespace glutwatch {

// The defaults of every field of the configuration.
config::v1::ServerConfig DefaultConfig();

// `given` over the defaults. INVALID_ARGUMENT names the field that cannot work.
absl::StatusOr<config::v1::ServerConfig> CompleteConfig(const config::v1::ServerConfig& given);

// Reads the configuration at `path`; relative paths in it are relative to its folder.
// INVALID_ARGUMENT "file:line:column: key: ...".
absl::StatusOr<config::v1::ServerConfig> ReadConfig(const std::string& path);

// Reads the rule pack and the catalog files as Start would, into an empty store in a temporary
// folder. Errors name file, place and key.
absl::Status CheckFiles(const config::v1::ServerConfig& config);

// One server: opens the rooms, connects them and serves. The only place that knows them all.
class Node {
 public:
  struct Addresses {
    std::string grpc;
    std::string admin;  // "" if turned off
    std::string http;   // "" if turned off
  };

  // Opens the store, loads the catalog files and the rule pack, catches up and serves. `clock`
  // outlives the node. Errors name the file and place, or the address, that is the cause.
  static absl::StatusOr<std::unique_ptr<Node>> Start(const config::v1::ServerConfig& config,
                                                     const Clock* clock);
  // Drains: streams end with UNAVAILABLE, what was taken is answered; then closes the store.
  virtual ~Node();

  virtual const Addresses& addresses() const = 0;
  // Waits until everything recorded so far is judged. False on time-out.
  virtual bool WaitJudged(absl::Duration timeout) = 0;
  // What the timer does every minute: marks stale and blind, and what came back.
  virtual absl::Status CheckFreshness() = 0;
};

}  // namespace glutwatch

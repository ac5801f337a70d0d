#pragma once
#include <grpcpp/channel.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/backoff.h"
#include "glutwatch/v1/warn.pb.h"

namespace glutwatch::client {

namespace v1 = ::glutwatch::v1;

struct WatchOptions {
  // What to watch and where to begin; `resume_cursor` wins over `mode`.
  v1::WatchWarningsRequest request;
  // If not empty: the cursor is read from this file when the watch begins (if it exists) and kept
  // in it, fsynced, after each frame that was taken.
  std::string cursor_file;
  // How long the first connection may take.
  absl::Duration connect_timeout = absl::Seconds(10);
  // How long a broken connection is tried again before the error is passed on.
  absl::Duration give_up_after = absl::InfiniteDuration();
  BackoffOptions backoff;
  uint64_t backoff_seed = 0;  // 0: a random one
};

// Watches warnings over any number of reconnects and server restarts.
//
// The caller sees one stream: each event once, in the order of the log; each warning of a
// snapshot once per generation, also if the snapshot had to begin anew; a gap where the server
// announced one (what follows it is a new snapshot). Over a restart of the client it is at least
// once: a crash after `take` and before the cursor file was written shows that one frame again.
class WarningWatcher {
 public:
  // Takes a frame; false ends the watch. The frame's cursor resumes after it.
  using TakeFn = std::function<bool(const v1::WatchWarningsResponse& frame)>;

  static std::unique_ptr<WarningWatcher> Create(std::shared_ptr<grpc::Channel> channel,
                                                const WatchOptions& options);
  virtual ~WarningWatcher() = default;

  // Runs until `take` returns false or Stop is called (OK), or an error is final: what the server
  // refuses (INVALID_ARGUMENT "CURSOR_MALFORMED"), UNAVAILABLE after the times above, the cursor
  // file's errors. Call it once.
  virtual absl::Status Run(const TakeFn& take) = 0;

  // Ends Run soon. From any thread, also before Run.
  virtual void Stop() = 0;

  // Resumes after the last frame that was taken; "" if none was. From any thread.
  virtual std::string cursor() const = 0;
  // How often the connection was lost so far.
  virtual int64_t reconnects() const = 0;
};

}  // namespace glutwatch::client

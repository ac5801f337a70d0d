#pragma once
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <map>
#include <memory>
#include <thread>

#include "base/mutex.h"
#include "glutwatch/v1/warn.pb.h"
#include "server/catalog/catalog.h"
#include "server/security/principal.h"
#include "server/warn/warning_desk.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

class WarningStream;

// What a watch says of the server beside warnings.
struct WatchHealth {
  int64_t lag_ms = 0;  // of judging
};

// Serves every WatchWarnings stream. A stream holds a position in the log, not a queue: it reads on
// when its one outstanding write has completed, and is woken when the log grows or its heartbeat
// is due, by one thread for all. A slow watcher costs a block of decoded events and misses nothing.
//
// Thread-safe. Arguments outlive it.
class WarningWatch {
 public:
  WarningWatch(warn::WarningDesk* desk, const catalog::Catalog* catalog,
               std::function<WatchHealth()> health);
  // Streams must have ended: call Drain, then shut the server down.
  ~WarningWatch();

  // Begins a stream on behalf of `principal`. An error finishes it at once.
  grpc::ServerWriteReactor<v1::WatchWarningsResponse>* Begin(
      const security::Principal& principal, const v1::WatchWarningsRequest& request);

  // Finishes every stream with UNAVAILABLE; new ones are refused so.
  void Drain();
  int streams() const;

 private:
  friend class WarningStream;
  void Run();
  void Remove(const WarningStream* stream);

  warn::WarningDesk* const desk_;
  const catalog::Catalog* const catalog_;
  const std::function<WatchHealth()> health_;
  int64_t listener_ = 0;

  mutable Mutex mu_;
  CondVar wake_;
  bool grown_ ABSL_GUARDED_BY(mu_) = false;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::map<const WarningStream*, std::shared_ptr<WarningStream>> streams_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace glutwatch::rpc

#pragma once
#include <grpcpp/support/server_callback.h>

#include <atomic>

#include "glutwatch/v1/observe.pb.h"
#include "server/observe/intake.h"
#include "server/security/principal.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

// Batches that one stream may have in flight; more are not read before one is answered.
inline constexpr int kMaxBatchesInFlight = 16;

// Tells every push stream that the server is going down: they read no more, answer what they have
// taken and end with UNAVAILABLE.
class PushDrain {
 public:
  void Begin() { draining_.store(true); }
  bool draining() const { return draining_.load(); }

 private:
  std::atomic<bool> draining_{false};
};

// Begins a PushObservations stream. It deletes itself when it is done. Arguments outlive it.
grpc::ServerBidiReactor<v1::PushObservationsRequest, v1::PushObservationsResponse>* BeginPush(
    observe::Intake* intake, const security::Principal& principal, const PushDrain* drain);

}  // namespace glutwatch::rpc

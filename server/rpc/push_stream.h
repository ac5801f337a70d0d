#pragma once
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <map>
#include <memory>

#include "base/mutex.h"
#include "glutwatch/v1/observe.pb.h"
#include "server/observe/intake.h"
#include "server/security/principal.h"
#include "server/security/quota.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

class PushReactor;

// The columns of a batch, in its memory: they live as long as it does, and nothing is copied.
observe::BatchColumns ColumnsOf(const v1::ObservationBatch& batch);

struct PushLimits {
  // Batches that one stream may have in flight; more are not read before one is answered.
  int batches_per_stream = 16;
  // Rows in flight over all streams, in bytes; above it no stream reads on.
  int64_t bytes = int64_t{96} << 20;
};

// Serves every PushObservations stream. Back-pressure is not reading: the sender's window fills up
// and it waits. Thread-safe.
class PushStreams {
 public:
  // `quotas`, if there are any, outlive it: a stream reads not on either while its principal has
  // too many bytes in flight over all of its streams.
  explicit PushStreams(const PushLimits& limits = {}, security::Quotas* quotas = nullptr)
      : limits_(limits), quotas_(quotas) {}

  // Begins a stream, which deletes itself when it is done. Arguments and this outlive it.
  grpc::ServerBidiReactor<v1::PushObservationsRequest, v1::PushObservationsResponse>* Begin(
      observe::Intake* intake, const security::Principal& principal);

  // The server is going down: streams read no more, answer what they have taken and end with
  // UNAVAILABLE; new ones end at once.
  void Drain();
  int streams() const;

 private:
  friend class PushReactor;
  // `quota` is of the stream's principal, or nullptr.
  bool MayRead(const security::QuotaAccount* quota) const {
    return bytes_in_flight_.load() < limits_.bytes &&
           (quota == nullptr || quota->HasRoomForBytes());
  }
  void Take(int64_t bytes, security::QuotaAccount* quota) {
    bytes_in_flight_.fetch_add(bytes);
    if (quota != nullptr) quota->TakeBytes(bytes);
  }
  // Wakes the streams that wait for room, if there is some again.
  void Release(int64_t bytes, security::QuotaAccount* quota);
  void Remove(const PushReactor* stream);

  const PushLimits limits_;
  security::Quotas* const quotas_;
  std::atomic<int64_t> bytes_in_flight_{0};
  mutable Mutex mu_;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  std::map<const PushReactor*, std::shared_ptr<PushReactor>> streams_ ABSL_GUARDED_BY(mu_);
};

}  // namespace glutwatch::rpc

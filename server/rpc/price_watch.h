#pragma once
#include <grpcpp/support/server_callback.h>

#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "glutwatch/v1/observe.pb.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/observe/price_hub.h"
#include "server/security/principal.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

class PriceStream;

// Serves every WatchPrices stream. A stream takes what the hub kept for it when its one outstanding
// write has completed; one thread for all makes the frame when something new came, so that the
// store's writer only says that it did. What the hub could not keep is told as skipped.
//
// Thread-safe. Arguments outlive it.
class PriceWatch {
 public:
  PriceWatch(observe::PriceHub* hub, const catalog::Catalog* catalog,
             const catalog::SeriesRegistry* registry);
  // Streams must have ended: call Drain, then shut the server down.
  ~PriceWatch();

  // Begins a stream on behalf of `principal`. An error finishes it at once.
  grpc::ServerWriteReactor<v1::WatchPricesResponse>* Begin(const security::Principal& principal,
                                                           const v1::WatchPricesRequest& request);

  // Finishes every stream with UNAVAILABLE; new ones are refused so.
  void Drain();
  int streams() const;

 private:
  friend class PriceStream;
  void Ready(std::weak_ptr<PriceStream> stream);
  void Remove(const PriceStream* stream);
  void Run();

  observe::PriceHub* const hub_;
  const catalog::Catalog* const catalog_;
  const catalog::SeriesRegistry* const registry_;

  // Taken by the hub's publisher: no stream is destroyed under it.
  mutable Mutex mu_;
  CondVar wake_;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::weak_ptr<PriceStream>> ready_ ABSL_GUARDED_BY(mu_);
  std::map<const PriceStream*, std::shared_ptr<PriceStream>> streams_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace glutwatch::rpc

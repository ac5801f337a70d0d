#pragma once
#include <prometheus/collectable.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/assess/assess_loop.h"
#include "server/node_upkeep.h"
#include "server/observe/intake.h"
#include "server/security/refusals.h"
#include "server/storage/price_store.h"

namespace glutwatch {

// What the rooms say of themselves at one instant.
struct NodeSnapshot {
  storage::DatabaseHealth database;
  int64_t disk_bytes = 0;
  storage::PriceStore::Stats store;
  observe::Intake::Stats intake;
  assess::AssessLoop::Stats assess;
  NodeUpkeep::Stats upkeep;
  int64_t series = 0;
  int64_t warning_events = 0;
  int64_t warnings_in_force[5] = {};                // by level
  int64_t refused[security::kRefusalReasons] = {};  // by reason
  int push_streams = 0;
  int price_watch_streams = 0;
  int warning_watch_streams = 0;
};

// Everything that /metrics shows, in the text format of Prometheus. Thread-safe.
class NodeMetrics {
 public:
  explicit NodeMetrics(std::function<NodeSnapshot()> snapshot);

  // One finished call that is not a watch or a push.
  void ObserveCall(absl::string_view method, absl::StatusCode code, absl::Duration duration);
  std::string Text() const;

 private:
  std::shared_ptr<prometheus::Registry> registry_;
  std::shared_ptr<prometheus::Collectable> rooms_;
  prometheus::Family<prometheus::Histogram>* calls_;
};

}  // namespace glutwatch

#pragma once
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "client/cli/context.h"
#include "glutwatch/v1/observe.pb.h"
#include "glutwatch/v1/warn.pb.h"

namespace CLI {
class App;
}  // namespace CLI

namespace glutwatch::client {

// --series --market --product --region.
struct SelectionFlags {
  std::vector<std::string> series, markets, products;
  std::string region;
};
void AddSelectionFlags(CLI::App* command, const Context& context, SelectionFlags* flags);
// INVALID_ARGUMENT if no flag is given; NOT_FOUND if no region is called so. Asks the server only
// for a region that is given by its name.
absl::StatusOr<v1::SeriesSelection> ToSelection(Context* context, const SelectionFlags& flags);

// --region --product --min-level.
struct FilterFlags {
  std::string region, min_level;
  std::vector<std::string> products;
};
void AddFilterFlags(CLI::App* command, const Context& context, FilterFlags* flags);
absl::StatusOr<v1::WarningFilter> ToFilter(Context* context, const FilterFlags& flags);

// --per. INVALID_ARGUMENT lists what may be said.
absl::StatusOr<v1::UnitView> ToUnitView(const std::string& per);

// Ends a stream after a time and on Ctrl-C, by calling `stop` once, from another thread.
class StreamLimits {
 public:
  // `span` may be infinite.
  StreamLimits(Context* context, absl::Duration span, std::function<void()> stop);
  ~StreamLimits();
  StreamLimits(const StreamLimits&) = delete;
  StreamLimits& operator=(const StreamLimits&) = delete;

 private:
  void Wait(absl::Duration span);

  Context* const context_;
  const std::function<void()> stop_;
  Mutex mu_;
  CondVar changed_;
  bool over_ ABSL_GUARDED_BY(mu_) = false;
  bool interrupted_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace glutwatch::client

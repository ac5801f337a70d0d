#include "server/rpc/price_watch.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/status_macros.h"
#include "server/rpc/call.h"
#include "server/rpc/price_view.h"
#include "server/rpc/translate_catalog.h"

namespace glutwatch::rpc {
namespace {

constexpr size_t kRowsPerFrame = 4096;
constexpr size_t kMaxWaitingRows = 16'384;  // of a stream that is slower than the market

// Tells a series of a selection, also one that is registered later.
class SeriesMatcher {
 public:
  // NOT_FOUND names what the selection names and there is not.
  static absl::StatusOr<SeriesMatcher> Of(const catalog::SeriesSelection& selection,
                                          const catalog::Catalog* catalog,
                                          const catalog::SeriesRegistry* registry) {
    GLUTWATCH_RETURN_IF_ERROR(registry->Select(selection, catalog::SeriesId{}, 1).status());
    SeriesMatcher matcher(catalog, registry);
    matcher.series_.insert(selection.series.begin(), selection.series.end());
    for (const std::string& name : selection.markets) {
      matcher.markets_.insert(catalog->FindMarket(name)->id);
    }
    for (const std::string& name : selection.products) {
      matcher.products_.insert(catalog->FindProduct(name)->id);
    }
    matcher.region_ = selection.region;
    return matcher;
  }

  bool operator()(catalog::SeriesId id) const {
    if (!series_.empty() && !series_.contains(id)) return false;
    const auto series = registry_->Find(id);
    if (!series.has_value()) return false;
    if (!markets_.empty() && !markets_.contains(series->key.market)) return false;
    if (!products_.empty() && !products_.contains(series->key.product)) return false;
    if (region_.empty()) return true;
    const auto market = catalog_->FindMarket(series->key.market);
    return market != nullptr && catalog_->IsWithin(market->region, region_);
  }

 private:
  SeriesMatcher(const catalog::Catalog* catalog, const catalog::SeriesRegistry* registry)
      : catalog_(catalog), registry_(registry) {}

  const catalog::Catalog* catalog_;
  const catalog::SeriesRegistry* registry_;
  std::set<catalog::SeriesId> series_;
  std::set<std::string> markets_;
  std::set<std::string> products_;
  std::string region_;
};

int SourceIndex(const std::string& name, v1::PriceBlock* block) {
  const auto& names = block->source_names();
  const auto it = std::find(names.begin(), names.end(), name);
  if (it != names.end()) return static_cast<int>(it - names.begin());
  block->add_source_names(name);
  return block->source_names_size() - 1;
}

}  // namespace

class PriceStream final : public grpc::ServerWriteReactor<v1::WatchPricesResponse>,
                          public std::enable_shared_from_this<PriceStream> {
 public:
  explicit PriceStream(PriceWatch* watch) : watch_(watch) {}

  absl::Status Open(const v1::WatchPricesRequest& request) {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto selection, FromProto(request.selection()));
    GLUTWATCH_ASSIGN_OR_RETURN(auto wanted,
                               SeriesMatcher::Of(selection, watch_->catalog_, watch_->registry_));
    observe::PriceSubscription::Options options;
    options.wanted = std::move(wanted);
    options.on_ready = [watch = watch_, self = weak_from_this()] { watch->Ready(self); };
    options.capacity_rows = kMaxWaitingRows;
    subscription_ = watch_->hub_->Subscribe(std::move(options));
    return absl::OkStatus();
  }

  // The headers say that the watch has begun: what is recorded from now on will come.
  void Begin() {
    {
      MutexLock lock(&mu_);
      begun_ = true;
      if (!ending_.has_value()) StartSendInitialMetadata();
    }
    Pump();
  }

  // Writes the next frame if there is one and no write is out. Never from the hub's thread.
  void Pump() {
    MutexLock lock(&mu_);
    if (!begun_ || writing_ || ending_.has_value()) return;
    const auto taken = subscription_->Take(kRowsPerFrame);
    if (taken.rows.empty()) return;
    MakeFrame(taken);
    writing_ = true;
    StartWrite(&frame_);
  }

  // Ends the stream once the write that is out is done or has failed. The first reason counts.
  void End(const absl::Status& status) {
    MutexLock lock(&mu_);
    EndLocked(status);
  }

  void OnWriteDone(bool ok) override {
    {
      MutexLock lock(&mu_);
      writing_ = false;
      if (ending_.has_value()) return Finish(ToGrpc(*ending_));
      if (!ok) return EndLocked(absl::CancelledError("the client went away"));
    }
    Pump();
  }
  void OnCancel() override { End(absl::CancelledError("cancelled by the client")); }
  void OnDone() override { watch_->Remove(this); }

 private:
  void MakeFrame(const observe::PriceSubscription::Frame& taken)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    frame_.Clear();
    frame_.set_skipped_rows(taken.skipped_rows);
    std::map<storage::SeriesId, v1::PriceBlock*> blocks;
    const PriceView as_quoted;
    for (const observe::FreshPrice& row : taken.rows) {
      auto*& block = blocks[row.series];
      if (block == nullptr) {
        block = frame_.add_blocks();
        const catalog::Series series = *watch_->registry_->Find(row.series);
        *block->mutable_series() = ToProto(series);
        block->set_price_unit(ViewOf(series, *watch_->catalog_, v1::UNIT_VIEW_UNSPECIFIED).unit);
      }
      AddRow(row.version, as_quoted, SourceIndex(*row.source, block), block);
    }
  }

  void EndLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (ending_.has_value()) return;
    ending_ = status;
    if (!writing_) Finish(ToGrpc(status));
  }

  PriceWatch* const watch_;
  observe::PriceHub::Handle subscription_;
  Mutex mu_;
  v1::WatchPricesResponse frame_;  // being written while writing_
  bool begun_ ABSL_GUARDED_BY(mu_) = false;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<absl::Status> ending_ ABSL_GUARDED_BY(mu_);
};

PriceWatch::PriceWatch(observe::PriceHub* hub, const catalog::Catalog* catalog,
                       const catalog::SeriesRegistry* registry)
    : hub_(hub), catalog_(catalog), registry_(registry), thread_([this] { Run(); }) {}

PriceWatch::~PriceWatch() {
  {
    MutexLock lock(&mu_);
    stopped_ = true;
    wake_.Signal();
  }
  thread_.join();
}

grpc::ServerWriteReactor<v1::WatchPricesResponse>* PriceWatch::Begin(
    const security::Principal& principal, const v1::WatchPricesRequest& request) {
  using Refused = RefusedStream<v1::WatchPricesResponse>;
  const auto stream = std::make_shared<PriceStream>(this);
  absl::Status status = MayAtAll(principal, security::Action::kReadPrices);
  if (status.ok()) status = stream->Open(request);
  if (!status.ok()) return new Refused(status);
  {
    MutexLock lock(&mu_);
    if (draining_) return new Refused(absl::UnavailableError("DRAINING: shutting down"));
    streams_[stream.get()] = stream;
  }
  stream->Begin();
  return stream.get();
}

void PriceWatch::Drain() {
  std::vector<std::shared_ptr<PriceStream>> streams;
  {
    MutexLock lock(&mu_);
    draining_ = true;
    for (const auto& [pointer, stream] : streams_) streams.push_back(stream);
  }
  for (const auto& stream : streams) stream->End(absl::UnavailableError("DRAINING: shutting down"));
}

int PriceWatch::streams() const {
  MutexLock lock(&mu_);
  return static_cast<int>(streams_.size());
}

void PriceWatch::Ready(std::weak_ptr<PriceStream> stream) {
  MutexLock lock(&mu_);
  ready_.push_back(std::move(stream));
  wake_.Signal();
}

void PriceWatch::Remove(const PriceStream* stream) {
  std::shared_ptr<PriceStream> last;  // destroyed after the lock is released
  MutexLock lock(&mu_);
  const auto it = streams_.find(stream);
  if (it == streams_.end()) return;
  last = std::move(it->second);
  streams_.erase(it);
}

void PriceWatch::Run() {
  while (true) {
    std::vector<std::weak_ptr<PriceStream>> ready;
    {
      MutexLock lock(&mu_);
      while (ready_.empty() && !stopped_) wake_.Wait(&mu_);
      if (stopped_) return;
      ready.swap(ready_);
    }
    for (const auto& pointer : ready) {
      if (const auto stream = pointer.lock()) stream->Pump();
    }
  }
}

}  // namespace glutwatch::rpc

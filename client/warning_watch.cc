#include "client/warning_watch.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "client/channel.h"
#include "client/cursor_file.h"
#include "client/status.h"
#include "client/warning_filter.h"
#include "glutwatch/v1/warn.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Frame = v1::WatchWarningsResponse;

// A server that breaks its own chain of numbers again and again is broken, not the network.
constexpr int kMaxBrokenChains = 3;

bool MayReconnect(const absl::Status& status) {
  return status.ok() || IsRetryable(status) || absl::IsAborted(status) ||
         absl::IsCancelled(status) ||
         (absl::IsInternal(status) && absl::StrContains(status.message(), "RST_STREAM"));
}

class WatcherImpl final : public WarningWatcher {
 public:
  WatcherImpl(std::shared_ptr<grpc::Channel> channel, const WatchOptions& options)
      : options_(options),
        channel_(std::move(channel)),
        stub_(v1::WarningService::NewStub(channel_)),
        backoff_(options.backoff,
                 options.backoff_seed != 0 ? options.backoff_seed : std::random_device{}()) {}

  absl::Status Run(const TakeFn& take) override {
    GLUTWATCH_RETURN_IF_ERROR(TakeUpCursor());
    absl::Time silent_since = absl::Now();
    while (true) {
      heard_ = false;
      absl::Status status = RunStream(take);
      if (done_ || stopped()) return taking_;
      if (!MayReconnect(status)) return status;
      if (status.ok()) status = absl::UnavailableError("the server ended the stream");
      if (heard_) {
        silent_since = absl::Now();
        backoff_.Reset();
      }
      const absl::Duration patience =
          ever_heard_ ? options_.give_up_after : options_.connect_timeout;
      if (absl::Now() - silent_since >= patience) return status;
      if (ever_heard_) CountReconnect();
      if (!Pause(backoff_.Next(RetryDelayOf(status)))) return absl::OkStatus();
      AwaitConnection(channel_.get(), [this] { return stopped(); });
    }
  }

  void Stop() override {
    MutexLock lock(&mu_);
    stopped_ = true;
    if (context_ != nullptr) context_->TryCancel();
    changed_.SignalAll();
  }

  std::string cursor() const override {
    MutexLock lock(&mu_);
    return cursor_;
  }

  int64_t reconnects() const override {
    MutexLock lock(&mu_);
    return reconnects_;
  }

 private:
  absl::Status TakeUpCursor() {
    std::string cursor = options_.request.resume_cursor();
    if (cursor.empty() && !options_.cursor_file.empty()) {
      GLUTWATCH_ASSIGN_OR_RETURN(cursor, ReadCursorFile(options_.cursor_file));
    }
    MutexLock lock(&mu_);
    cursor_ = std::move(cursor);
    return absl::OkStatus();
  }

  absl::Status RunStream(const TakeFn& take) {
    grpc::ClientContext context;
    v1::WatchWarningsRequest request = options_.request;
    {
      MutexLock lock(&mu_);
      if (stopped_) return absl::OkStatus();
      context_ = &context;
      if (!cursor_.empty()) request.set_resume_cursor(cursor_);
    }
    const auto reader = stub_->WatchWarnings(&context, request);
    Frame frame;
    bool first = true;
    bool chained = true;
    while (!done_ && reader->Read(&frame)) {
      heard_ = ever_heard_ = true;
      chained = IsChained(frame, std::exchange(first, false));
      if (!chained) break;
      Take(frame, take);
    }
    if (done_ || !chained) context.TryCancel();
    const absl::Status status = FromGrpc(reader->Finish());
    {
      MutexLock lock(&mu_);
      context_ = nullptr;
    }
    return chained ? status : BrokenChain();
  }

  // Whether nothing is missing between this frame and the one before it.
  bool IsChained(const Frame& frame, bool first_of_stream) {
    const bool restarts = frame.has_gap() || frame.has_snapshot() || frame.has_snapshot_end();
    const bool comparable = !restarts && (!first_of_stream || resumes_at_known_);
    const bool chained = !comparable || frame.prev_seq() <= last_seq_;
    if (!chained) return false;
    broken_chains_ = 0;
    last_seq_ = frame.server_seq();
    resumes_at_known_ = !frame.has_gap() && !frame.has_snapshot();
    return true;
  }

  absl::Status BrokenChain() {
    if (++broken_chains_ < kMaxBrokenChains) {
      return absl::UnavailableError("frames are missing; resuming from the last one");
    }
    return absl::DataLossError(absl::StrCat("the server left out events after number ", last_seq_,
                                            " ", kMaxBrokenChains, " times without saying so"));
  }

  void Take(const Frame& frame, const TakeFn& take) {
    if (filter_.IsNew(frame) && !take(frame)) done_ = true;
    const bool changed = [&] {
      MutexLock lock(&mu_);
      return std::exchange(cursor_, frame.cursor()) != frame.cursor();
    }();
    if (!changed || options_.cursor_file.empty()) return;
    taking_ = WriteCursorFile(options_.cursor_file, frame.cursor());
    if (!taking_.ok()) done_ = true;
  }

  bool stopped() const {
    MutexLock lock(&mu_);
    return stopped_;
  }

  void CountReconnect() {
    MutexLock lock(&mu_);
    ++reconnects_;
  }

  // False if stopped.
  bool Pause(absl::Duration wait) {
    const absl::Time until = absl::Now() + wait;
    MutexLock lock(&mu_);
    while (!stopped_) {
      const absl::Duration left = until - absl::Now();
      if (left <= absl::ZeroDuration()) return true;
      changed_.WaitFor(&mu_, left);
    }
    return false;
  }

  const WatchOptions options_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::WarningService::Stub> stub_;

  // Of the thread in Run.
  Backoff backoff_;
  FrameFilter filter_;
  bool heard_ = false;       // this stream brought a frame
  bool ever_heard_ = false;  // any stream did
  bool done_ = false;        // the caller or the cursor file ends the watch
  absl::Status taking_;
  int64_t last_seq_ = 0;
  bool resumes_at_known_ = false;  // a resumed stream continues right after last_seq_
  int broken_chains_ = 0;

  mutable Mutex mu_;
  CondVar changed_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mu_) = nullptr;
  std::string cursor_ ABSL_GUARDED_BY(mu_);
  int64_t reconnects_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace

std::unique_ptr<WarningWatcher> WarningWatcher::Create(std::shared_ptr<grpc::Channel> channel,
                                                       const WatchOptions& options) {
  return std::make_unique<WatcherImpl>(std::move(channel), options);
}

}  // namespace glutwatch::client

#include "server/rpc/warning_watch.h"

#include <deque>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "server/rpc/call.h"
#include "server/rpc/log.h"
#include "server/rpc/tokens.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_warn.h"

namespace glutwatch::rpc {
namespace {

constexpr int kEventsPerBlock = 64;
// Events that do not match: after so many a frame of progress lets other streams have their turn,
// and a client that is cut off does not begin again.
constexpr int kMaxSkippedPerFrame = 2048;
constexpr absl::Duration kTick = absl::Seconds(1);
constexpr absl::Duration kUsualHeartbeat = absl::Seconds(15);
constexpr absl::Duration kLeastHeartbeat = absl::Seconds(1);
constexpr absl::Duration kMostHeartbeat = absl::Seconds(60);

absl::Duration HeartbeatOf(const v1::WatchWarningsRequest& request) {
  if (!request.has_heartbeat()) return kUsualHeartbeat;
  const absl::Duration asked =
      absl::Seconds(request.heartbeat().seconds()) + absl::Nanoseconds(request.heartbeat().nanos());
  return std::clamp(asked, kLeastHeartbeat, kMostHeartbeat);
}

}  // namespace

// One stream: a small machine that makes the next frame whenever the last one is out.
class WarningStream final : public grpc::ServerWriteReactor<v1::WatchWarningsResponse>,
                            public std::enable_shared_from_this<WarningStream> {
 public:
  explicit WarningStream(WarningWatch* watch) : watch_(watch) {}

  absl::Status Open(const security::Principal& principal, const v1::WatchWarningsRequest& request) {
    GLUTWATCH_ASSIGN_OR_RETURN(filter_, FromProto(request.filter(), *watch_->catalog_));
    GLUTWATCH_RETURN_IF_ERROR(security::Authorize(principal, security::Action::kReadWarnings,
                                                  filter_.region, *watch_->catalog_));
    include_evidence_ = request.include_evidence();
    heartbeat_ = HeartbeatOf(request);
    filter_hash_ = StableHash(request.filter().SerializeAsString());
    spdlog::debug("watch of warnings begun client={} by={}", LogText(request.client_id()),
                  LogText(principal.id));
    if (!request.resume_cursor().empty()) return Resume(request.resume_cursor());
    if (request.start_case() == v1::WatchWarningsRequest::kMode &&
        !v1::StartMode_IsValid(request.mode())) {
      return absl::InvalidArgumentError(
          absl::StrCat("mode is ", static_cast<int>(request.mode()), ", expected 0..3"));
    }
    switch (request.mode()) {
      case v1::START_MODE_TAIL_ONLY:
        position_ = watch_->desk_->last_seq();
        break;
      case v1::START_MODE_EARLIEST:
        position_ = 0;
        break;
      default:
        TakeSnapshot();
    }
    sent_seq_ = position_;
    return absl::OkStatus();
  }

  // Writes the next frame if there is one and no write is out. From the watch's thread or gRPC's.
  void Pump() {
    MutexLock lock(&mu_);
    if (writing_ || ending_.has_value()) return;
    frame_.Clear();
    const absl::StatusOr<bool> made = MakeFrame();
    if (!made.ok()) {
      EndLocked(made.status());
      return;
    }
    if (!*made) return;
    writing_ = true;
    last_frame_ = absl::Now();
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
  absl::Status Resume(absl::string_view text) {
    GLUTWATCH_ASSIGN_OR_RETURN(const WatchCursor cursor, ReadCursor(text));
    const warn::WarningDesk& desk = *watch_->desk_;
    if (cursor.epoch != desk.epoch() || cursor.log_id != desk.log_id() ||
        cursor.seq > desk.last_seq()) {
      gap_ = v1::WatchWarningsResponse::Gap::REASON_EPOCH_CHANGED;
    } else if (cursor.filter_hash != filter_hash_) {
      gap_ = v1::WatchWarningsResponse::Gap::REASON_FILTER_CHANGED;
    }
    if (gap_.has_value() || cursor.seq == WatchCursor::kFromSnapshot) {
      TakeSnapshot();
    } else {
      position_ = cursor.seq;
    }
    sent_seq_ = position_;
    return absl::OkStatus();
  }

  void TakeSnapshot() {
    const auto warnings = watch_->desk_->Snapshot(filter_, &position_);
    snapshot_.assign(warnings.begin(), warnings.end());
    snapshot_count_ = static_cast<int64_t>(warnings.size());
    in_snapshot_ = true;
  }

  // Fills frame_; false if there is nothing to say yet.
  absl::StatusOr<bool> MakeFrame() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (gap_.has_value()) {
      frame_.mutable_gap()->set_reason(*gap_);
      gap_.reset();
      Stamp(position_, /*from_snapshot=*/true);
      return true;
    }
    if (!snapshot_.empty()) {
      *frame_.mutable_snapshot()->mutable_warning() =
          ToProto(snapshot_.front(), *watch_->catalog_, include_evidence_);
      snapshot_.pop_front();
      Stamp(position_, /*from_snapshot=*/true);
      return true;
    }
    if (in_snapshot_) {
      in_snapshot_ = false;
      told_caught_up_ = true;
      frame_.mutable_snapshot_end()->set_warning_count(snapshot_count_);
      Stamp(position_, false);
      return true;
    }
    return MakeTailFrame();
  }

  absl::StatusOr<bool> MakeTailFrame() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    for (int skipped = 0; skipped < kMaxSkippedPerFrame; ++skipped) {
      if (block_.empty()) {
        GLUTWATCH_ASSIGN_OR_RETURN(auto events,
                                   watch_->desk_->ReadAfter(position_, kEventsPerBlock));
        if (events.empty()) {
          // A stream without a snapshot says once that it has caught up; then its heart beats.
          if (told_caught_up_ && absl::Now() - last_frame_ < heartbeat_) return false;
          told_caught_up_ = true;
          break;
        }
        block_.assign(std::make_move_iterator(events.begin()),
                      std::make_move_iterator(events.end()));
      }
      const warn::WarningEvent event = std::move(block_.front());
      block_.pop_front();
      position_ = event.seq;
      if (!filter_.Matches(event.warning, *watch_->catalog_)) continue;
      *frame_.mutable_event() =
          ToProto(event, *watch_->desk_, *watch_->catalog_, include_evidence_);
      Stamp(event.seq, false);
      return true;
    }
    MakeProgress();
    return true;
  }

  void MakeProgress() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    auto* progress = frame_.mutable_progress();
    *progress->mutable_server_time() = ToTimestamp(absl::ToUnixMicros(absl::Now()));
    const auto judged = watch_->desk_->judged_day();
    if (judged.has_value()) *progress->mutable_judged_date() = ToProto(*judged);
    progress->set_lag_ms(watch_->health_().lag_ms);
    Stamp(position_, false);
  }

  void Stamp(int64_t seq, bool from_snapshot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    WatchCursor cursor;
    cursor.log_id = std::string(watch_->desk_->log_id());
    cursor.epoch = watch_->desk_->epoch();
    cursor.seq = from_snapshot ? WatchCursor::kFromSnapshot : seq;
    cursor.filter_hash = filter_hash_;
    frame_.set_cursor(MakeCursor(cursor));
    frame_.set_server_seq(seq);
    frame_.set_prev_seq(sent_seq_);
    sent_seq_ = seq;
  }

  void EndLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (ending_.has_value()) return;
    ending_ = status;
    if (!writing_) Finish(ToGrpc(status));
  }

  WarningWatch* const watch_;
  warn::WarningFilter filter_;
  bool include_evidence_ = false;
  absl::Duration heartbeat_;
  uint64_t filter_hash_ = 0;

  Mutex mu_;
  v1::WatchWarningsResponse frame_;  // being written while writing_
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<absl::Status> ending_ ABSL_GUARDED_BY(mu_);
  absl::Time last_frame_ = absl::Now();
  std::optional<v1::WatchWarningsResponse::Gap::Reason> gap_;
  bool in_snapshot_ = false;
  bool told_caught_up_ = false;
  std::deque<warn::Warning> snapshot_;
  int64_t snapshot_count_ = 0;
  int64_t position_ = 0;  // the last event that was looked at
  int64_t sent_seq_ = 0;
  std::deque<warn::WarningEvent> block_;  // read and not yet looked at
};

WarningWatch::WarningWatch(warn::WarningDesk* desk, const catalog::Catalog* catalog,
                           std::function<WatchHealth()> health)
    : desk_(desk), catalog_(catalog), health_(std::move(health)) {
  listener_ = desk_->AddListener([this] {
    MutexLock lock(&mu_);
    grown_ = true;
    wake_.Signal();
  });
  thread_ = std::thread([this] { Run(); });
}

WarningWatch::~WarningWatch() {
  desk_->RemoveListener(listener_);
  {
    MutexLock lock(&mu_);
    stopped_ = true;
    wake_.Signal();
  }
  thread_.join();
}

grpc::ServerWriteReactor<v1::WatchWarningsResponse>* WarningWatch::Begin(
    const security::Principal& principal, const v1::WatchWarningsRequest& request) {
  using Refused = RefusedStream<v1::WatchWarningsResponse>;
  auto stream = std::make_shared<WarningStream>(this);
  const absl::Status status = stream->Open(principal, request);
  if (!status.ok()) return new Refused(status);
  WarningStream* reactor = stream.get();
  {
    MutexLock lock(&mu_);
    if (draining_) return new Refused(absl::UnavailableError("DRAINING: shutting down"));
    streams_[reactor] = stream;
  }
  reactor->Pump();
  return reactor;
}

void WarningWatch::Drain() {
  std::vector<std::shared_ptr<WarningStream>> streams;
  {
    MutexLock lock(&mu_);
    draining_ = true;
    for (const auto& [pointer, stream] : streams_) streams.push_back(stream);
  }
  for (const auto& stream : streams) {
    stream->End(absl::UnavailableError("DRAINING: shutting down"));
  }
}

int WarningWatch::streams() const {
  MutexLock lock(&mu_);
  return static_cast<int>(streams_.size());
}

void WarningWatch::Run() {
  while (true) {
    std::vector<std::shared_ptr<WarningStream>> streams;
    {
      MutexLock lock(&mu_);
      if (!grown_ && !stopped_) wake_.WaitFor(&mu_, kTick);
      if (stopped_) return;
      grown_ = false;
      for (const auto& [pointer, stream] : streams_) streams.push_back(stream);
    }
    for (const auto& stream : streams) stream->Pump();
  }
}

void WarningWatch::Remove(const WarningStream* stream) {
  std::shared_ptr<WarningStream> last;  // destroyed after the lock is released
  MutexLock lock(&mu_);
  const auto it = streams_.find(stream);
  if (it == streams_.end()) return;
  last = std::move(it->second);
  streams_.erase(it);
}

}  // namespace glutwatch::rpc

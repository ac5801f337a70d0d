#include "server/assess/assess_loop.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/thread_name.h"
#include "server/assess/change_set.h"

namespace glutwatch::assess {
namespace {

// Judging gives way to ingest and to queries.
constexpr int kNice = 10;

class Loop final : public AssessLoop {
 public:
  Loop(storage::PriceStore* store, const catalog::Catalog* catalog,
       const catalog::SeriesRegistry* registry, Judge judge, const Options& options)
      : store_(store),
        catalog_(catalog),
        registry_(registry),
        judge_(std::move(judge)),
        options_(options) {}

  absl::Status Begin(int64_t judged_through_us) {
    store_->KeepJournalAfter(judged_through_us);
    GLUTWATCH_RETURN_IF_ERROR(store_->ReplayChanges(
        judged_through_us,
        [this](int64_t recorded_us, absl::Span<const storage::PriceStore::Change> changes) {
          OnChange(recorded_us, changes);
        }));
    store_->SetChangeListener(
        [this](int64_t recorded_us, absl::Span<const storage::PriceStore::Change> changes) {
          OnChange(recorded_us, changes);
        });
    thread_ = std::thread([this] { Run(); });
    return absl::OkStatus();
  }

  ~Loop() override {
    store_->SetChangeListener(nullptr);
    changes_.Stop();
    if (thread_.joinable()) thread_.join();
  }

  void Reconsider(absl::Span<const storage::SeriesId> series) override {
    std::vector<ChangeSet::Change> changes;
    changes.reserve(series.size());
    for (const storage::SeriesId id : series) changes.push_back({id, kMinDay});
    if (!changes.empty()) changes_.Add(store_->newest_recorded_us(), changes, absl::Now());
  }

  bool WaitIdle(absl::Duration timeout) override { return changes_.WaitIdle(timeout); }

  Stats stats() const override {
    Stats stats;
    stats.rounds = rounds_.load();
    stats.groups_judged = groups_judged_.load();
    stats.failed_rounds = failed_rounds_.load();
    stats.lag = changes_.Lag(absl::Now());
    return stats;
  }

 private:
  void OnChange(int64_t recorded_us, absl::Span<const storage::PriceStore::Change> changes) {
    std::vector<ChangeSet::Change> copy;
    copy.reserve(changes.size());
    for (const auto& change : changes) copy.push_back({change.series, change.first_day});
    changes_.Add(recorded_us, copy, absl::Now());
  }

  void Run() {
    NameThisThread("assess");
    // Linux gives a thread a niceness of its own.
    (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
    absl::Duration delay = options_.delay;
    while (auto round = changes_.Take(delay)) {
      const absl::Status status = JudgeRound(*round);
      ++rounds_;
      if (status.ok()) {
        changes_.Done();
        store_->KeepJournalAfter(round->through_us);
        delay = options_.delay;
      } else {
        ++failed_rounds_;
        changes_.PutBack(*std::move(round));
        delay = options_.retry;
      }
    }
  }

  std::vector<ChangedGroup> GroupsOf(const ChangeSet::Round& round) const {
    std::map<catalog::Group, Day> groups;
    for (const ChangeSet::Change& change : round.changes) {
      const auto series = registry_->Find(change.series);
      if (!series.has_value() || series->key.product == catalog::kAllProducts) continue;
      const auto market = catalog_->GetMarket(series->key.market);
      if (market == nullptr) continue;
      const auto [it, added] =
          groups.try_emplace({series->key.product, market->region}, change.first_day);
      if (!added) it->second = std::min(it->second, change.first_day);
    }
    std::vector<ChangedGroup> result;
    result.reserve(groups.size());
    for (const auto& [group, day] : groups) result.push_back({group, day});
    return result;
  }

  // Pieces before the last leave the position where it was: a crash between them judges all again.
  absl::Status JudgeRound(const ChangeSet::Round& round) {
    const std::vector<ChangedGroup> groups = GroupsOf(round);
    const absl::Span<const ChangedGroup> all(groups);
    size_t at = 0;
    do {
      const auto piece = all.subspan(at, options_.groups_per_round);
      at += piece.size();
      const bool last = at >= all.size();
      GLUTWATCH_RETURN_IF_ERROR(judge_(piece, round.through_us, last));
      groups_judged_ += static_cast<int64_t>(piece.size());
    } while (at < all.size());
    return absl::OkStatus();
  }

  storage::PriceStore* const store_;
  const catalog::Catalog* const catalog_;
  const catalog::SeriesRegistry* const registry_;
  const Judge judge_;
  const Options options_;
  ChangeSet changes_;
  std::atomic<int64_t> rounds_{0};
  std::atomic<int64_t> groups_judged_{0};
  std::atomic<int64_t> failed_rounds_{0};
  std::thread thread_;
};

}  // namespace

AssessLoop::~AssessLoop() = default;

absl::StatusOr<std::unique_ptr<AssessLoop>> AssessLoop::Start(
    storage::PriceStore* store, const catalog::Catalog* catalog,
    const catalog::SeriesRegistry* registry, int64_t judged_through_us, Judge judge,
    const Options& options) {
  auto loop = std::make_unique<Loop>(store, catalog, registry, std::move(judge), options);
  GLUTWATCH_RETURN_IF_ERROR(loop->Begin(judged_through_us));
  return loop;
}

}  // namespace glutwatch::assess

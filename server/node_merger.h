#pragma once
#include <atomic>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/mutex.h"
#include "glutwatch/v1/catalog.pb.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/observe/series_merge.h"
#include "server/report/report_book.h"
#include "server/storage/price_store.h"

namespace glutwatch {

// Brings what was observed of merged markets and products to what took their place, over all
// rooms that have some of it. Thread-safe.
class NodeMerger {
 public:
  // Told which series were merged, so that their groups are judged again.
  using Reconsider = std::function<void(absl::Span<const storage::SeriesId>)>;

  // Arguments outlive the merger.
  NodeMerger(const catalog::Catalog* catalog, catalog::SeriesRegistry* registry,
             storage::PriceStore* store, report::ReportBook* reports, Reconsider reconsider)
      : catalog_(catalog),
        registry_(registry),
        store_(store),
        reports_(reports),
        reconsider_(std::move(reconsider)) {}

  // Of one market or product. Errors: those of CopyMergedSeries and ReportBook::FollowMerge;
  // Resume finishes it then.
  absl::StatusOr<v1::MergeResult> Finish(const catalog::Resource& merged);
  // Of everything that was ever merged, as long as the last time found something to do: what a
  // crash interrupted, and rows that were on their way when the catalog changed. For a timer.
  absl::Status Resume();

 private:
  absl::StatusOr<observe::SeriesMergeCount> Copy(const std::vector<storage::SeriesId>& merged)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status MoveReports() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const catalog::Catalog* const catalog_;
  catalog::SeriesRegistry* const registry_;
  storage::PriceStore* const store_;
  report::ReportBook* const reports_;
  const Reconsider reconsider_;
  Mutex mu_;  // one copy at a time: two would count each other's rows
  std::atomic<bool> pending_{true};
};

}  // namespace glutwatch

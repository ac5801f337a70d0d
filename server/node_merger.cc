#include "server/node_merger.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>
#include <variant>

#include "base/status_macros.h"

namespace glutwatch {
namespace {

// Whether `series` is of `merged`, which is a market or a product.
bool IsOf(const catalog::Series& series, const catalog::Resource& merged) {
  if (const auto* market = std::get_if<catalog::Market>(&merged)) {
    return series.key.market == market->id;
  }
  const auto* product = std::get_if<catalog::Product>(&merged);
  return product != nullptr && series.key.product == product->id;
}

}  // namespace

absl::StatusOr<observe::SeriesMergeCount> NodeMerger::Copy(
    const std::vector<storage::SeriesId>& merged) {
  auto count = observe::CopyMergedSeries(merged, *catalog_, registry_, store_);
  pending_ = !count.ok() || count->changed();
  if (count.ok()) reconsider_(merged);
  return count;
}

absl::StatusOr<v1::MergeResult> NodeMerger::Finish(const catalog::Resource& merged) {
  MutexLock lock(&mu_);
  std::vector<storage::SeriesId> series;
  for (const storage::SeriesId id : registry_->Merged()) {
    if (IsOf(*registry_->Find(id), merged)) series.push_back(id);
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const auto count, Copy(series));
  pending_ = true;  // rows that were on their way
  int64_t reports = 0;
  if (const auto* product = std::get_if<catalog::Product>(&merged)) {
    GLUTWATCH_ASSIGN_OR_RETURN(reports, reports_->FollowMerge(product->id));
  }
  v1::MergeResult result;
  result.set_series_count(static_cast<int32_t>(count.series));
  result.set_copied_count(count.copied_rows);
  result.set_equal_count(count.equal_rows);
  result.set_differing_count(count.differing_rows);
  result.set_without_arrivals_count(count.without_arrivals);
  result.set_report_count(reports);
  return result;
}

absl::Status NodeMerger::MoveReports() {
  for (const catalog::Product& product : catalog_->Export().products) {
    if (!product.standing.is_merged()) continue;
    GLUTWATCH_ASSIGN_OR_RETURN(const int64_t moved, reports_->FollowMerge(product.id));
    if (moved > 0) spdlog::info("merges resumed product={} reports={}", product.id, moved);
  }
  return absl::OkStatus();
}

absl::Status NodeMerger::Resume() {
  if (!pending_) return absl::OkStatus();
  MutexLock lock(&mu_);
  GLUTWATCH_RETURN_IF_ERROR(MoveReports());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto count, Copy(registry_->Merged()));
  if (count.changed()) {
    spdlog::info("merges resumed series={} rows={}", count.series, count.copied_rows);
  }
  return absl::OkStatus();
}

}  // namespace glutwatch

#include "server/observe/review.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace glutwatch::observe {
namespace {

using storage::Version;

constexpr char kBatchPrefix[] = "review/";

// FNV-1a over what is asked for and by whom.
uint64_t DigestOf(const security::Principal& principal, const ReviewRequest& request) {
  const std::string text =
      absl::StrCat(static_cast<uint32_t>(request.series), "\n", DayNumber(request.day), "\n",
                   request.lot, "\n", static_cast<int>(request.decision), "\n", request.reviewed_us,
                   "\n", principal.id, "\n", request.note);
  uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211ULL;
  return hash;
}

absl::Status CheckRequest(const ReviewRequest& request) {
  if (request.request_id.empty() || request.request_id.size() > kMaxReviewIdBytes) {
    return absl::InvalidArgumentError(absl::StrCat("request_id has ", request.request_id.size(),
                                                   " bytes, expected 1 to ", kMaxReviewIdBytes));
  }
  if (request.note.size() > storage::kMaxRemarkBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "note has ", request.note.size(), " bytes, expected at most ", storage::kMaxRemarkBytes));
  }
  return absl::OkStatus();
}

// The region is checked before it is told whether the row exists.
absl::Status CheckRight(const security::Principal& principal, const ReviewRequest& request,
                        const catalog::Catalog& catalog, const catalog::SeriesRegistry& registry) {
  const auto series = registry.Find(request.series);
  const auto market = series.has_value() ? catalog.GetMarket(series->key.market) : nullptr;
  GLUTWATCH_RETURN_IF_ERROR(security::Authorize(principal, security::Action::kReviewPrices,
                                                market == nullptr ? "" : market->region, catalog));
  if (series.has_value()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("no ", catalog::SeriesName(request.series)));
}

absl::StatusOr<Version> FindRow(const ReviewRequest& request, const storage::PriceStore& store) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto versions,
                             store.Read(request.series, request.day, request.day));
  for (const Version& version : versions) {
    if (version.observation.lot == request.lot) return version;
  }
  return absl::NotFoundError(absl::StrCat(catalog::SeriesName(request.series), " has no lot ",
                                          request.lot, " on ", FormatDay(request.day)));
}

uint16_t FlagsAfter(Decision decision, uint16_t flags) {
  return decision == Decision::kConfirm ? static_cast<uint16_t>(flags & ~storage::kLeftOut)
                                        : static_cast<uint16_t>(flags | storage::kDiscarded);
}

}  // namespace

absl::StatusOr<Reviewed> Review(const security::Principal& principal, const ReviewRequest& request,
                                const catalog::Catalog& catalog,
                                const catalog::SeriesRegistry& registry,
                                storage::PriceStore* store) {
  GLUTWATCH_RETURN_IF_ERROR(CheckRequest(request));
  GLUTWATCH_RETURN_IF_ERROR(CheckRight(principal, request, catalog, registry));
  GLUTWATCH_ASSIGN_OR_RETURN(const Version row, FindRow(request, *store));
  storage::Batch batch;
  batch.batch_id = absl::StrCat(kBatchPrefix, request.request_id);
  batch.digest = DigestOf(principal, request);
  batch.source = store->SourceName(row.observation.source);
  batch.author = principal.id.substr(0, storage::kMaxAuthorBytes);
  batch.remark = request.note;
  batch.reviewed_us = request.reviewed_us == 0 ? row.recorded_us : request.reviewed_us;
  batch.rows = {{request.series, row.observation}};
  batch.rows[0].observation.flags = FlagsAfter(request.decision, row.observation.flags);
  GLUTWATCH_ASSIGN_OR_RETURN(const storage::Receipt receipt, store->Append(std::move(batch)));
  GLUTWATCH_ASSIGN_OR_RETURN(Version newest, FindRow(request, *store));
  return Reviewed{newest, receipt.replayed, receipt.corrected > 0 && !receipt.replayed};
}

}  // namespace glutwatch::observe

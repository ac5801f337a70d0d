#pragma once
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "server/catalog/catalog.h"
#include "server/catalog/series_registry.h"
#include "server/security/principal.h"
#include "server/storage/price_store.h"

namespace glutwatch::observe {

enum class Decision : uint8_t {
  kConfirm = 1,  // the row is right: it is suspicious and discarded no more
  kDiscard = 2,  // the row is wrong: it stays visible and is left out of everything
};

// A person's opinion about one stored row.
struct ReviewRequest {
  std::string request_id = {};  // 1..kMaxReviewIdBytes
  storage::SeriesId series{};
  Day day{};
  uint16_t lot = 0;
  Decision decision = Decision::kConfirm;
  std::string note = {};    // why; at most storage::kMaxRemarkBytes
  int64_t reviewed_us = 0;  // the version that was looked at; 0: the newest, whatever it is
};
inline constexpr size_t kMaxReviewIdBytes = 150;

struct Reviewed {
  storage::Version newest;  // of the row, after the review
  bool replayed = false;    // the request had been applied before; nothing changed now
  bool changed = false;     // false: the row was judged so already
};

// Makes a review a version of the row with the same quote and source and other flags, on disk on
// return; principal and note are in the commit's record. Whoever watches the store's changes
// judges the series again. The newest review counts: what was discarded can be confirmed.
//
// A later resend of the same quote is a duplicate and changes nothing; a later correction of the
// quote is a new version that is judged anew. Sending the same request again changes nothing.
//
// Errors: PERMISSION_DENIED unless the principal may review prices in the market's region;
// NOT_FOUND for a series or row that is not there; INVALID_ARGUMENT for ids and notes that are too
// long; ALREADY_EXISTS if the id was used for another review; FAILED_PRECONDITION
// "REVIEW_OUTDATED: ..." if the row's newest version is not the one that was looked at; those of
// PriceStore::Append.
absl::StatusOr<Reviewed> Review(const security::Principal& principal, const ReviewRequest& request,
                                const catalog::Catalog& catalog,
                                const catalog::SeriesRegistry& registry,
                                storage::PriceStore* store);

}  // namespace glutwatch::observe

#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/catalog/series_registry.h"
#include "server/storage/price_store.h"

// Lists of single stored rows over many series: what was corrected, what waits for a review.
namespace glutwatch::observe {

// A version that took the place of an earlier one of the same series, day and lot.
struct Correction {
  storage::SeriesId series{};
  storage::Version before;
  storage::Version after;
  // Only the flags differ: a person's review.
  bool is_review() const { return before.observation.SameQuoteAs(after.observation); }
};

// A row that a person should look at, and the price that it stands out against.
struct DoubtfulRow {
  storage::SeriesId series{};
  storage::Version version;
  // The newest price before it that counts, of at most kContextDays earlier.
  std::optional<storage::Observation> before;
};
inline constexpr int kContextDays = 60;

// A row's place in these lists, which are in this order.
struct RowPlace {
  storage::SeriesId series{};
  Day day{};
  uint16_t lot = 0;
  int64_t recorded_us = 0;
  auto operator<=>(const RowPlace&) const = default;
};

struct RowQuery {
  catalog::SeriesSelection selection = {};
  Day from = kMinDay;
  Day to = kMaxDay;
  std::optional<RowPlace> after = {};  // a list goes on behind it
  int limit = 1000;               // rows of a page, above 0
  // Corrections recorded within [recorded_from_us, recorded_to_us).
  int64_t recorded_from_us = 0;
  int64_t recorded_to_us = std::numeric_limits<int64_t>::max();
  // Doubtful rows: with any of the flags of `any_of` and none of `none_of`.
  uint16_t any_of = storage::kSuspicious;
  uint16_t none_of = storage::kDiscarded;
};

template <typename Row>
struct RowPage {
  std::vector<Row> rows;
  std::optional<RowPlace> next;  // where the next page begins behind; nullopt: this was the last
};

// Of `versions`, all those of a series in order, each that replaced one and was recorded within
// the bounds. Pure.
std::vector<Correction> CorrectionsOf(storage::SeriesId series,
                                      absl::Span<const storage::Version> versions,
                                      int64_t recorded_from_us, int64_t recorded_to_us);

// A page has at most `limit` rows and costs at most kMaxSeriesPerPage reads of a series; it may
// have fewer rows, even none, and go on. Errors: those of SeriesRegistry::Select and
// PriceStore::Read.
inline constexpr int kMaxSeriesPerPage = 5000;
absl::StatusOr<RowPage<Correction>> ListCorrections(const RowQuery& query,
                                                    const catalog::SeriesRegistry& registry,
                                                    const storage::PriceStore& store);
// As ListCorrections; a read more for each row that is listed.
absl::StatusOr<RowPage<DoubtfulRow>> ListDoubtful(const RowQuery& query,
                                                  const catalog::SeriesRegistry& registry,
                                                  const storage::PriceStore& store);

}  // namespace glutwatch::observe

#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "base/day.h"
#include "server/catalog/catalog.h"
#include "server/storage/database.h"

namespace glutwatch::catalog {

// The contents of facts; fields as in proto/glutwatch/v1/reference.proto, regions and products
// as ids.
struct CountyListing {
  std::string list, region;
  bool operator==(const CountyListing&) const = default;
};
struct QuotaRate {
  std::string scheme, region;
  int64_t rate_percent_e4 = 0;
  std::string base, list;
  bool operator==(const QuotaRate&) const = default;
};
struct PlantingCeiling {
  std::string product, region;
  int64_t area_e4 = 0;
  std::string unit;
  bool operator==(const PlantingCeiling&) const = default;
};
struct FestivalDate {
  std::string festival;
  Day date{};
  bool operator==(const FestivalDate&) const = default;
};
struct Institution {
  std::string display_name, field, region, successor;
  bool operator==(const Institution&) const = default;
};
struct Farmland {
  std::string region;
  int64_t area_e4 = 0;
  std::string unit;
  bool operator==(const Farmland&) const = default;
};
struct StorageCapacity {
  std::string region, site;
  int64_t capacity_e4 = 0;
  std::string unit;
  bool operator==(const StorageCapacity&) const = default;
};
// Days of the year as 100 * month + day; a window may go over the year's end.
struct SeasonWindow {
  int start_month_day = 101, end_month_day = 1231;
  bool operator==(const SeasonWindow&) const = default;
};
struct SeasonCalendar {
  std::string product, region;
  std::vector<SeasonWindow> growing, marketing;
  bool operator==(const SeasonCalendar&) const = default;
};
// On disk; never renumber. Equal to glutwatch.v1.Cadence.
enum class Cadence : uint8_t { kDaily = 1, kWeekly = 2, kTenDays = 3, kMonthly = 4 };
struct ReportingDuty {
  int kind = 0;  // report::Kind
  std::string product;
  std::vector<std::string> regions;
  Cadence cadence = Cadence::kWeekly;
  int grace_days = 0;
  std::string responsible;
  std::string season;  // "growing", "marketing", "" for the whole year
  bool operator==(const ReportingDuty&) const = default;
};
struct TypicalYield {
  std::string product, region;
  int64_t yield_e4 = 0;
  std::string unit;  // mass per area: "kg/mu"
  bool operator==(const TypicalYield&) const = default;
};

// In the order of glutwatch.v1.FactKind: index + 1. On disk; only append.
using FactContent =
    std::variant<CountyListing, QuotaRate, PlantingCeiling, FestivalDate, Institution, Farmland,
                 StorageCapacity, SeasonCalendar, ReportingDuty, TypicalYield>;

struct SourceDocument {
  std::string title, number, publisher, url;
  std::optional<Day> published;
  std::string clause;
  bool operator==(const SourceDocument&) const = default;
};

// One version of one fact.
struct Fact {
  std::string id;
  SourceDocument source;
  Day valid_from{};
  std::optional<Day> valid_to;  // last day
  bool example = false;         // shows the form; counts only where When::examples says so
  std::string note;
  FactContent content;
  int64_t recorded_us = 0;  // given by the book

  bool ValidOn(Day day) const { return valid_from <= day && (!valid_to || day <= *valid_to); }
};

// Dated policy and reference data, every version of it, in memory and on disk. Thread-safe.
class FactBook {
 public:
  // Arguments outlive the book. DATA_LOSS names the key.
  static absl::StatusOr<std::unique_ptr<FactBook>> Open(storage::Database* database,
                                                        const Catalog* catalog, const Clock* clock);
  virtual ~FactBook() = default;

  // A fact that Put added or changed, with the version that was the newest before.
  struct Change {
    std::string id;
    std::shared_ptr<const Fact> previous;  // nullptr if new
  };
  // Adds and replaces facts, all or none, durable on return; what is equal is left alone.
  //
  // INVALID_ARGUMENT begins with the path of the bad field ("facts[3].planting_ceiling.unit: ..."):
  // bad id, no source title, a day outside [kMinDay, kMaxDay], a span that ends before it begins,
  // unknown region, product or unit, a successor that is not another institution, an amount that
  // is not above 0 or above kMaxE4, a month-day that is no day.
  virtual absl::StatusOr<std::vector<Change>> Put(absl::Span<const Fact> facts,
                                                  bool validate_only = false) = 0;

  // The newest version as of `as_of_us`; nullptr if unknown then.
  virtual std::shared_ptr<const Fact> Find(absl::string_view id, int64_t as_of_us) const = 0;
  virtual std::vector<std::shared_ptr<const Fact>> Versions(absl::string_view id) const = 0;
  // The newest versions as of `as_of_us`, ordered by id; `kind_index` is FactContent's, -1 for all.
  virtual std::vector<std::shared_ptr<const Fact>> List(int kind_index, int64_t as_of_us) const = 0;

  // The valid facts that count on `day`, as of `as_of_us`, as pointers that stay valid while held.
  // Of several for one key the newest valid_from counts, then the one recorded last, then the
  // greatest id. `examples` lets facts that are marked as examples count: for a simulated province
  // only.
  // nullptr or empty if there is none.
  struct When {
    Day day{};
    int64_t as_of_us = INT64_MAX;
    bool examples = false;
  };
  // Of the region itself.
  virtual std::shared_ptr<const Fact> FarmlandOf(absl::string_view region,
                                                 const When& when) const = 0;
  // Of the site; of the region as a whole if the site has none of its own.
  virtual std::shared_ptr<const Fact> CapacityOf(absl::string_view region, absl::string_view site,
                                                 const When& when) const = 0;
  // Of the region itself: a province's ceiling says nothing of one county.
  virtual std::shared_ptr<const Fact> CeilingOf(absl::string_view product, absl::string_view region,
                                                const When& when) const = 0;
  // Of the nearest region up the tree.
  virtual std::shared_ptr<const Fact> YieldOf(absl::string_view product, absl::string_view region,
                                              const When& when) const = 0;
  virtual std::shared_ptr<const Fact> SeasonOf(absl::string_view product, absl::string_view region,
                                               const When& when) const = 0;
  // Whether `region` stands on `list`.
  virtual bool IsListed(absl::string_view list, absl::string_view region,
                        const When& when) const = 0;
  // Every duty that counts, ordered by id. Two may ask the same of one region: the stricter rules.
  virtual std::vector<std::shared_ptr<const Fact>> DutiesOn(const When& when) const = 0;
};

// Whether `day` lies in one of the windows. Empty windows hold no day.
bool InSeason(absl::Span<const SeasonWindow> windows, Day day);

}  // namespace glutwatch::catalog

#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/day.h"
#include "server/catalog/catalog.h"
#include "server/catalog/facts.h"
#include "server/report/report.h"

namespace glutwatch::report {

// Equal to glutwatch.v1.DueState.
enum class DueState : uint8_t { kReported = 1, kDue = 2, kLate = 3, kSeasonEnded = 4 };

// A span of days for which one report is due.
struct Period {
  Day first{};
  Day last{};
  bool operator==(const Period&) const = default;
};

// The period in which `day` lies: the day itself; Monday to Sunday; days 1-10, 11-20, 21 to the
// end of the month (旬); the month.
Period PeriodOf(catalog::Cadence cadence, Day day);

// One thing that one region has to report.
struct DueItem {
  std::string duty;  // the fact's id
  Kind kind{};
  std::string region;   // a code
  std::string product;  // an id
  DueState state = DueState::kDue;
  Period period;              // that is asked for
  Day due_day{};              // the last one on which it is not late
  std::optional<Day> newest;  // the day of the newest report
  int late_days = 0;          // since the first period that was missed ran out
  std::string responsible;
  std::string reminder;  // "" where nothing is due
  std::string reminder_zh;
};

// How a duty stands on `today`, given the day of the newest report up to then.
//
// The period asked for is the last one that has ended; a report of the current one settles it as
// well. A duty that began after that period is due first at the end of its own first period.
// Out of season (SeasonCalendar; a product without one is always in season) nothing is due.
DueItem Stand(const catalog::Fact& duty, absl::string_view region, const catalog::Fact* season,
              std::optional<Day> newest, Day today);

// The newest report of every region of (kind, product), as ReportBook::Newest gives it.
using NewestReports =
    std::function<absl::StatusOr<std::vector<Report>>(Kind kind, absl::string_view product)>;

// All that is due on `when.day` in the subtree of `within` ("" for all), by region, product, kind.
// Two duties that ask the same of one region count once: the one that is due earlier.
//
// Cost: one call of `newest` per (kind, product) that a duty names.
absl::StatusOr<std::vector<DueItem>> DueOn(const catalog::FactBook& facts,
                                           const catalog::Catalog& catalog,
                                           const catalog::FactBook::When& when,
                                           absl::string_view within, const NewestReports& newest);

}  // namespace glutwatch::report

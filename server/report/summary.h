#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/day.h"
#include "server/catalog/catalog.h"
#include "server/catalog/facts.h"
#include "server/report/nowcast.h"
#include "server/report/report_book.h"

namespace glutwatch::report {

struct SummaryQuestion {
  Kind kind = Kind::kPlantedArea;
  std::string product;  // an id
  std::string region;   // a code; with its subtree
  Day day{};
  int64_t as_of_us = kNow;
  std::string unit;       // "" for mu, kg, h, or of counts the unit of the first report
  std::string grade;      // exactly this; "" for all together
  bool examples = false;  // facts that are marked as examples count
};

struct RegionSum {
  std::string region;
  FigureState state = FigureState::kMissing;
  std::optional<int64_t> reported_e4;  // of its newest report, whether that counts or not
  std::optional<Day> report_day;
  std::optional<Estimate> estimate;
};

struct Summary {
  std::string unit;
  std::vector<RegionSum> regions;  // by code
  int64_t reported_e4 = 0;         // sum of what counts
  double total = 0;                // with estimates; limits of its 80 % interval
  double total_low = 0;
  double total_high = 0;
  int expected_count = 0;
  int reported_count = 0;
  std::vector<std::string> unestimated;
  bool simulated = false;
};

// Reports without a duty count for so long.
inline constexpr int kUsualLifeDays = 45;

// Adds up a kind of figure over the regions that report it or should.
//
// A report counts while it answers the period that a duty asks for (due.h), without a duty for
// kUsualLifeDays; if it is neither withdrawn nor waiting for a confirmation. Within a region the
// report of all grades, growers and sites together counts, where there is one, instead of its
// parts. A region above others that report (a prefecture with counties) counts for those of its
// regions that have not reported: with what it says beyond the sum of those that have. Missing is
// never zero: what is missing is estimated (nowcast.h) against the reports that the neighbours
// gave at the time of the region's own last one.
//
// INVALID_ARGUMENT if the kind cannot be added (a price, a share, a stage, a wait, a harvest) or
// the unit is of another dimension; errors of ReportBook::Newest. Cost: one Newest, and another for
// each distinct day of a last report that is too old.
absl::StatusOr<Summary> Summarize(const ReportBook& book, const catalog::FactBook& facts,
                                  const catalog::Catalog& catalog, const SummaryQuestion& question);

}  // namespace glutwatch::report

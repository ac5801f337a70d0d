#pragma once
#include <optional>
#include <string>

#include "absl/types/span.h"
#include "base/day.h"
#include "server/report/amount.h"
#include "server/report/kind_rules.h"
#include "server/report/report.h"

// What is implausible about a figure, one rule a function: pure, without store or clock. Each
// returns what is to be said, with the arithmetic in both languages, or nothing. What equals a
// limit is plausible.
namespace glutwatch::report {

// Of figures that are compared with the one before: how many times it is too much.
inline constexpr double kYieldFactor = 3;
inline constexpr double kJumpFactor = 8;
inline constexpr double kPriceFactor = 6;
// A figure of so many days ago says nothing about today's.
inline constexpr int kJumpMemoryDays = 120;
inline constexpr int kPriceMemoryDays = 60;
// 斤 for 公斤 is exactly twice; prices do that by themselves, but not so soon.
inline constexpr int kDoubleMemoryDays = 14;
// After so many days, progress that falls is another season's.
inline constexpr int kProgressMemoryDays = 60;
// So many equal figures in a row are copied. Prices and waits stand still by themselves for days,
// so theirs must also be so many days apart.
inline constexpr size_t kCopies = 5;
inline constexpr int kCopySpanDays = 28;

// Where a number comes from: "Yearbook, 2019", "reported for 2026-02-01".
struct Origin {
  std::string en = {};
  std::string zh = {};
};
Origin ReportedFor(Day day);

// AREA_ABOVE_FARMLAND.
std::optional<Finding> AreaAboveFarmland(const KindRule& rule, const Amount& area,
                                         const Amount& farmland, const Origin& origin);
// STOCK_ABOVE_CAPACITY.
std::optional<Finding> StockAboveCapacity(const Amount& stock, const Amount& capacity,
                                          const Origin& origin);

struct Sourced {
  Amount amount;
  Origin origin;
};
// BACKLOG_ABOVE_HARVEST: more is unsold than the area can have yielded.
std::optional<Finding> BacklogAboveHarvest(const Amount& backlog, const Sourced& area,
                                           const Sourced& yield);
// YIELD_TOO_HIGH, YIELD_TOO_LOW: more than kYieldFactor times `usual`, or less than that part of
// it. Says which slip of the pen would explain it. Nothing if either is 0.
std::optional<Finding> YieldFarFrom(const Amount& yield, const Sourced& usual);

// FIGURE_JUMP: more than kJumpFactor times the figure `before`, or less than that part of it. Says
// which slip of the pen would explain it. Nothing if either is 0 or `gap_days` is beyond memory.
std::optional<Finding> FigureJump(const KindRule& rule, const Amount& now, const Sourced& before,
                                  int gap_days);
// PRICE_UNIT_SLIP for exactly twice or half of a price of some days ago, PRICE_JUMP beyond
// kPriceFactor. Prices are per `unit`, in one currency; per kg and per head cannot be compared.
std::optional<Finding> PriceJump(const Amount& now, const Sourced& before, int gap_days);

// COPIED_FIGURE: the figure of `report` stands in each of the newest kCopies - 1 of `past`, newest
// first. Not where it is natural: areas, stages, harvest windows, 0, and 100 %.
std::optional<Finding> CopiedFigure(const Report& report, absl::Span<const Report> past);

// What is known about the planting of a crop on the day of a report.
struct Planting {
  std::optional<Day> standing_on = {};  // the newest report of an area above 0
  std::optional<Day> planted_on = {};   // the newest report of one that was 0 before
  std::optional<Day> young_on = {};     // the newest stage is not beyond seedlings
  std::optional<Day> none_on = {};      // the newest area is 0, and none was above 0 within a year
};
// HARVEST_BEFORE_PLANTING: begins before planting, or is over before a day on which it still
// stands.
std::optional<Finding> HarvestBeforePlanting(Day window_start, Day window_end,
                                             const Planting& planting);
// PROGRESS_BEFORE_PLANTING: above 0 where nothing is planted, or nothing but seedlings.
std::optional<Finding> ProgressBeforePlanting(const Amount& progress, const Planting& planting);
// PROGRESS_BACKWARDS: less than `before`, unless that was the end of another season.
std::optional<Finding> ProgressBackwards(const Amount& progress, const Amount& before,
                                         Day before_day, int gap_days);

}  // namespace glutwatch::report

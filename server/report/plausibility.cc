#include "server/report/plausibility.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"

namespace glutwatch::report {
namespace {

Finding Make(absl::string_view reason, absl::string_view field, std::string message,
             std::string message_zh) {
  return {std::string(reason), std::string(field), std::move(message), std::move(message_zh)};
}

// A slip of the pen that makes a figure so many times too large or too small.
struct Slip {
  double factor;
  absl::string_view part, part_zh;  // of a figure that is too large
  absl::string_view multiple, multiple_zh;
  absl::string_view cause, cause_zh;
};
constexpr Slip kPoint = {10,       "a tenth of it", "其十分之一", "ten times it",
                         "其十倍", "decimal point", "小数点错位"};
constexpr Slip kJin = {2,        "half of it",          "其一半",      "twice it",
                       "其两倍", "kg and jin mixed up", "公斤与斤混淆"};
constexpr Slip kTonne = {1000,     "a thousandth of it", "其千分之一",  "a thousand times it",
                         "其千倍", "kg and t mixed up",  "公斤与吨混淆"};
constexpr Slip kMyriad = {10'000,   "1/10,000 of it",         "其万分之一",  "10,000 times it",
                          "其万倍", "mu and wan-mu mixed up", "亩与万亩混淆"};
constexpr Slip kHectare = {15,         "a fifteenth of it",  "其十五分之一", "15 times it",
                           "其十五倍", "mu and ha mixed up", "亩与公顷混淆"};
constexpr Slip kMinute = {60,         "a sixtieth of it",   "其六十分之一",  "60 times it",
                          "其六十倍", "min and h mixed up", "分钟与小时混淆"};

std::vector<Slip> SlipsOf(FigureForm form) {
  switch (form) {
    case FigureForm::kArea:
      return {kPoint, kHectare, kMyriad};
    case FigureForm::kMass:
      return {kPoint, kTonne};
    case FigureForm::kYield:
      return {kPoint, kJin, kHectare};
    case FigureForm::kTime:
      return {kPoint, kMinute};
    case FigureForm::kPrice:
      return {kPoint};
    case FigureForm::kCount:
      return {kPoint};
    case FigureForm::kNone:
    case FigureForm::kPercent:
      return {};
  }
  return {};
}

struct Text {
  std::string en;
  std::string zh;
};

// "; a tenth of it, 4,500 kg/mu, would fit (decimal point)": the slip that brings the figure
// nearest to what is usual, if within twice of it.
Text SlipText(FigureForm form, const Amount& now, double ratio) {
  const bool too_large = ratio > 1;
  const Slip* best = nullptr;
  double best_distance = std::log(2.0) + 1e-9;
  const std::vector<Slip> slips = SlipsOf(form);
  for (const Slip& slip : slips) {
    const double distance = std::abs(std::abs(std::log(ratio)) - std::log(slip.factor));
    if (distance > best_distance) continue;
    best = &slip;
    best_distance = distance;
  }
  if (best == nullptr) return {};
  const double value = E4ToDouble(now.value_e4);
  const std::string number = GroupedNumber(too_large ? value / best->factor : value * best->factor);
  return {absl::StrCat("; ", too_large ? best->part : best->multiple, ", ", number,
                       now.unit.code.empty() ? "" : " ", now.unit.code, ", would fit (",
                       best->cause, ")"),
          absl::StrCat("；", too_large ? best->part_zh : best->multiple_zh, number,
                       now.unit.name_zh, "则相符（", best->cause_zh, "）")};
}

// "10 times the 3,100 mu", "1/10 of the 3,100 mu".
Text RatioText(double ratio, const Amount& of) {
  const std::string times = GroupedNumber(ratio >= 1 ? ratio : 1 / ratio);
  if (ratio >= 1) {
    return {absl::StrCat(times, " times the ", of.Text()),
            absl::StrCat(of.TextZh(), "的", times, "倍")};
  }
  return {absl::StrCat("1/", times, " of the ", of.Text()),
          absl::StrCat(of.TextZh(), "的1/", times)};
}

bool IsBeyond(double ratio, double factor) {
  // A hair of rounding does not carry a figure over its limit.
  constexpr double kHair = 1e-9;
  return ratio > factor * (1 + kHair) || ratio * factor < 1 - kHair;
}

double Kilograms(const Sourced& area, const Sourced& yield) {
  return area.amount.base() * yield.amount.base();
}

bool CanBeCopied(Kind kind) {
  switch (kind) {
    case Kind::kPlantingIntention:
    case Kind::kPlantedArea:
    case Kind::kGrowthStage:
    case Kind::kExpectedHarvest:
      return false;
    default:
      return true;
  }
}

bool StandsStill(Kind kind) { return kind == Kind::kFarmGatePrice || kind == Kind::kTruckWait; }

}  // namespace

Origin ReportedFor(Day day) {
  const std::string text = FormatDay(day);
  return {absl::StrCat("reported for ", text), absl::StrCat(text, "填报")};
}

std::optional<Finding> AreaAboveFarmland(const KindRule& rule, const Amount& area,
                                         const Amount& farmland, const Origin& origin) {
  if (!(area > farmland)) return std::nullopt;
  return Make("AREA_ABOVE_FARMLAND", "value_e4",
              absl::StrCat(rule.name, " is ", area.Text(), ", but the region's farmland is ",
                           farmland.Text(), " (", origin.en, ")"),
              absl::StrCat(rule.name_zh, area.TextZh(), "，超过本地耕地面积", farmland.TextZh(),
                           "（", origin.zh, "）"));
}

std::optional<Finding> StockAboveCapacity(const Amount& stock, const Amount& capacity,
                                          const Origin& origin) {
  if (!(stock > capacity)) return std::nullopt;
  return Make(
      "STOCK_ABOVE_CAPACITY", "value_e4",
      absl::StrCat("stock is ", stock.Text(), ", but the capacity is ", capacity.Text(), " (",
                   origin.en, ")"),
      absl::StrCat("库存", stock.TextZh(), "，超过库容", capacity.TextZh(), "（", origin.zh, "）"));
}

std::optional<Finding> BacklogAboveHarvest(const Amount& backlog, const Sourced& area,
                                           const Sourced& yield) {
  const double harvest = Kilograms(area, yield);
  if (!(backlog.base() > harvest * (1 + 1e-9))) return std::nullopt;
  // In the backlog's own unit, so that the two can be compared at a glance.
  const std::string most = GroupedNumber(harvest * static_cast<double>(backlog.unit.per_e4) /
                                         static_cast<double>(backlog.unit.base_e4));
  return Make("BACKLOG_ABOVE_HARVEST", "value_e4",
              absl::StrCat(backlog.Text(), " are unsold, but ", area.amount.Text(), " × ",
                           yield.amount.Text(), " = ", most, " ", backlog.unit.code,
                           " (area: ", area.origin.en, "; yield: ", yield.origin.en, ")"),
              absl::StrCat("滞销", backlog.TextZh(), "，但", area.amount.TextZh(), "×",
                           yield.amount.TextZh(), "=", most, backlog.unit.name_zh, "（面积：",
                           area.origin.zh, "；单产：", yield.origin.zh, "）"));
}

std::optional<Finding> YieldFarFrom(const Amount& yield, const Sourced& usual) {
  if (yield.value_e4 <= 0 || usual.amount.value_e4 <= 0) return std::nullopt;
  const double ratio = yield.base() / usual.amount.base();
  if (!IsBeyond(ratio, kYieldFactor)) return std::nullopt;
  const Text is = RatioText(ratio, usual.amount);
  const Text slip = SlipText(FigureForm::kYield, yield, ratio);
  return Make(
      ratio > 1 ? "YIELD_TOO_HIGH" : "YIELD_TOO_LOW", "value_e4",
      absl::StrCat("yield ", yield.Text(), " is ", is.en, " (", usual.origin.en, ")", slip.en),
      absl::StrCat("单产", yield.TextZh(), "是", is.zh, "（", usual.origin.zh, "）", slip.zh));
}

std::optional<Finding> FigureJump(const KindRule& rule, const Amount& now, const Sourced& before,
                                  int gap_days) {
  if (now.value_e4 <= 0 || before.amount.value_e4 <= 0 || gap_days > kJumpMemoryDays) {
    return std::nullopt;
  }
  const double ratio = now.base() / before.amount.base();
  if (!IsBeyond(ratio, kJumpFactor)) return std::nullopt;
  const Text is = RatioText(ratio, before.amount);
  const Text slip = SlipText(rule.form, now, ratio);
  return Make(
      "FIGURE_JUMP", "value_e4",
      absl::StrCat(rule.name, " ", now.Text(), " is ", is.en, " ", before.origin.en, slip.en),
      absl::StrCat(rule.name_zh, now.TextZh(), "是", before.origin.zh, is.zh, slip.zh));
}

std::optional<Finding> PriceJump(const Amount& now, const Sourced& before, int gap_days) {
  if (now.value_e4 <= 0 || before.amount.value_e4 <= 0 ||
      now.unit.is_mass != before.amount.unit.is_mass) {
    return std::nullopt;
  }
  // Per base unit, by cross multiplication: exact, so that "exactly twice" means that.
  const absl::int128 now_e8 = absl::int128(now.value_e4) * before.amount.unit.base_e4;
  const absl::int128 before_e8 = absl::int128(before.amount.value_e4) * now.unit.base_e4;
  const bool doubled = now.unit.is_mass && gap_days <= kDoubleMemoryDays &&
                       (now_e8 == 2 * before_e8 || before_e8 == 2 * now_e8);
  const double ratio = static_cast<double>(now_e8) / static_cast<double>(before_e8);
  if (!doubled && (gap_days > kPriceMemoryDays || !IsBeyond(ratio, kPriceFactor))) {
    return std::nullopt;
  }
  const auto per = [](const Amount& price) {
    return Text{absl::StrCat(GroupedE4(price.value_e4), " per ", price.unit.code),
                absl::StrCat("每", price.unit.name_zh, GroupedE4(price.value_e4))};
  };
  const Text a = per(now);
  const Text b = per(before.amount);
  const std::string times = GroupedNumber(ratio >= 1 ? ratio : 1 / ratio);
  Text slip = SlipText(FigureForm::kPrice, Amount{now.value_e4, {}}, ratio);
  if (doubled) slip = {"; kg and jin mixed up?", "；是否混淆了公斤与斤？"};
  return Make(
      doubled ? "PRICE_UNIT_SLIP" : "PRICE_JUMP", "value_e4",
      absl::StrCat("price ", a.en, " is ", doubled ? "exactly " : "",
                   ratio >= 1 ? absl::StrCat(times, " times") : absl::StrCat("1/", times, " of"),
                   " the ", b.en, " ", before.origin.en, slip.en),
      absl::StrCat("地头价", a.zh, doubled ? "恰是" : "是", before.origin.zh, b.zh, "的",
                   ratio >= 1 ? absl::StrCat(times, "倍") : absl::StrCat("1/", times), slip.zh));
}

std::optional<Finding> CopiedFigure(const Report& report, absl::Span<const Report> past) {
  const Figures& now = report.figures;
  if (!CanBeCopied(report.subject.kind) || !now.value_e4 || *now.value_e4 == 0 ||
      (now.unit == "%" && *now.value_e4 == 100 * kE4)) {
    return std::nullopt;
  }
  size_t equal = 0;
  while (equal < past.size() && past[equal].figures == now) ++equal;
  if (equal + 1 < kCopies) return std::nullopt;
  const Day first = past[equal - 1].day;
  if (StandsStill(report.subject.kind) && report.day - first < kCopySpanDays) return std::nullopt;
  const KindRule& rule = *FindKindRule(report.subject.kind);
  const std::string figure = absl::StrCat(GroupedE4(*now.value_e4), " ", now.unit);
  return Make("COPIED_FIGURE", "value_e4",
              absl::StrCat(rule.name, " is ", figure, " in ", equal + 1, " reports in a row since ",
                           FormatDay(first), ": copied?"),
              absl::StrCat(rule.name_zh, "自", FormatDay(first), "起连续", equal + 1, "次都是",
                           GroupedE4(*now.value_e4), "，是否照抄上期？"));
}

std::optional<Finding> HarvestBeforePlanting(Day window_start, Day window_end,
                                             const Planting& planting) {
  const auto say = [](absl::string_view field, absl::string_view what, absl::string_view what_zh,
                      Day day, absl::string_view fact, absl::string_view fact_zh, Day known) {
    return Make(
        "HARVEST_BEFORE_PLANTING", field,
        absl::StrCat("harvest ", what, " on ", FormatDay(day), ", but ", fact, " ",
                     FormatDay(known)),
        absl::StrCat("采收", what_zh, "日期为", FormatDay(day), "，但", FormatDay(known), fact_zh));
  };
  if (planting.young_on && window_start < *planting.young_on) {
    return say("window_start_date", "begins", "开始", window_start,
               "the crop was not beyond seedlings on", "生育期还在播种育苗阶段",
               *planting.young_on);
  }
  if (planting.planted_on && window_start < *planting.planted_on) {
    return say("window_start_date", "begins", "开始", window_start,
               "the first planted area was reported for", "才首次填报种植面积",
               *planting.planted_on);
  }
  if (planting.standing_on && window_end < *planting.standing_on) {
    return say("window_end_date", "ends", "结束", window_end, "the crop still stood on",
               "仍填报在地面积", *planting.standing_on);
  }
  return std::nullopt;
}

std::optional<Finding> ProgressBeforePlanting(const Amount& progress, const Planting& planting) {
  if (progress.value_e4 == 0) return std::nullopt;
  if (planting.young_on) {
    const std::string day = FormatDay(*planting.young_on);
    return Make("PROGRESS_BEFORE_PLANTING", "value_e4",
                absl::StrCat(progress.Text(), " are harvested, but the crop was not beyond ",
                             "seedlings on ", day),
                absl::StrCat("采收进度", progress.TextZh(), "，但", day, "生育期还在播种育苗阶段"));
  }
  if (planting.none_on) {
    const std::string day = FormatDay(*planting.none_on);
    return Make("PROGRESS_BEFORE_PLANTING", "value_e4",
                absl::StrCat(progress.Text(), " are harvested, but the planted area reported for ",
                             day, " is 0"),
                absl::StrCat("采收进度", progress.TextZh(), "，但", day, "填报的种植面积为0"));
  }
  return std::nullopt;
}

std::optional<Finding> ProgressBackwards(const Amount& progress, const Amount& before,
                                         Day before_day, int gap_days) {
  const bool next_season = before.value_e4 == 100 * kE4 && progress.value_e4 == 0;
  if (!(before > progress) || next_season || gap_days > kProgressMemoryDays) return std::nullopt;
  const std::string day = FormatDay(before_day);
  return Make("PROGRESS_BACKWARDS", "value_e4",
              absl::StrCat(progress.Text(), " are harvested, but ", before.Text(), " were on ", day,
                           ": it cannot go back"),
              absl::StrCat("采收进度", progress.TextZh(), "，低于", day, "的", before.TextZh(),
                           "，进度不会倒退"));
}

}  // namespace glutwatch::report

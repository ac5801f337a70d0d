#include "server/report/figure_check.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "server/catalog/catalog.h"
#include "server/report/finding_words.h"

namespace glutwatch::report {
namespace {

bool InCalendar(Day day) { return day >= kMinDay && day <= kMaxDay; }

void CheckValue(const KindRule& rule, int64_t value_e4, std::vector<Finding>* out) {
  const std::string value = FormatE4(value_e4);
  const std::string is = absl::StrCat(rule.name, " is ", value, ", expected ");
  const std::string is_zh = absl::StrCat(rule.name_zh, "为", value, "，");
  if (value_e4 < 0) {
    AddFinding("NEGATIVE_FIGURE", "value_e4", is + "0 or more", is_zh + "不能是负数", out);
  } else if (value_e4 > kMaxE4) {
    AddFinding("FIGURE_TOO_LARGE", "value_e4", is + "at most 10^12", is_zh + "最大为10^12", out);
  } else if (rule.form == FigureForm::kPrice && value_e4 == 0) {
    AddFinding("PRICE_NOT_POSITIVE", "value_e4", is + "a price above 0, or a no-bid mark",
               is_zh + "价格应大于0；无人收购请标注", out);
  } else if (rule.form == FigureForm::kPercent && value_e4 > 100 * kE4) {
    AddFinding("PERCENT_OUT_OF_RANGE", "value_e4", is + "0 to 100", is_zh + "应在0至100之间", out);
  }
}

void CheckUnit(const KindRule& rule, UnitReader* units, Figures* figures,
               std::vector<Finding>* out) {
  absl::StripAsciiWhitespace(&figures->unit);
  // A share can only be in percent.
  if (figures->unit.empty() && rule.form == FigureForm::kPercent) figures->unit.push_back('%');
  if (figures->unit.empty()) {
    AddFinding("UNIT_MISSING", "unit",
               absl::StrCat(rule.name, " has no unit, expected ", ExpectedUnit(rule.form)),
               absl::StrCat(rule.name_zh, "没有单位，应为", ExpectedUnitZh(rule.form)), out);
    return;
  }
  const UnitReader::Reading& reading = units->Read(rule.form, figures->unit);
  if (reading.unit) {
    figures->unit = reading.unit->code;
    return;
  }
  const bool unknown = reading.problem == UnitReader::Problem::kUnknown;
  AddFinding(unknown ? "UNKNOWN_UNIT" : "WRONG_DIMENSION", "unit",
             absl::StrCat("unit of ", rule.name, " is ", Quoted(figures->unit), ", expected ",
                          ExpectedUnit(rule.form)),
             absl::StrCat(rule.name_zh, "的单位为", QuotedZh(figures->unit), "，应为",
                          ExpectedUnitZh(rule.form)),
             out);
}

void CheckCurrency(const KindRule& rule, Figures* figures, std::vector<Finding>* out) {
  absl::StripAsciiWhitespace(&figures->currency);
  if (rule.form != FigureForm::kPrice) {
    if (figures->currency.empty()) return;
    AddFinding(
        "CURRENCY_ELSEWHERE", "currency_code",
        absl::StrCat(rule.name, " has the currency ", Quoted(figures->currency),
                     ", expected none: only a price has one"),
        absl::StrCat(rule.name_zh, "填了币种", QuotedZh(figures->currency), "，只有价格才有币种"),
        out);
    return;
  }
  std::string currency = absl::AsciiStrToUpper(figures->currency);
  if (catalog::IsCurrencyCode(currency)) {
    figures->currency = std::move(currency);
    return;
  }
  AddFinding(
      "BAD_CURRENCY", "currency_code",
      absl::StrCat("currency is ", Quoted(figures->currency), ", expected an ISO 4217 code: CNY"),
      absl::StrCat("币种为", QuotedZh(figures->currency), "，应为ISO 4217代码，如CNY"), out);
}

void CheckFigure(const KindRule& rule, UnitReader* units, Figures* figures,
                 std::vector<Finding>* out) {
  const bool is_price = rule.form == FigureForm::kPrice;
  if (figures->no_bid && !is_price) {
    AddFinding("NO_BID_ELSEWHERE", "no_bid",
               absl::StrCat(rule.name, " cannot be a no-bid mark, only a farm-gate price can"),
               absl::StrCat(rule.name_zh, "不能标注无人收购，只有地头价可以"), out);
    return;
  }
  if (figures->no_bid && figures->value_e4) {
    const std::string value = FormatE4(*figures->value_e4);
    AddFinding("NO_BID_WITH_PRICE", "value_e4",
               absl::StrCat("price is ", value, " and nobody bids, expected one of the two"),
               absl::StrCat("既填了价格", value, "又标注无人收购，只能二选一"), out);
    return;
  }
  if (!figures->value_e4) {
    figures->unit.clear();
    figures->currency.clear();
    if (rule.needs_figure && !figures->no_bid) {
      AddFinding("FIGURE_MISSING", "value_e4", absl::StrCat(rule.name, " has no figure"),
                 absl::StrCat(rule.name_zh, "没有填数"), out);
    }
    return;
  }
  if (rule.form == FigureForm::kNone) {
    const std::string value = FormatE4(*figures->value_e4);
    AddFinding("FIGURE_NOT_EXPECTED", "value_e4",
               absl::StrCat(rule.name, " has the figure ", value, ", expected none"),
               absl::StrCat(rule.name_zh, "填了数值", value, "，不应有数值"), out);
    return;
  }
  CheckValue(rule, *figures->value_e4, out);
  CheckUnit(rule, units, figures, out);
  CheckCurrency(rule, figures, out);
}

void CheckWindow(Kind kind, const KindRule& rule, const Figures& figures,
                 std::vector<Finding>* out) {
  if (kind != Kind::kExpectedHarvest) {
    if (!figures.window_start && !figures.window_end) return;
    AddFinding(
        "WINDOW_ELSEWHERE", figures.window_start ? "window_start_date" : "window_end_date",
        absl::StrCat(rule.name, " has a window, expected none: only an expected harvest has one"),
        absl::StrCat(rule.name_zh, "填了起止日期，只有预计采收才有"), out);
    return;
  }
  const struct {
    absl::string_view field, name, name_zh;
    const std::optional<Day>& day;
  } ends[] = {{"window_start_date", "first", "采收开始", figures.window_start},
              {"window_end_date", "last", "采收结束", figures.window_end}};
  for (const auto& end : ends) {
    if (end.day && InCalendar(*end.day)) continue;
    AddFinding(
        end.day ? "DAY_OUT_OF_RANGE" : "WINDOW_MISSING", end.field,
        absl::StrCat("the ", end.name, " day of the harvest is missing or impossible, expected ",
                     FormatDay(kMinDay), " to ", FormatDay(kMaxDay)),
        absl::StrCat(end.name_zh, "日期缺失或不存在，应在", FormatDay(kMinDay), "至",
                     FormatDay(kMaxDay), "之间"),
        out);
    return;
  }
  if (*figures.window_end >= *figures.window_start) return;
  const std::string first = FormatDay(*figures.window_start);
  const std::string last = FormatDay(*figures.window_end);
  AddFinding("WINDOW_REVERSED", "window_end_date",
             absl::StrCat("harvest ends on ", last, ", but begins on ", first,
                          ", expected an end that is not earlier"),
             absl::StrCat("采收结束日期", last, "早于开始日期", first), out);
}

void CheckStage(Kind kind, const KindRule& rule, const Figures& figures,
                std::vector<Finding>* out) {
  const int stage = static_cast<int>(figures.stage);
  if (figures.stage > GrowthStage::kFinished) {
    AddFinding("UNKNOWN_STAGE", "stage", absl::StrCat("stage is ", stage, ", expected 1 to 8"),
               absl::StrCat("生育期为", stage, "，应为1至8"), out);
  } else if (kind == Kind::kGrowthStage && figures.stage == GrowthStage::kUnspecified) {
    AddFinding("STAGE_MISSING", "stage", "growth stage is not stated", "没有填生育期", out);
  } else if (kind != Kind::kGrowthStage && figures.stage != GrowthStage::kUnspecified) {
    AddFinding("STAGE_ELSEWHERE", "stage",
               absl::StrCat(rule.name, " has a growth stage, expected none"),
               absl::StrCat(rule.name_zh, "填了生育期，此类填报没有生育期"), out);
  }
}

}  // namespace

void CheckFigures(Kind kind, const KindRule& rule, UnitReader* units, Figures* figures,
                  std::vector<Finding>* out) {
  CheckFigure(rule, units, figures, out);
  CheckWindow(kind, rule, *figures, out);
  CheckStage(kind, rule, *figures, out);
}

}  // namespace glutwatch::report

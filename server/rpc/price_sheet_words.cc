#include "server/rpc/price_sheet_words.h"

#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"

namespace glutwatch::rpc {
namespace {

using sheet::FeedRow;
using sheet::PriceColumns;

// "About" twice: within this share.
constexpr double kSlipTolerance = 0.05;

// What part of a row a reason is about.
enum class Part { kRow, kDate, kMarket, kProduct, kGrade, kUnit, kLow, kModal, kArrivals };

struct ReasonWords {
  absl::string_view reason;
  Part part;
  absl::string_view chinese;
};
constexpr ReasonWords kReasons[] = {
    {"UNKNOWN_MARKET", Part::kMarket,
     "目录中没有此市场，请先用 glutwatch catalog add 或 alias 登记"},
    {"UNKNOWN_REGION", Part::kMarket, "目录中没有此市场所在的地区"},
    {"UNKNOWN_PRODUCT", Part::kProduct,
     "目录中没有此品种，请先用 glutwatch catalog add 或 alias 登记"},
    {"UNKNOWN_UNIT", Part::kUnit, "目录中没有此单位"},
    {"BAD_MARKET", Part::kMarket, "市场的时区无效"},
    {"BAD_CURRENCY", Part::kUnit, "币种应为三位大写字母，如 CNY"},
    {"BAD_GRADE", Part::kGrade, "规格过长或不是有效文字"},
    {"PERMISSION", Part::kMarket, "无权填报此市场的价格"},
    {"QUOTA_SERIES", Part::kRow, "今日新增的价格序列已达配额上限，请改日再报此行"},
    {"DAY_OUT_OF_RANGE", Part::kDate, "日期超出范围，应在 1900 年至 2169 年之间"},
    {"FUTURE_DAY", Part::kDate, "日期晚于市场当天"},
    {"PRICE_NOT_POSITIVE", Part::kModal, "价格应大于 0"},
    {"LOW_ABOVE_HIGH", Part::kLow, "最低价高于最高价"},
    {"MODAL_OUTSIDE", Part::kModal, "均价不在最低价与最高价之间"},
    {"PRICE_WITHOUT_TRADE", Part::kModal, "未成交的日子不应有价格"},
    {"NOTHING_REPORTED", Part::kModal, "既无价格也无上市量"},
    {"BAD_ARRIVALS", Part::kArrivals, "上市量不能为负"},
    {"ARRIVALS_UNIT_CHANGED", Part::kArrivals, "上市量单位与以往不同"},
    {"ARRIVALS_WITHOUT_UNIT", Part::kArrivals, "有上市量而无单位"},
    {"SAME_KEY_TWICE", Part::kModal, "同一品种同一天在表中出现两次且数值不同"},
    {"UNIT_SLIP", Part::kModal, "与上次价格相差整倍数，疑似单位写错（斤与公斤、小数点）"},
    {"PRICE_JUMP", Part::kModal, "与上次价格相差过大"},
};

const ReasonWords* Find(absl::string_view reason) {
  for (const ReasonWords& words : kReasons) {
    if (words.reason == reason) return &words;
  }
  return nullptr;
}

int32_t FirstOf(int32_t a, int32_t b, int32_t c) { return a != 0 ? a : b != 0 ? b : c; }

std::string PriceText(const std::optional<int64_t>& price_e4) {
  return price_e4.has_value() ? FormatE4(*price_e4) : "";
}

}  // namespace

int32_t ColumnOf(absl::string_view reason, const PriceColumns& columns) {
  const ReasonWords* words = Find(reason);
  switch (words == nullptr ? Part::kRow : words->part) {
    case Part::kDate:
      return columns.date;
    case Part::kMarket:
      return columns.market;
    case Part::kProduct:
      return columns.product;
    case Part::kGrade:
      return columns.grade;
    case Part::kUnit:
      return columns.unit;
    case Part::kLow:
      return FirstOf(columns.low, columns.modal, columns.high);
    case Part::kModal:
      return FirstOf(columns.modal, columns.low, columns.high);
    case Part::kArrivals:
      return columns.arrivals;
    case Part::kRow:
      break;
  }
  return 0;
}

std::string ValueOf(absl::string_view reason, const FeedRow& row) {
  const ReasonWords* words = Find(reason);
  switch (words == nullptr ? Part::kRow : words->part) {
    case Part::kDate:
      return FormatDay(row.day);
    case Part::kMarket:
      return row.market->name.empty() ? row.market->id : row.market->name;
    case Part::kProduct:
      return row.product;
    case Part::kGrade:
      return row.grade;
    case Part::kUnit:
      return row.unit;
    case Part::kLow:
      return PriceText(row.low_e4);
    case Part::kModal:
      return PriceText(row.modal_e4.has_value() ? row.modal_e4 : row.low_e4);
    case Part::kArrivals:
      return PriceText(row.arrivals_e4);
    case Part::kRow:
      break;
  }
  return "";
}

std::string InChinese(const observe::RowResult& result, const FeedRow& row) {
  const ReasonWords* words = Find(result.reason);
  const absl::string_view sentence = words == nullptr ? result.reason : words->chinese;
  const std::string value = ValueOf(result.reason, row);
  return value.empty() ? std::string(sentence) : absl::StrCat("“", value, "”：", sentence);
}

SlipHint HintOf(const observe::ExaminedRow& row) {
  const storage::Observation& o = row.observation;
  if (!row.reference_day.has_value() || (o.presence & storage::kHasModal) == 0 ||
      (o.flags & storage::kSuspicious) != 0) {
    return {};
  }
  const double ratio =
      static_cast<double>(o.modal_e4) / static_cast<double>(row.reference_modal_e4);
  const bool twice = std::abs(ratio / 2 - 1) <= kSlipTolerance;
  const bool half = std::abs(ratio * 2 - 1) <= kSlipTolerance;
  if (!twice && !half) return {};
  const std::string price = FormatE4(o.modal_e4);
  const std::string before = FormatE4(row.reference_modal_e4);
  const std::string day = FormatDay(*row.reference_day);
  return {twice ? "ABOUT_DOUBLE" : "ABOUT_HALF",
          absl::StrCat("price is ", price, ", was ", before, " on ", day, ": about ",
                       twice ? "twice" : "half", "; jin or kg?"),
          absl::StrCat("价格 ", price, "，", day, " 为 ", before, "，约为其",
                       twice ? "两倍" : "一半", "：斤与公斤是否写错？")};
}

}  // namespace glutwatch::rpc

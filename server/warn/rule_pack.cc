#include "server/warn/rule_pack.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/warn/day_bytes.h"

namespace glutwatch::warn {
namespace {

constexpr size_t kMaxRules = 100;

absl::Status Bad(absl::string_view path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}

bool IsRuleId(absl::string_view id) {
  for (const char c : id) {
    if (!absl::ascii_islower(static_cast<unsigned char>(c)) &&
        !absl::ascii_isdigit(static_cast<unsigned char>(c)) && c != '-') {
      return false;
    }
  }
  return !id.empty();
}

absl::Status CheckDays(absl::string_view path, int days, int least) {
  if (days >= least && days <= kLongestPeriodDays) return absl::OkStatus();
  return Bad(path,
             absl::StrCat("is ", days, ", expected ", least, "..", kLongestPeriodDays, " days"));
}

absl::Status CheckRule(const std::string& path, const Rule& rule, std::set<std::string>* ids) {
  if (!IsRuleId(rule.id)) {
    return Bad(path + ".id",
               absl::StrCat("is \"", rule.id, "\", expected letters a-z, digits, '-'"));
  }
  if (!ids->insert(rule.id).second) {
    return Bad(path + ".id", absl::StrCat("\"", rule.id, "\" occurs twice"));
  }
  if (rule.level == Level::kNone || rule.level > Level::kRed) {
    return Bad(path + ".level", "is missing, expected blue, yellow, orange or red");
  }
  if (rule.all_of.empty()) return Bad(path + ".all_of", "is empty, expected a condition");
  for (size_t i = 0; i < rule.all_of.size(); ++i) {
    const Condition& condition = rule.all_of[i];
    const std::string at = absl::StrCat(path, ".all_of[", i, "]");
    if (condition.indicator < Indicator::kPriceToNorm ||
        condition.indicator > Indicator::kForecastToNorm) {
      return Bad(at + ".indicator", "is missing");
    }
    if (!std::isfinite(condition.at_most)) return Bad(at + ".at_most", "is not a number");
    if (IsRatio(condition.indicator) && condition.at_most <= 0) {
      return Bad(at + ".at_most",
                 absl::StrCat("is ", condition.at_most, ", expected a ratio above 0"));
    }
  }
  if (!(rule.clear_margin >= 0 && rule.clear_margin <= 1)) {  // nor may it be NaN
    return Bad(path + ".clear_margin", absl::StrCat("is ", rule.clear_margin, ", expected 0..1"));
  }
  return CheckDays(path + ".persistence_days", rule.persistence_days, 0);
}

}  // namespace

std::optional<double> ValueOf(const forecast::risk::DayIndicators& day, Indicator indicator) {
  switch (indicator) {
    case Indicator::kPriceToNorm:
      return day.price_to_norm;
    case Indicator::kIfpa:
      return day.ifpa;
    case Indicator::kAlps:
      return day.alps;
    case Indicator::kPriceToTotalCost:
      return day.price_to_total_cost;
    case Indicator::kPriceToCashCost:
      return day.price_to_cash_cost;
    case Indicator::kYearOnYear:
      return day.year_on_year;
    case Indicator::kForecastToNorm:
      return day.forecast_to_norm;
  }
  return std::nullopt;
}

absl::string_view IndicatorName(Indicator indicator) {
  switch (indicator) {
    case Indicator::kPriceToNorm:
      return "price_to_norm";
    case Indicator::kIfpa:
      return "ifpa";
    case Indicator::kAlps:
      return "alps";
    case Indicator::kPriceToTotalCost:
      return "price_to_total_cost";
    case Indicator::kPriceToCashCost:
      return "price_to_cash_cost";
    case Indicator::kYearOnYear:
      return "year_on_year";
    case Indicator::kForecastToNorm:
      return "forecast_to_norm";
  }
  return "unknown";
}

bool IsRatio(Indicator indicator) {
  return indicator != Indicator::kIfpa && indicator != Indicator::kAlps;
}

absl::StatusOr<double> ParseThreshold(absl::string_view text) {
  const size_t slash = text.find('/');
  double value = 0;
  if (slash == absl::string_view::npos) {
    if (absl::SimpleAtod(text, &value) && std::isfinite(value)) return value;
  } else {
    int numerator = 0;
    int denominator = 0;
    if (absl::SimpleAtoi(text.substr(0, slash), &numerator) &&
        absl::SimpleAtoi(text.substr(slash + 1), &denominator) && denominator > 0) {
      return static_cast<double>(numerator) / denominator;
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "threshold is \"", text, "\", expected a decimal such as 0.8 or a fraction such as 6/7"));
}

bool Uses(const RulePack& pack, Indicator indicator) {
  return std::any_of(pack.rules.begin(), pack.rules.end(), [&](const Rule& rule) {
    return std::any_of(rule.all_of.begin(), rule.all_of.end(), [&](const Condition& condition) {
      return condition.indicator == indicator;
    });
  });
}

absl::Status Validate(const RulePack& pack) {
  if (!IsRuleId(pack.id)) {
    return Bad("id", absl::StrCat("is \"", pack.id, "\", expected letters a-z, digits, '-'"));
  }
  if (pack.version < 1) {
    return Bad("version", absl::StrCat("is ", pack.version, ", expected 1 or more"));
  }
  if (pack.rules.empty() || pack.rules.size() > kMaxRules) {
    return Bad("rules", absl::StrCat("has ", pack.rules.size(), " rules, expected 1..", kMaxRules));
  }
  std::set<std::string> ids;
  for (size_t i = 0; i < pack.rules.size(); ++i) {
    const absl::Status status = CheckRule(absl::StrCat("rules[", i, "]"), pack.rules[i], &ids);
    if (!status.ok()) return status;
  }
  if (pack.max_level_without_cost == Level::kNone || pack.max_level_without_cost > Level::kRed) {
    return Bad("max_level_without_cost", "is missing, expected blue, yellow, orange or red");
  }
  struct Days {
    absl::string_view path;
    int days;
    int least;
  };
  for (const Days& days :
       {Days{"min_life_days", pack.min_life_days, 0}, Days{"clear_days", pack.clear_days, 0},
        Days{"refractory_days", pack.refractory_days, 0},
        Days{"stale_trading_days", pack.stale_trading_days, 1}}) {
    if (const absl::Status status = CheckDays(days.path, days.days, days.least); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace glutwatch::warn

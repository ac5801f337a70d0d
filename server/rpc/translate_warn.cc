#include "server/rpc/translate_warn.h"

#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/rpc/translate_catalog.h"
#include "server/storage/price_store.h"

namespace glutwatch::rpc {
namespace {


struct LevelName {
  const char* zh;
  const char* en;
};
constexpr LevelName kLevelNames[] = {
    {"", ""}, {"蓝色", "blue"}, {"黄色", "yellow"}, {"橙色", "orange"}, {"红色", "red"}};

std::string Percent(double ratio) { return absl::StrCat(std::lround(ratio * 100), "%"); }

// What the price is compared with, in both languages: "价格为常年同期的58%".
void AddComparison(const std::optional<double>& ratio, absl::string_view zh, absl::string_view en,
                   std::string* text_zh, std::string* text_en) {
  if (!ratio.has_value()) return;
  absl::StrAppend(text_zh, text_zh->empty() ? "价格为" : "，为", zh, "的", Percent(*ratio));
  absl::StrAppend(text_en, text_en->empty() ? "price at " : ", ", Percent(*ratio), " of ", en);
}

void SetHeadlines(const warn::Warning& warning, const catalog::Catalog& catalog,
                  v1::Warning* proto) {
  const auto region = catalog.FindRegion(warning.group.region);
  const auto product = catalog.FindProduct(warning.group.product);
  const std::string region_zh = region == nullptr ? warning.group.region : region->display_name;
  const std::string region_en =
      region == nullptr || region->display_name_en.empty() ? region_zh : region->display_name_en;
  const std::string mark_zh = warning.simulated ? "【模拟】" : "";
  const std::string mark_en = warning.simulated ? "[SIMULATED] " : "";
  if (warning.kind == warn::Kind::kBlind) {
    proto->set_headline_zh(absl::StrCat(mark_zh, region_zh, "：所有市场停止报价，行情不明"));
    proto->set_headline_en(
        absl::StrCat(mark_en, region_en, ": every market has fallen silent; nobody knows"));
    return;
  }
  const std::string product_zh = product == nullptr ? warning.group.product : product->display_name;
  const std::string product_en = product == nullptr || product->display_name_en.empty()
                                     ? product_zh
                                     : product->display_name_en;
  std::string why_zh;
  std::string why_en;
  const auto& group = warning.evidence.group;
  AddComparison(group.price_to_norm, "常年同期", "the seasonal norm", &why_zh, &why_en);
  AddComparison(group.price_to_total_cost, "完全成本", "total cost", &why_zh, &why_en);
  const LevelName& level = kLevelNames[static_cast<int>(warning.level)];
  const bool over = warning.state == warn::State::kCleared;
  const bool withdrawn = warning.state == warn::State::kRetracted;
  proto->set_headline_zh(absl::StrCat(mark_zh, region_zh, " ", product_zh, " ",
                                      over        ? "滞销预警解除"
                                      : withdrawn ? "滞销预警撤回"
                                                  : "",
                                      over || withdrawn ? "" : level.zh,
                                      over || withdrawn ? "" : "滞销预警",
                                      why_zh.empty() ? "" : "：", why_zh));
  proto->set_headline_en(absl::StrCat(mark_en, region_en, ", ", product_en, ": ",
                                      over        ? "glut warning is over"
                                      : withdrawn ? "glut warning withdrawn"
                                                  : "",
                                      over || withdrawn ? "" : level.en,
                                      over || withdrawn ? "" : " glut warning",
                                      why_en.empty() ? "" : "; ", why_en));
}

absl::Status Bad(absl::string_view path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}

absl::StatusOr<warn::Condition> ConditionFromProto(const v1::Condition& condition,
                                                   absl::string_view path) {
  warn::Condition result;
  result.indicator = static_cast<warn::Indicator>(condition.indicator());
  result.at_most_text = condition.at_most();
  result.strict = condition.strict();
  const auto threshold = warn::ParseThreshold(condition.at_most());
  if (!threshold.ok()) return Bad(absl::StrCat(path, ".at_most"), threshold.status().message());
  result.at_most = *threshold;
  return result;
}

absl::StatusOr<warn::Rule> RuleFromProto(const v1::Rule& rule, const std::string& path) {
  warn::Rule result;
  result.id = rule.id();
  result.level = static_cast<warn::Level>(rule.level());
  result.persistence_days = rule.persistence_days();
  result.source = rule.source();
  if (!rule.clear_margin().empty() &&
      !absl::SimpleAtod(rule.clear_margin(), &result.clear_margin)) {
    return Bad(path + ".clear_margin",
               absl::StrCat("is \"", rule.clear_margin(), "\", expected a decimal such as 0.05"));
  }
  for (int i = 0; i < rule.all_of_size(); ++i) {
    GLUTWATCH_ASSIGN_OR_RETURN(
        auto condition, ConditionFromProto(rule.all_of(i), absl::StrCat(path, ".all_of[", i, "]")));
    result.all_of.push_back(std::move(condition));
  }
  return result;
}

}  // namespace

v1::Indicators ToProto(const forecast::risk::DayIndicators& i) {
  v1::Indicators proto;
  *proto.mutable_market_date() = ToProto(i.day);
  proto.set_norm_years(i.norm_years);
  if (i.price) proto.set_price(*i.price);
  if (i.median_price) proto.set_median_price(*i.median_price);
  if (i.norm) proto.set_seasonal_norm(*i.norm);
  if (i.price_to_norm) proto.set_price_to_norm(*i.price_to_norm);
  if (i.ifpa) proto.set_ifpa(*i.ifpa);
  if (i.alps) proto.set_alps(*i.alps);
  if (i.price_to_total_cost) proto.set_price_to_total_cost(*i.price_to_total_cost);
  if (i.price_to_cash_cost) proto.set_price_to_cash_cost(*i.price_to_cash_cost);
  if (i.year_on_year) proto.set_year_on_year(*i.year_on_year);
  if (i.norm_in_28_days) proto.set_norm_in_28_days(*i.norm_in_28_days);
  if (i.forecast_to_norm) proto.set_forecast_to_norm(*i.forecast_to_norm);
  return proto;
}

v1::Evidence ToProto(const warn::Evidence& evidence) {
  v1::Evidence proto;
  for (const warn::RuleOutcome& rule : evidence.rules) {
    v1::RuleOutcome* to = proto.add_rules();
    to->set_rule(rule.rule);
    to->set_level(static_cast<v1::WarningLevel>(rule.level));
    *to->mutable_held_since() = ToProto(rule.held_since);
    to->set_detail(rule.detail);
  }
  *proto.mutable_group() = ToProto(evidence.group);
  for (const warn::SeriesEvidence& series : evidence.series) {
    v1::SeriesEvidence* to = proto.add_series();
    to->set_series(catalog::SeriesName(series.series));
    *to->mutable_indicators() = ToProto(series.indicators);
  }
  proto.set_vintage_us(evidence.vintage_us);
  proto.set_rule_pack(evidence.rule_pack);
  proto.set_model_version(evidence.model_version);
  proto.set_missing_days(evidence.missing_days);
  return proto;
}

v1::Warning ToProto(const warn::Warning& warning, const catalog::Catalog& catalog,
                    bool with_evidence) {
  v1::Warning proto;
  proto.set_name("warnings/" + warning.id);
  proto.set_kind(static_cast<v1::WarningKind>(warning.kind));
  proto.set_region("regions/" + warning.group.region);
  if (!warning.group.product.empty()) proto.set_product("products/" + warning.group.product);
  proto.set_level(static_cast<v1::WarningLevel>(warning.level));
  proto.set_state(static_cast<v1::WarningState>(warning.state));
  proto.set_freshness(static_cast<v1::Freshness>(warning.freshness));
  *proto.mutable_raised_date() = ToProto(warning.raised_day);
  *proto.mutable_market_date() = ToProto(warning.market_day);
  if (warning.ended_day.has_value()) *proto.mutable_ended_date() = ToProto(*warning.ended_day);
  proto.set_generation(warning.generation);
  proto.set_simulated(warning.simulated);
  if (with_evidence) *proto.mutable_evidence() = ToProto(warning.evidence);
  SetHeadlines(warning, catalog, &proto);
  return proto;
}

v1::WarningEvent ToProto(const warn::WarningEvent& event, const warn::WarningDesk& desk,
                         const catalog::Catalog& catalog, bool with_evidence) {
  v1::WarningEvent proto;
  proto.set_event_id(
      absl::StrCat(std::string(desk.log_id()), "/", absl::Hex(desk.epoch()), "/", event.seq));
  proto.set_transition(static_cast<v1::Transition>(event.transition));
  *proto.mutable_warning() = ToProto(event.warning, catalog, with_evidence);
  *proto.mutable_commit_time() = ToTimestamp(event.commit_us);
  *proto.mutable_market_date() = ToProto(event.market_day);
  proto.set_cause(event.cause);
  return proto;
}

v1::RulePack ToProto(const warn::RulePack& pack) {
  v1::RulePack proto;
  proto.set_id(pack.id);
  proto.set_version(pack.version);
  proto.set_description(pack.description);
  for (const warn::Rule& rule : pack.rules) {
    v1::Rule* to = proto.add_rules();
    to->set_id(rule.id);
    to->set_level(static_cast<v1::WarningLevel>(rule.level));
    to->set_persistence_days(rule.persistence_days);
    to->set_clear_margin(absl::StrCat(rule.clear_margin));
    to->set_source(rule.source);
    for (const warn::Condition& condition : rule.all_of) {
      v1::Condition* c = to->add_all_of();
      c->set_indicator(static_cast<v1::Indicator>(condition.indicator));
      c->set_at_most(condition.at_most_text);
      c->set_strict(condition.strict);
    }
  }
  proto.set_min_life_days(pack.min_life_days);
  proto.set_clear_days(pack.clear_days);
  proto.set_refractory_days(pack.refractory_days);
  proto.set_stale_trading_days(pack.stale_trading_days);
  proto.set_max_level_without_cost(static_cast<v1::WarningLevel>(pack.max_level_without_cost));
  return proto;
}

absl::StatusOr<warn::RulePack> FromProto(const v1::RulePack& pack) {
  warn::RulePack result;
  result.id = pack.id();
  result.version = pack.version();
  result.description = pack.description();
  for (int i = 0; i < pack.rules_size(); ++i) {
    GLUTWATCH_ASSIGN_OR_RETURN(auto rule,
                               RuleFromProto(pack.rules(i), absl::StrCat("rules[", i, "]")));
    result.rules.push_back(std::move(rule));
  }
  result.min_life_days = pack.min_life_days();
  result.clear_days = pack.clear_days();
  result.refractory_days = pack.refractory_days();
  result.stale_trading_days = pack.stale_trading_days();
  result.max_level_without_cost = static_cast<warn::Level>(pack.max_level_without_cost());
  GLUTWATCH_RETURN_IF_ERROR(warn::Validate(result));
  return result;
}

absl::StatusOr<warn::WarningFilter> FromProto(const v1::WarningFilter& filter,
                                              const catalog::Catalog& catalog) {
  warn::WarningFilter result;
  if (!filter.region().empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(result.region, IdOf(filter.region(), "regions", "filter.region"));
    if (catalog.FindRegion(result.region) == nullptr) {
      return absl::NotFoundError(absl::StrCat("no ", filter.region()));
    }
  }
  for (const std::string& name : filter.products()) {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string id, IdOf(name, "products", "filter.products"));
    const auto product = catalog.FindProduct(id);
    if (product == nullptr) return absl::NotFoundError(absl::StrCat("no ", name));
    result.products.push_back(product->id);
  }
  if (!v1::WarningLevel_IsValid(filter.min_level())) {
    return Bad("filter.min_level", absl::StrCat("is ", filter.min_level(), ", expected 0..4"));
  }
  result.min_level = static_cast<warn::Level>(filter.min_level());
  for (const int state : filter.states()) {
    if (!v1::WarningState_IsValid(state) || state == v1::WARNING_STATE_UNSPECIFIED) {
      return Bad("filter.states", absl::StrCat("has ", state, ", expected 1..3"));
    }
    result.states.push_back(static_cast<warn::State>(state));
  }
  return result;
}

}  // namespace glutwatch::rpc

#include "server/rpc/translate_catalog.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/rpc/timestamps.h"

namespace glutwatch::rpc {
namespace {

absl::Status Bad(absl::string_view path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}

std::string Dot(absl::string_view path, absl::string_view field) {
  return path.empty() ? std::string(field) : absl::StrCat(path, ".", field);
}

std::optional<catalog::GeoPoint> Position(bool set, const v1::GeoPoint& point) {
  if (!set) return std::nullopt;
  return catalog::GeoPoint{point.latitude(), point.longitude()};
}

void SetPosition(const std::optional<catalog::GeoPoint>& from, v1::GeoPoint* to) {
  to->set_latitude(from->latitude);
  to->set_longitude(from->longitude);
}

template <typename From, typename To>
absl::Status FromProtoList(const From& from, absl::string_view name, To* to) {
  for (int i = 0; i < from.size(); ++i) {
    GLUTWATCH_ASSIGN_OR_RETURN(auto one, FromProto(from[i], absl::StrCat(name, "[", i, "]")));
    to->push_back(std::move(one));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Day>> LastDay(bool set, const google::type::Date& date,
                                           absl::string_view path) {
  if (!set) return std::optional<Day>();
  GLUTWATCH_ASSIGN_OR_RETURN(const Day day, FromProto(date, path));
  return std::optional<Day>(day);
}

absl::StatusOr<catalog::ProductionCost> CostFromProto(const v1::ProductionCost& cost,
                                                      absl::string_view path) {
  catalog::ProductionCost result;
  GLUTWATCH_ASSIGN_OR_RETURN(result.region, IdOf(cost.region(), "regions", Dot(path, "region")));
  if (cost.cost_concept() == v1::COST_CONCEPT_UNSPECIFIED) {
    return Bad(Dot(path, "cost_concept"), "is missing, expected cash, total or harvest");
  }
  result.cost_concept = static_cast<catalog::CostConcept>(cost.cost_concept());
  result.currency = cost.currency_code();
  result.cost_e4 = cost.cost_e4();
  result.season = cost.season();
  result.source = cost.source();
  GLUTWATCH_ASSIGN_OR_RETURN(result.valid_from,
                             FromProto(cost.valid_from(), Dot(path, "valid_from")));
  GLUTWATCH_ASSIGN_OR_RETURN(result.valid_to,
                             LastDay(cost.has_valid_to(), cost.valid_to(), Dot(path, "valid_to")));
  return result;
}

absl::StatusOr<catalog::GreenChannelMembership> MembershipFromProto(
    const v1::GreenChannelMembership& membership, absl::string_view path) {
  catalog::GreenChannelMembership result;
  GLUTWATCH_ASSIGN_OR_RETURN(result.valid_from,
                             FromProto(membership.valid_from(), Dot(path, "valid_from")));
  GLUTWATCH_ASSIGN_OR_RETURN(
      result.valid_to,
      LastDay(membership.has_valid_to(), membership.valid_to(), Dot(path, "valid_to")));
  result.source = membership.source();
  return result;
}

// Of markets and products alike.
template <typename Proto>
absl::StatusOr<catalog::Standing> StandingFromProto(const Proto& proto,
                                                    absl::string_view collection,
                                                    absl::string_view path) {
  catalog::Standing standing;
  GLUTWATCH_ASSIGN_OR_RETURN(
      standing.retired_date,
      LastDay(proto.has_retired_date(), proto.retired_date(), Dot(path, "retired_date")));
  if (!proto.merged_into().empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(standing.merged_into,
                               IdOf(proto.merged_into(), collection, Dot(path, "merged_into")));
  }
  if (proto.has_merge_time()) standing.merged_us = FromTimestamp(proto.merge_time());
  return standing;
}

template <typename Proto>
void SetStanding(const catalog::Standing& standing, absl::string_view collection, Proto* proto) {
  if (standing.retired_date.has_value()) {
    *proto->mutable_retired_date() = ToProto(*standing.retired_date);
  }
  if (!standing.is_merged()) return;
  proto->set_merged_into(absl::StrCat(collection, "/", standing.merged_into));
  *proto->mutable_merge_time() = ToTimestamp(standing.merged_us);
}

}  // namespace

absl::StatusOr<std::string> IdOf(absl::string_view name, absl::string_view collection,
                                 absl::string_view field) {
  const std::string prefix = absl::StrCat(collection, "/");
  if (!absl::StartsWith(name, prefix) || name.size() == prefix.size()) {
    return Bad(field, absl::StrCat("is \"", name, "\", expected ", prefix, "{id}"));
  }
  return std::string(name.substr(prefix.size()));
}

absl::StatusOr<Day> FromProto(const google::type::Date& date, absl::string_view field) {
  const absl::CivilDay civil(date.year(), date.month(), date.day());
  const Day day = ToDay(civil);
  if (civil.month() != date.month() || civil.day() != date.day() || day < kMinDay ||
      day > kMaxDay) {
    return Bad(field, absl::StrCat("is ", date.year(), "-", date.month(), "-", date.day(),
                                   ", expected a day of the years 1900 to 2169"));
  }
  return day;
}

google::type::Date ToProto(Day day) {
  const absl::CivilDay civil = ToCivil(day);
  google::type::Date date;
  date.set_year(static_cast<int32_t>(civil.year()));
  date.set_month(civil.month());
  date.set_day(civil.day());
  return date;
}

v1::Region ToProto(const catalog::Region& region) {
  v1::Region proto;
  proto.set_name("regions/" + region.code);
  if (!region.parent.empty()) proto.set_parent("regions/" + region.parent);
  proto.set_code_system(region.code_system);
  proto.set_display_name(region.display_name);
  proto.set_display_name_en(region.display_name_en);
  if (region.position.has_value()) SetPosition(region.position, proto.mutable_position());
  return proto;
}

v1::Market ToProto(const catalog::Market& market) {
  v1::Market proto;
  proto.set_name("markets/" + market.id);
  proto.set_region("regions/" + market.region);
  proto.set_kind(static_cast<v1::MarketKind>(market.kind));
  proto.set_display_name(market.display_name);
  proto.set_display_name_en(market.display_name_en);
  proto.set_time_zone(market.time_zone);
  if (market.position.has_value()) SetPosition(market.position, proto.mutable_position());
  for (const std::string& alias : market.aliases) proto.add_aliases(alias);
  SetStanding(market.standing, "markets", &proto);
  return proto;
}

v1::Product ToProto(const catalog::Product& product) {
  v1::Product proto;
  proto.set_name("products/" + product.id);
  proto.set_display_name(product.display_name);
  proto.set_display_name_en(product.display_name_en);
  proto.set_category(product.category);
  if (product.shelf_life_days.has_value()) proto.set_shelf_life_days(*product.shelf_life_days);
  proto.set_dimension(static_cast<v1::Dimension>(product.dimension));
  for (const std::string& alias : product.aliases) proto.add_aliases(alias);
  for (const catalog::ProductionCost& cost : product.costs) {
    v1::ProductionCost* to = proto.add_costs();
    to->set_region("regions/" + cost.region);
    to->set_cost_concept(static_cast<v1::CostConcept>(cost.cost_concept));
    to->set_currency_code(cost.currency);
    to->set_cost_e4(cost.cost_e4);
    to->set_season(cost.season);
    to->set_source(cost.source);
    *to->mutable_valid_from() = ToProto(cost.valid_from);
    if (cost.valid_to.has_value()) *to->mutable_valid_to() = ToProto(*cost.valid_to);
  }
  for (const catalog::GreenChannelMembership& membership : product.green_channel) {
    v1::GreenChannelMembership* to = proto.add_green_channel();
    *to->mutable_valid_from() = ToProto(membership.valid_from);
    if (membership.valid_to.has_value()) *to->mutable_valid_to() = ToProto(*membership.valid_to);
    to->set_source(membership.source);
  }
  for (const auto& [grade, kilograms] : product.kilograms_per_piece) {
    (*proto.mutable_kilograms_per_piece())[grade] = kilograms;
  }
  SetStanding(product.standing, "products", &proto);
  return proto;
}

v1::Unit ToProto(const catalog::Unit& unit) {
  v1::Unit proto;
  proto.set_code(unit.code);
  proto.set_dimension(static_cast<v1::Dimension>(unit.dimension));
  if (unit.base_quantity_e4.has_value()) proto.set_base_quantity_e4(*unit.base_quantity_e4);
  for (const std::string& alias : unit.aliases) proto.add_aliases(alias);
  return proto;
}

v1::Series ToProto(const catalog::Series& series) {
  v1::Series proto;
  proto.set_name(catalog::SeriesName(series.id));
  proto.set_market("markets/" + series.key.market);
  proto.set_product("products/" + series.key.product);
  proto.set_grade(series.key.grade);
  proto.mutable_quote()->set_currency_code(series.key.currency);
  proto.mutable_quote()->set_unit(series.key.unit);
  proto.mutable_quote()->set_arrivals_unit(series.arrivals_unit);
  return proto;
}

v1::CatalogResource ToProto(const catalog::Resource& resource) {
  struct Visitor {
    v1::CatalogResource* proto;
    void operator()(const catalog::Unit& unit) { *proto->mutable_unit() = ToProto(unit); }
    void operator()(const catalog::Region& region) { *proto->mutable_region() = ToProto(region); }
    void operator()(const catalog::Market& market) { *proto->mutable_market() = ToProto(market); }
    void operator()(const catalog::Product& product) {
      *proto->mutable_product() = ToProto(product);
    }
  };
  v1::CatalogResource proto;
  std::visit(Visitor{&proto}, resource);
  return proto;
}

v1::CatalogChange ToProto(const catalog::ResourceChange& change) {
  v1::CatalogChange proto;
  *proto.mutable_record_time() = ToTimestamp(change.recorded_us);
  proto.set_origin(static_cast<v1::CatalogChange::Origin>(change.origin));
  proto.set_author(change.author);
  proto.set_note(change.note);
  if (change.before.has_value()) *proto.mutable_before() = ToProto(*change.before);
  *proto.mutable_after() = ToProto(change.after);
  return proto;
}

v1::CatalogFile ToProto(const catalog::Resources& resources) {
  v1::CatalogFile file;
  file.set_description(resources.description);
  for (const auto& unit : resources.units) *file.add_units() = ToProto(unit);
  for (const auto& region : resources.regions) *file.add_regions() = ToProto(region);
  for (const auto& market : resources.markets) *file.add_markets() = ToProto(market);
  for (const auto& product : resources.products) *file.add_products() = ToProto(product);
  return file;
}

absl::StatusOr<catalog::Region> FromProto(const v1::Region& region, absl::string_view path) {
  catalog::Region result;
  GLUTWATCH_ASSIGN_OR_RETURN(result.code, IdOf(region.name(), "regions", Dot(path, "name")));
  if (!region.parent().empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(result.parent,
                               IdOf(region.parent(), "regions", Dot(path, "parent")));
  }
  result.code_system = region.code_system();
  result.display_name = region.display_name();
  result.display_name_en = region.display_name_en();
  result.position = Position(region.has_position(), region.position());
  return result;
}

absl::StatusOr<catalog::Market> FromProto(const v1::Market& market, absl::string_view path) {
  catalog::Market result;
  GLUTWATCH_ASSIGN_OR_RETURN(result.id, IdOf(market.name(), "markets", Dot(path, "name")));
  GLUTWATCH_ASSIGN_OR_RETURN(result.region, IdOf(market.region(), "regions", Dot(path, "region")));
  if (market.kind() == v1::MARKET_KIND_UNSPECIFIED || !v1::MarketKind_IsValid(market.kind())) {
    return Bad(Dot(path, "kind"),
               "is missing, expected wholesale, producing_area, retail or farm_gate");
  }
  result.kind = static_cast<catalog::MarketKind>(market.kind());
  result.display_name = market.display_name();
  result.display_name_en = market.display_name_en();
  result.time_zone = market.time_zone();
  result.position = Position(market.has_position(), market.position());
  result.aliases.assign(market.aliases().begin(), market.aliases().end());
  GLUTWATCH_ASSIGN_OR_RETURN(result.standing, StandingFromProto(market, "markets", path));
  return result;
}

absl::StatusOr<catalog::Product> FromProto(const v1::Product& product, absl::string_view path) {
  catalog::Product result;
  GLUTWATCH_ASSIGN_OR_RETURN(result.id, IdOf(product.name(), "products", Dot(path, "name")));
  result.display_name = product.display_name();
  result.display_name_en = product.display_name_en();
  result.category = product.category();
  if (product.has_shelf_life_days()) result.shelf_life_days = product.shelf_life_days();
  result.dimension = static_cast<catalog::Dimension>(product.dimension());
  result.aliases.assign(product.aliases().begin(), product.aliases().end());
  for (int i = 0; i < product.costs_size(); ++i) {
    GLUTWATCH_ASSIGN_OR_RETURN(
        auto cost, CostFromProto(product.costs(i), Dot(path, absl::StrCat("costs[", i, "]"))));
    result.costs.push_back(std::move(cost));
  }
  for (int i = 0; i < product.green_channel_size(); ++i) {
    GLUTWATCH_ASSIGN_OR_RETURN(
        auto membership, MembershipFromProto(product.green_channel(i),
                                             Dot(path, absl::StrCat("green_channel[", i, "]"))));
    result.green_channel.push_back(std::move(membership));
  }
  for (const auto& [grade, kilograms] : product.kilograms_per_piece()) {
    result.kilograms_per_piece[grade] = kilograms;
  }
  GLUTWATCH_ASSIGN_OR_RETURN(result.standing, StandingFromProto(product, "products", path));
  return result;
}

absl::StatusOr<catalog::Unit> FromProto(const v1::Unit& unit, absl::string_view path) {
  if (unit.code().empty()) return Bad(Dot(path, "code"), "is missing");
  catalog::Unit result;
  result.code = unit.code();
  result.dimension = static_cast<catalog::Dimension>(unit.dimension());
  if (unit.has_base_quantity_e4()) result.base_quantity_e4 = unit.base_quantity_e4();
  result.aliases.assign(unit.aliases().begin(), unit.aliases().end());
  return result;
}

absl::StatusOr<catalog::Resources> FromProto(const v1::CatalogFile& file) {
  catalog::Resources resources;
  resources.description = file.description();
  GLUTWATCH_RETURN_IF_ERROR(FromProtoList(file.units(), "units", &resources.units));
  GLUTWATCH_RETURN_IF_ERROR(FromProtoList(file.regions(), "regions", &resources.regions));
  GLUTWATCH_RETURN_IF_ERROR(FromProtoList(file.markets(), "markets", &resources.markets));
  GLUTWATCH_RETURN_IF_ERROR(FromProtoList(file.products(), "products", &resources.products));
  return resources;
}

}  // namespace glutwatch::rpc

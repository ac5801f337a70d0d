#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "client/cli/catalog_calls.h"
#include "client/cli/commands.h"
#include "client/cli/names.h"

namespace glutwatch::client {
namespace {

// Fields of any kind of resource; unset ones stay as they are.
struct FieldFlags {
  std::string name, note;
  std::optional<std::string> display_name, display_name_en, region, kind, time_zone, position,
      category, dimension;
  std::optional<int> shelf_life_days;
  std::vector<std::string> aliases, removed_aliases;
};

absl::Status NotOf(absl::string_view flag, bool set, absl::string_view kinds) {
  if (!set) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(flag, " is of ", kinds, " only"));
}

absl::Status SetPosition(const std::optional<std::string>& text, v1::GeoPoint* point) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(*text, absl::MaxSplits(',', 1));
  double latitude = 0;
  double longitude = 0;
  if (!absl::SimpleAtod(parts.first, &latitude) || !absl::SimpleAtod(parts.second, &longitude)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--position is \"", *text, "\", expected LATITUDE,LONGITUDE as 25.04,102.71"));
  }
  point->set_latitude(latitude);
  point->set_longitude(longitude);
  return absl::OkStatus();
}

template <typename Enum>
absl::StatusOr<Enum> ParseEnum(absl::string_view flag, absl::string_view prefix,
                               const std::string& text, absl::string_view expected,
                               bool (*parse)(google::protobuf::ConstStringParam, Enum*)) {
  Enum value{};
  if (parse(absl::StrCat(prefix, absl::AsciiStrToUpper(text)), &value)) return value;
  return absl::InvalidArgumentError(absl::StrCat(flag, " is \"", text, "\", expected ", expected));
}

template <typename Resource>
void ChangeAliases(const FieldFlags& flags, Resource* resource) {
  std::vector<std::string> aliases(resource->aliases().begin(), resource->aliases().end());
  for (const std::string& gone : flags.removed_aliases) {
    aliases.erase(std::remove(aliases.begin(), aliases.end(), gone), aliases.end());
  }
  for (const std::string& alias : flags.aliases) {
    if (std::find(aliases.begin(), aliases.end(), alias) == aliases.end()) aliases.push_back(alias);
  }
  resource->mutable_aliases()->Assign(aliases.begin(), aliases.end());
}

template <typename Resource>
void ChangeNames(const FieldFlags& flags, Resource* resource) {
  if (flags.display_name) resource->set_display_name(*flags.display_name);
  if (flags.display_name_en) resource->set_display_name_en(*flags.display_name_en);
}

absl::Status Change(Context* context, const FieldFlags& flags, v1::Region* region) {
  GLUTWATCH_RETURN_IF_ERROR(NotOf("--kind", flags.kind.has_value(), "markets"));
  GLUTWATCH_RETURN_IF_ERROR(NotOf("--time-zone", flags.time_zone.has_value(), "markets"));
  GLUTWATCH_RETURN_IF_ERROR(NotOf("--category", flags.category.has_value(), "products"));
  GLUTWATCH_RETURN_IF_ERROR(NotOf("--dimension", flags.dimension.has_value(), "products"));
  GLUTWATCH_RETURN_IF_ERROR(NotOf("--shelf-life", flags.shelf_life_days.has_value(), "products"));
  GLUTWATCH_RETURN_IF_ERROR(NotOf("--alias", !flags.aliases.empty(), "markets and products"));
  ChangeNames(flags, region);
  if (flags.position) {
    GLUTWATCH_RETURN_IF_ERROR(SetPosition(flags.position, region->mutable_position()));
  }
  if (flags.region) {
    GLUTWATCH_ASSIGN_OR_RETURN(*region->mutable_parent(), ResolveRegion(context, *flags.region));
  }
  return absl::OkStatus();
}

absl::Status Change(Context* context, const FieldFlags& flags, v1::Market* market) {
  GLUTWATCH_RETURN_IF_ERROR(NotOf("--category", flags.category.has_value(), "products"));
  GLUTWATCH_RETURN_IF_ERROR(NotOf("--dimension", flags.dimension.has_value(), "products"));
  GLUTWATCH_RETURN_IF_ERROR(NotOf("--shelf-life", flags.shelf_life_days.has_value(), "products"));
  ChangeNames(flags, market);
  ChangeAliases(flags, market);
  if (flags.time_zone) market->set_time_zone(*flags.time_zone);
  if (flags.position) {
    GLUTWATCH_RETURN_IF_ERROR(SetPosition(flags.position, market->mutable_position()));
  }
  if (flags.region) {
    GLUTWATCH_ASSIGN_OR_RETURN(*market->mutable_region(), ResolveRegion(context, *flags.region));
  }
  if (!flags.kind) return absl::OkStatus();
  GLUTWATCH_ASSIGN_OR_RETURN(
      const auto kind, ParseEnum<v1::MarketKind>("--kind", "MARKET_KIND_", *flags.kind,
                                                 "wholesale, producing_area, retail or farm_gate",
                                                 &v1::MarketKind_Parse));
  market->set_kind(kind);
  return absl::OkStatus();
}

absl::Status Change(Context*, const FieldFlags& flags, v1::Product* product) {
  GLUTWATCH_RETURN_IF_ERROR(NotOf("--kind", flags.kind.has_value(), "markets"));
  GLUTWATCH_RETURN_IF_ERROR(NotOf("--time-zone", flags.time_zone.has_value(), "markets"));
  GLUTWATCH_RETURN_IF_ERROR(NotOf("--region", flags.region.has_value(), "regions and markets"));
  GLUTWATCH_RETURN_IF_ERROR(NotOf("--position", flags.position.has_value(), "regions and markets"));
  ChangeNames(flags, product);
  ChangeAliases(flags, product);
  if (flags.category) product->set_category(*flags.category);
  if (flags.shelf_life_days) product->set_shelf_life_days(*flags.shelf_life_days);
  if (!flags.dimension) return absl::OkStatus();
  GLUTWATCH_ASSIGN_OR_RETURN(
      const auto dimension,
      ParseEnum<v1::Dimension>("--dimension", "DIMENSION_", *flags.dimension,
                               "mass, count or volume", &v1::Dimension_Parse));
  product->set_dimension(dimension);
  return absl::OkStatus();
}

template <typename Calls>
absl::StatusOr<ExitCode> AddWith(Context* context, const FieldFlags& flags) {
  const auto known = Calls::Get(context, flags.name);
  if (known.ok()) {
    return absl::AlreadyExistsError(absl::StrCat(flags.name, " exists (", known->name(),
                                                 "), expected a new name; see `catalog change`"));
  }
  if (!absl::IsNotFound(known.status())) return known.status();
  typename Calls::Resource resource;
  resource.set_name(flags.name);
  GLUTWATCH_RETURN_IF_ERROR(Change(context, flags, &resource));
  GLUTWATCH_ASSIGN_OR_RETURN(const auto put, Calls::Put(context, resource, flags.note));
  ShowChanged(context, put, context->T(Msg::kCatalogAdded, put.name()));
  return kExitOk;
}

template <typename Calls>
absl::StatusOr<ExitCode> ChangeWith(Context* context, const FieldFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(auto resource, Calls::Get(context, flags.name));
  GLUTWATCH_RETURN_IF_ERROR(Change(context, flags, &resource));
  GLUTWATCH_ASSIGN_OR_RETURN(const auto put, Calls::Put(context, resource, flags.note));
  ShowChanged(context, put, context->T(Msg::kCatalogChanged, put.name()));
  return kExitOk;
}

absl::Status NoSuchKind(const std::string& name, absl::string_view expected) {
  return absl::InvalidArgumentError(absl::StrCat("NAME is \"", name, "\", expected ", expected));
}

absl::StatusOr<ExitCode> Add(Context* context, const FieldFlags& flags) {
  if (absl::StartsWith(flags.name, "regions/")) return AddWith<RegionCalls>(context, flags);
  if (absl::StartsWith(flags.name, "markets/")) return AddWith<MarketCalls>(context, flags);
  if (absl::StartsWith(flags.name, "products/")) return AddWith<ProductCalls>(context, flags);
  return NoSuchKind(flags.name, "regions/..., markets/... or products/...");
}

absl::StatusOr<ExitCode> ChangeAny(Context* context, const FieldFlags& flags) {
  if (absl::StartsWith(flags.name, "regions/")) return ChangeWith<RegionCalls>(context, flags);
  if (absl::StartsWith(flags.name, "markets/")) return ChangeWith<MarketCalls>(context, flags);
  if (absl::StartsWith(flags.name, "products/")) return ChangeWith<ProductCalls>(context, flags);
  return NoSuchKind(flags.name, "regions/..., markets/... or products/...");
}

void AddFieldOptions(CLI::App* command, Context* context, FieldFlags* flags) {
  command->add_option("NAME", flags->name, context->T(Msg::kOptResource))->required();
  command->add_option("--name", flags->display_name, context->T(Msg::kOptDisplayName));
  command->add_option("--name-en", flags->display_name_en, context->T(Msg::kOptDisplayNameEn));
  command->add_option("--region", flags->region, context->T(Msg::kOptInRegion));
  command->add_option("--kind", flags->kind, context->T(Msg::kOptMarketKind));
  command->add_option("--time-zone", flags->time_zone, context->T(Msg::kOptTimeZone));
  command->add_option("--position", flags->position, context->T(Msg::kOptPosition));
  command->add_option("--category", flags->category, context->T(Msg::kOptProductCategory));
  command->add_option("--dimension", flags->dimension, context->T(Msg::kOptProductDimension));
  command->add_option("--shelf-life", flags->shelf_life_days, context->T(Msg::kOptShelfLife));
  command->add_option("--note", flags->note, context->T(Msg::kOptNote));
}

}  // namespace

void AddCatalogEditCommands(CLI::App* catalog, Context* context) {
  const auto flags = std::make_shared<FieldFlags>();
  CLI::App* add =
      AddCommand(catalog, context, "add", Msg::kHelpCatalogAdd,
                 "  glutwatch catalog add markets/tonghai --name 通海蔬菜市场 --region 530423 "
                 "--kind producing_area --time-zone Asia/Shanghai\n"
                 "  glutwatch catalog add products/onion --name 洋葱 --dimension mass");
  AddFieldOptions(add, context, flags.get());
  add->add_option("--alias", flags->aliases, context->T(Msg::kOptAliasAdd));
  add->callback(
      [context, flags] { context->action = [context, flags] { return Add(context, *flags); }; });
  CLI::App* change =
      AddCommand(catalog, context, "change", Msg::kHelpCatalogChange,
                 "  glutwatch catalog change regions/IN-KL --name Keralam\n"
                 "  glutwatch catalog change markets/tonghai --region 530400 --note 迁址");
  AddFieldOptions(change, context, flags.get());
  change->callback([context, flags] {
    context->action = [context, flags] { return ChangeAny(context, *flags); };
  });
  CLI::App* alias = AddCommand(catalog, context, "alias", Msg::kHelpCatalogAlias,
                               "  glutwatch catalog alias markets/kochi Cochin Ernakulam-Kochi\n"
                               "  glutwatch catalog alias products/garlic --remove 蒜头");
  alias->add_option("NAME", flags->name, context->T(Msg::kOptMarketOrProduct))->required();
  alias->add_option("ALIAS", flags->aliases, context->T(Msg::kOptAliasAdd));
  alias->add_option("--remove", flags->removed_aliases, context->T(Msg::kOptAliasRemove));
  alias->add_option("--note", flags->note, context->T(Msg::kOptNote));
  alias->callback([context, flags] {
    context->action = [context, flags] { return ChangeAny(context, *flags); };
  });
}

}  // namespace glutwatch::client

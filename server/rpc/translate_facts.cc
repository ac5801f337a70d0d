#include "server/rpc/translate_facts.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_warn.h"

namespace glutwatch::rpc {
namespace {

std::string RegionName(absl::string_view code) {
  return code.empty() ? std::string() : absl::StrCat("regions/", code);
}
std::string ProductName(absl::string_view id) {
  return id.empty() ? std::string() : absl::StrCat("products/", id);
}

// Reads the fields of one fact's content; remembers the first error.
class ContentReader {
 public:
  explicit ContentReader(std::string path) : path_(std::move(path)) {}

  std::string Region(absl::string_view name, absl::string_view field = "region") {
    return Id(name, "regions", field);
  }
  std::string Product(absl::string_view name) { return Id(name, "products", "product"); }
  std::string Id(absl::string_view name, absl::string_view collection, absl::string_view field) {
    if (name.empty()) return "";
    auto id = IdOf(name, collection, absl::StrCat(path_, ".", field));
    if (!id.ok()) {
      Keep(id.status());
      return "";
    }
    return *std::move(id);
  }
  Day Date(const google::type::Date& date, absl::string_view field) {
    auto day = FromProto(date, absl::StrCat(path_, ".", field));
    if (!day.ok()) Keep(day.status());
    return day.value_or(Day{});
  }
  const absl::Status& status() const { return status_; }

 private:
  void Keep(const absl::Status& status) {
    if (status_.ok()) status_ = status;
  }
  const std::string path_;
  absl::Status status_;
};

std::vector<catalog::SeasonWindow> Windows(
    const google::protobuf::RepeatedPtrField<v1::SeasonWindow>& windows) {
  std::vector<catalog::SeasonWindow> result;
  for (const v1::SeasonWindow& window : windows) {
    result.push_back({window.start_month_day(), window.end_month_day()});
  }
  return result;
}

catalog::FactContent ReadDuty(const v1::ReportingDuty& duty, ContentReader* reader) {
  catalog::ReportingDuty result;
  result.kind = duty.kind();
  result.product = reader->Product(duty.product());
  for (int i = 0; i < duty.regions_size(); ++i) {
    result.regions.push_back(reader->Region(duty.regions(i), absl::StrCat("regions[", i, "]")));
  }
  result.cadence = static_cast<catalog::Cadence>(duty.cadence());
  result.grace_days = duty.grace_days();
  result.responsible = duty.responsible();
  result.season = duty.season();
  return result;
}

catalog::FactContent ReadPolicy(const v1::Fact& fact, ContentReader* reader) {
  switch (fact.content_case()) {
    case v1::Fact::kCountyListing:
      return catalog::CountyListing{fact.county_listing().list(),
                                    reader->Region(fact.county_listing().region())};
    case v1::Fact::kQuotaRate:
      return catalog::QuotaRate{
          fact.quota_rate().scheme(), reader->Region(fact.quota_rate().region()),
          fact.quota_rate().rate_percent_e4(), fact.quota_rate().base(), fact.quota_rate().list()};
    case v1::Fact::kPlantingCeiling:
      return catalog::PlantingCeiling{reader->Product(fact.planting_ceiling().product()),
                                      reader->Region(fact.planting_ceiling().region()),
                                      fact.planting_ceiling().area_e4(),
                                      fact.planting_ceiling().unit()};
    case v1::Fact::kFestivalDate:
      return catalog::FestivalDate{fact.festival_date().festival(),
                                   reader->Date(fact.festival_date().date(), "date")};
    default:
      return catalog::Institution{fact.institution().display_name(), fact.institution().field(),
                                  reader->Region(fact.institution().region()),
                                  reader->Id(fact.institution().successor(), "facts", "successor")};
  }
}

catalog::FactContent ReadProduction(const v1::Fact& fact, ContentReader* reader) {
  switch (fact.content_case()) {
    case v1::Fact::kFarmland:
      return catalog::Farmland{reader->Region(fact.farmland().region()), fact.farmland().area_e4(),
                               fact.farmland().unit()};
    case v1::Fact::kStorageCapacity:
      return catalog::StorageCapacity{
          reader->Region(fact.storage_capacity().region()), fact.storage_capacity().site(),
          fact.storage_capacity().capacity_e4(), fact.storage_capacity().unit()};
    case v1::Fact::kSeasonCalendar:
      return catalog::SeasonCalendar{reader->Product(fact.season_calendar().product()),
                                     reader->Region(fact.season_calendar().region()),
                                     Windows(fact.season_calendar().growing()),
                                     Windows(fact.season_calendar().marketing())};
    case v1::Fact::kReportingDuty:
      return ReadDuty(fact.reporting_duty(), reader);
    default:
      return catalog::TypicalYield{reader->Product(fact.typical_yield().product()),
                                   reader->Region(fact.typical_yield().region()),
                                   fact.typical_yield().yield_e4(), fact.typical_yield().unit()};
  }
}

// The name of the content's field in the message, for paths.
absl::string_view ContentField(const v1::Fact& fact) {
  const auto* field = v1::Fact::descriptor()->FindFieldByNumber(fact.content_case());
  return field == nullptr ? absl::string_view() : absl::string_view(field->name());
}

// Writes each content into its own field of the message.
struct ContentWriter {
  v1::Fact* to;

  void operator()(const catalog::CountyListing& from) const {
    auto* content = to->mutable_county_listing();
    content->set_list(from.list);
    content->set_region(RegionName(from.region));
  }
  void operator()(const catalog::QuotaRate& from) const {
    auto* content = to->mutable_quota_rate();
    content->set_scheme(from.scheme);
    content->set_region(RegionName(from.region));
    content->set_rate_percent_e4(from.rate_percent_e4);
    content->set_base(from.base);
    content->set_list(from.list);
  }
  void operator()(const catalog::PlantingCeiling& from) const {
    auto* content = to->mutable_planting_ceiling();
    content->set_product(ProductName(from.product));
    content->set_region(RegionName(from.region));
    content->set_area_e4(from.area_e4);
    content->set_unit(from.unit);
  }
  void operator()(const catalog::FestivalDate& from) const {
    auto* content = to->mutable_festival_date();
    content->set_festival(from.festival);
    *content->mutable_date() = ToProto(from.date);
  }
  void operator()(const catalog::Institution& from) const {
    auto* content = to->mutable_institution();
    content->set_display_name(from.display_name);
    content->set_field(from.field);
    content->set_region(RegionName(from.region));
    if (!from.successor.empty()) content->set_successor("facts/" + from.successor);
  }
  void operator()(const catalog::Farmland& from) const {
    auto* content = to->mutable_farmland();
    content->set_region(RegionName(from.region));
    content->set_area_e4(from.area_e4);
    content->set_unit(from.unit);
  }
  void operator()(const catalog::StorageCapacity& from) const {
    auto* content = to->mutable_storage_capacity();
    content->set_region(RegionName(from.region));
    content->set_site(from.site);
    content->set_capacity_e4(from.capacity_e4);
    content->set_unit(from.unit);
  }
  void operator()(const catalog::SeasonCalendar& from) const {
    auto* content = to->mutable_season_calendar();
    content->set_product(ProductName(from.product));
    content->set_region(RegionName(from.region));
    for (const catalog::SeasonWindow& window : from.growing) {
      auto* one = content->add_growing();
      one->set_start_month_day(window.start_month_day);
      one->set_end_month_day(window.end_month_day);
    }
    for (const catalog::SeasonWindow& window : from.marketing) {
      auto* one = content->add_marketing();
      one->set_start_month_day(window.start_month_day);
      one->set_end_month_day(window.end_month_day);
    }
  }
  void operator()(const catalog::ReportingDuty& from) const {
    auto* content = to->mutable_reporting_duty();
    content->set_kind(static_cast<v1::ReportKind>(from.kind));
    content->set_product(ProductName(from.product));
    for (const std::string& region : from.regions) content->add_regions(RegionName(region));
    content->set_cadence(static_cast<v1::Cadence>(from.cadence));
    content->set_grace_days(from.grace_days);
    content->set_responsible(from.responsible);
    content->set_season(from.season);
  }
  void operator()(const catalog::TypicalYield& from) const {
    auto* content = to->mutable_typical_yield();
    content->set_product(ProductName(from.product));
    content->set_region(RegionName(from.region));
    content->set_yield_e4(from.yield_e4);
    content->set_unit(from.unit);
  }
};

absl::StatusOr<catalog::SourceDocument> SourceFromProto(const v1::SourceDocument& source,
                                                        absl::string_view path) {
  catalog::SourceDocument result;
  result.title = source.title();
  result.number = source.number();
  result.publisher = source.publisher();
  result.url = source.url();
  if (source.has_publish_date()) {
    GLUTWATCH_ASSIGN_OR_RETURN(
        result.published, FromProto(source.publish_date(), absl::StrCat(path, ".publish_date")));
  }
  result.clause = source.clause();
  return result;
}

}  // namespace

v1::Fact ToProto(const catalog::Fact& fact, Day today) {
  v1::Fact proto;
  proto.set_name("facts/" + fact.id);
  v1::SourceDocument* source = proto.mutable_source();
  source->set_title(fact.source.title);
  source->set_number(fact.source.number);
  source->set_publisher(fact.source.publisher);
  source->set_url(fact.source.url);
  if (fact.source.published) *source->mutable_publish_date() = ToProto(*fact.source.published);
  source->set_clause(fact.source.clause);
  *proto.mutable_valid_from() = ToProto(fact.valid_from);
  if (fact.valid_to) *proto.mutable_valid_to() = ToProto(*fact.valid_to);
  proto.set_example(fact.example);
  proto.set_note(fact.note);
  std::visit(ContentWriter{&proto}, fact.content);
  if (fact.recorded_us != 0) *proto.mutable_record_time() = ToTimestamp(fact.recorded_us);
  proto.set_expired(!fact.ValidOn(today));
  return proto;
}

absl::StatusOr<catalog::Fact> FromProto(const v1::Fact& proto, absl::string_view path) {
  catalog::Fact fact;
  GLUTWATCH_ASSIGN_OR_RETURN(fact.id, IdOf(proto.name(), "facts", absl::StrCat(path, ".name")));
  GLUTWATCH_ASSIGN_OR_RETURN(fact.source,
                             SourceFromProto(proto.source(), absl::StrCat(path, ".source")));
  GLUTWATCH_ASSIGN_OR_RETURN(fact.valid_from,
                             FromProto(proto.valid_from(), absl::StrCat(path, ".valid_from")));
  if (proto.has_valid_to()) {
    GLUTWATCH_ASSIGN_OR_RETURN(fact.valid_to,
                               FromProto(proto.valid_to(), absl::StrCat(path, ".valid_to")));
  }
  fact.example = proto.example();
  fact.note = proto.note();
  if (proto.content_case() == v1::Fact::CONTENT_NOT_SET) {
    return absl::InvalidArgumentError(absl::StrCat(
        path,
        ": says nothing, expected one of county_listing, quota_rate, planting_ceiling, "
        "festival_date, institution, farmland, storage_capacity, season_calendar, reporting_duty, "
        "typical_yield"));
  }
  ContentReader reader(absl::StrCat(path, ".", ContentField(proto)));
  fact.content = proto.content_case() < v1::Fact::kFarmland ? ReadPolicy(proto, &reader)
                                                            : ReadProduction(proto, &reader);
  GLUTWATCH_RETURN_IF_ERROR(reader.status());
  return fact;
}

absl::StatusOr<std::vector<catalog::Fact>> FromProto(const v1::FactFile& file) {
  std::vector<catalog::Fact> facts;
  facts.reserve(static_cast<size_t>(file.facts_size()));
  for (int i = 0; i < file.facts_size(); ++i) {
    GLUTWATCH_ASSIGN_OR_RETURN(catalog::Fact fact,
                               FromProto(file.facts(i), absl::StrCat("facts[", i, "]")));
    facts.push_back(std::move(fact));
  }
  return facts;
}

}  // namespace glutwatch::rpc

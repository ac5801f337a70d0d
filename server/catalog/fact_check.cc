#include "server/catalog/fact_check.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/decimal.h"
#include "base/resource_id.h"
#include "base/status_macros.h"

namespace glutwatch::catalog {
namespace {

constexpr int kMostGraceDays = 366;
constexpr int kReportKinds = 12;
constexpr int64_t kHundredPercentE4 = 1'000'000;
constexpr char kDayWanted[] = "a day between 1900-01-01 and 2170-01-01";

using IsInstitution = std::function<bool(absl::string_view id)>;

bool IsDay(Day day) { return kMinDay <= day && day <= kMaxDay; }

// Checks the fields of one content; the path names the content's field of the message.
class ContentCheck {
 public:
  ContentCheck(const Fact& fact, std::string path, const Catalog& catalog,
               const IsInstitution& is_institution)
      : fact_(fact), path_(std::move(path)), catalog_(catalog), is_institution_(is_institution) {}

  absl::Status operator()(const CountyListing& c) const {
    GLUTWATCH_RETURN_IF_ERROR(Text("county_listing.list", c.list));
    return Region("county_listing.region", c.region);
  }
  absl::Status operator()(const QuotaRate& c) const {
    GLUTWATCH_RETURN_IF_ERROR(Text("quota_rate.scheme", c.scheme));
    GLUTWATCH_RETURN_IF_ERROR(Region("quota_rate.region", c.region));
    GLUTWATCH_RETURN_IF_ERROR(Text("quota_rate.base", c.base));
    if (c.rate_percent_e4 > 0 && c.rate_percent_e4 <= kHundredPercentE4) return absl::OkStatus();
    return Bad("quota_rate.rate_percent_e4", absl::StrCat(c.rate_percent_e4),
               "above 0 and at most 1000000 (100 %)");
  }
  absl::Status operator()(const PlantingCeiling& c) const {
    GLUTWATCH_RETURN_IF_ERROR(Product("planting_ceiling.product", c.product));
    GLUTWATCH_RETURN_IF_ERROR(Region("planting_ceiling.region", c.region));
    GLUTWATCH_RETURN_IF_ERROR(Amount("planting_ceiling.area_e4", c.area_e4));
    return UnitOf("planting_ceiling.unit", c.unit, Dimension::kArea, "area");
  }
  absl::Status operator()(const FestivalDate& c) const {
    GLUTWATCH_RETURN_IF_ERROR(Text("festival_date.festival", c.festival));
    return IsDay(c.date) ? absl::OkStatus()
                         : Bad("festival_date.date", absl::StrCat(DayNumber(c.date)), kDayWanted);
  }
  absl::Status operator()(const Institution& c) const {
    GLUTWATCH_RETURN_IF_ERROR(Text("institution.display_name", c.display_name));
    if (!c.region.empty()) GLUTWATCH_RETURN_IF_ERROR(Region("institution.region", c.region));
    const bool is_other = c.successor != fact_.id && is_institution_(c.successor);
    if (c.successor.empty() || is_other) return absl::OkStatus();
    return Bad("institution.successor", c.successor, "another fact that is an institution");
  }
  absl::Status operator()(const Farmland& c) const {
    GLUTWATCH_RETURN_IF_ERROR(Region("farmland.region", c.region));
    GLUTWATCH_RETURN_IF_ERROR(Amount("farmland.area_e4", c.area_e4));
    return UnitOf("farmland.unit", c.unit, Dimension::kArea, "area");
  }
  absl::Status operator()(const StorageCapacity& c) const {
    GLUTWATCH_RETURN_IF_ERROR(Region("storage_capacity.region", c.region));
    GLUTWATCH_RETURN_IF_ERROR(Amount("storage_capacity.capacity_e4", c.capacity_e4));
    return UnitOf("storage_capacity.unit", c.unit, Dimension::kMass, "mass");
  }
  absl::Status operator()(const SeasonCalendar& c) const {
    GLUTWATCH_RETURN_IF_ERROR(Product("season_calendar.product", c.product));
    GLUTWATCH_RETURN_IF_ERROR(Region("season_calendar.region", c.region));
    GLUTWATCH_RETURN_IF_ERROR(Windows("season_calendar.growing", c.growing));
    GLUTWATCH_RETURN_IF_ERROR(Windows("season_calendar.marketing", c.marketing));
    if (!c.growing.empty() || !c.marketing.empty()) return absl::OkStatus();
    return Bad("season_calendar", "", "at least one window of growing or marketing");
  }
  absl::Status operator()(const ReportingDuty& c) const;
  absl::Status operator()(const TypicalYield& c) const {
    GLUTWATCH_RETURN_IF_ERROR(Product("typical_yield.product", c.product));
    GLUTWATCH_RETURN_IF_ERROR(Region("typical_yield.region", c.region));
    GLUTWATCH_RETURN_IF_ERROR(Amount("typical_yield.yield_e4", c.yield_e4));
    const std::vector<std::string> parts = absl::StrSplit(c.unit, '/');
    if (parts.size() != 2) return Bad("typical_yield.unit", c.unit, "mass per area: kg/mu");
    GLUTWATCH_RETURN_IF_ERROR(UnitOf("typical_yield.unit", parts[0], Dimension::kMass, "mass"));
    return UnitOf("typical_yield.unit", parts[1], Dimension::kArea, "area");
  }

 private:
  absl::Status Bad(absl::string_view field, absl::string_view value,
                   absl::string_view expected) const {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, ".", field, ": is \"", value, "\", expected ", expected));
  }
  absl::Status Text(absl::string_view field, absl::string_view text) const {
    return text.empty() ? Bad(field, text, "a text") : absl::OkStatus();
  }
  absl::Status Region(absl::string_view field, absl::string_view code) const {
    return catalog_.FindRegion(code) == nullptr ? Bad(field, code, "a region of the catalog")
                                                : absl::OkStatus();
  }
  absl::Status Product(absl::string_view field, absl::string_view id) const {
    const auto product = catalog_.FindProduct(id);
    return product == nullptr || product->id != id ? Bad(field, id, "the id of a product")
                                                   : absl::OkStatus();
  }
  absl::Status Amount(absl::string_view field, int64_t value_e4) const {
    if (value_e4 > 0 && value_e4 <= kMaxE4) return absl::OkStatus();
    return Bad(field, absl::StrCat(value_e4), "above 0 and at most 10^12 in 1/10000");
  }
  absl::Status UnitOf(absl::string_view field, absl::string_view unit, Dimension dimension,
                      absl::string_view dimension_name) const {
    const auto found = catalog_.FindUnit(unit);
    if (found != nullptr && found->dimension == dimension && found->base_quantity_e4.has_value()) {
      return absl::OkStatus();
    }
    return Bad(field, unit, absl::StrCat("a unit of ", dimension_name));
  }
  absl::Status Windows(absl::string_view field, const std::vector<SeasonWindow>& windows) const {
    for (size_t i = 0; i < windows.size(); ++i) {
      for (const int month_day : {windows[i].start_month_day, windows[i].end_month_day}) {
        constexpr int kLeapYear = 2000;
        const absl::CivilDay civil(kLeapYear, month_day / 100, month_day % 100);
        if (month_day > 0 && civil.month() == month_day / 100 && civil.day() == month_day % 100) {
          continue;
        }
        return Bad(absl::StrCat(field, "[", i, "]"), absl::StrCat(month_day),
                   "a day of the year as 100 * month + day: 101 to 1231");
      }
    }
    return absl::OkStatus();
  }

  const Fact& fact_;
  const std::string path_;
  const Catalog& catalog_;
  const IsInstitution& is_institution_;
};

absl::Status ContentCheck::operator()(const ReportingDuty& c) const {
  if (c.kind < 1 || c.kind > kReportKinds) {
    return Bad("reporting_duty.kind", absl::StrCat(c.kind), "a kind of report");
  }
  GLUTWATCH_RETURN_IF_ERROR(Product("reporting_duty.product", c.product));
  if (c.regions.empty()) return Bad("reporting_duty.regions", "", "at least one region");
  for (size_t i = 0; i < c.regions.size(); ++i) {
    GLUTWATCH_RETURN_IF_ERROR(
        Region(absl::StrCat("reporting_duty.regions[", i, "]"), c.regions[i]));
  }
  if (c.cadence < Cadence::kDaily || c.cadence > Cadence::kMonthly) {
    return Bad("reporting_duty.cadence", "", "daily, weekly, ten_days or monthly");
  }
  if (c.grace_days < 0 || c.grace_days > kMostGraceDays) {
    return Bad("reporting_duty.grace_days", absl::StrCat(c.grace_days), "0 to 366");
  }
  GLUTWATCH_RETURN_IF_ERROR(Text("reporting_duty.responsible", c.responsible));
  if (c.season.empty() || c.season == "growing" || c.season == "marketing") {
    return absl::OkStatus();
  }
  return Bad("reporting_duty.season", c.season, "growing, marketing or nothing");
}

absl::Status CheckFact(const Fact& fact, const std::string& path, const Catalog& catalog,
                       const IsInstitution& is_institution) {
  const auto bad = [&path](absl::string_view field, absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(path, ".", field, ": ", what));
  };
  if (const absl::Status id = CheckId(fact.id); !id.ok()) return bad("name", id.message());
  if (fact.source.title.empty()) return bad("source.title", "is missing, expected a document");
  if (!IsDay(fact.valid_from)) return bad("valid_from", absl::StrCat("expected ", kDayWanted));
  if (fact.valid_to.has_value() && !IsDay(*fact.valid_to)) {
    return bad("valid_to", absl::StrCat("expected ", kDayWanted));
  }
  if (fact.source.published.has_value() && !IsDay(*fact.source.published)) {
    return bad("source.publish_date", absl::StrCat("expected ", kDayWanted));
  }
  if (fact.valid_to.has_value() && *fact.valid_to < fact.valid_from) {
    return bad("valid_to", absl::StrCat("is ", FormatDay(*fact.valid_to), ", expected ",
                                        FormatDay(fact.valid_from), " (valid_from) or later"));
  }
  return std::visit(ContentCheck(fact, path, catalog, is_institution), fact.content);
}

}  // namespace

absl::Status CheckFacts(absl::Span<const Fact> facts, const Catalog& catalog,
                        const std::function<std::shared_ptr<const Fact>(absl::string_view)>& find) {
  absl::flat_hash_map<absl::string_view, const Fact*> by_id;
  for (size_t i = 0; i < facts.size(); ++i) {
    if (by_id.emplace(facts[i].id, &facts[i]).second) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("facts[", i, "].name: \"", facts[i].id, "\" is there twice"));
  }
  const IsInstitution is_institution = [&](absl::string_view id) {
    const auto put = by_id.find(id);
    const std::shared_ptr<const Fact> kept = put == by_id.end() ? find(id) : nullptr;
    const Fact* fact = put == by_id.end() ? kept.get() : put->second;
    return fact != nullptr && std::holds_alternative<Institution>(fact->content);
  };
  for (size_t i = 0; i < facts.size(); ++i) {
    GLUTWATCH_RETURN_IF_ERROR(
        CheckFact(facts[i], absl::StrCat("facts[", i, "]"), catalog, is_institution));
  }
  return absl::OkStatus();
}

}  // namespace glutwatch::catalog

#include "ingest/simulation/scenario.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "base/yaml_message.h"

namespace glutwatch::ingest::simulation {
namespace {

using config::v1::Scenario;
using config::v1::ScenarioGlut;
using config::v1::ScenarioLead;
using config::v1::ScenarioProduct;

absl::Status Bad(const std::string& path, absl::string_view field, const std::string& why) {
  return absl::InvalidArgumentError(absl::StrCat(path, ".", field, ": ", why));
}

absl::Status InRange(const std::string& path, absl::string_view field, double value, double low,
                     double high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return Bad(path, field, absl::StrCat("is ", value, ", expected ", low, " to ", high));
}

absl::Status Ratio(const std::string& path, double ratio) {
  if (ratio > 0 && ratio < 1) return absl::OkStatus();
  return Bad(path, "bottom_price_ratio",
             absl::StrCat("is ", ratio, ", expected above 0 and below 1"));
}

constexpr int kLongestPhaseDays = 2000;

absl::Status CheckProduct(const std::string& path, const ScenarioProduct& product,
                          std::set<std::string>* names) {
  if (product.product().empty()) return Bad(path, "product", "is empty, expected a name");
  if (!names->insert(product.product()).second) {
    return Bad(path, "product", absl::StrCat("\"", product.product(), "\" is there twice"));
  }
  GLUTWATCH_RETURN_IF_ERROR(InRange(
      path, "base_price_e4", static_cast<double>(product.base_price_e4()), 500, 100'000'000));
  GLUTWATCH_RETURN_IF_ERROR(
      InRange(path, "dearest_day_of_year", product.dearest_day_of_year(), 0, 366));
  GLUTWATCH_RETURN_IF_ERROR(InRange(path, "season_swing", product.season_swing(), 0, 2));
  GLUTWATCH_RETURN_IF_ERROR(InRange(path, "weekly_swing", product.weekly_swing(), 0, 0.5));
  GLUTWATCH_RETURN_IF_ERROR(InRange(path, "festival_rise", product.festival_rise(), 0, 1));
  GLUTWATCH_RETURN_IF_ERROR(InRange(path, "noise", product.noise(), 0, 0.5));
  GLUTWATCH_RETURN_IF_ERROR(
      InRange(path, "daily_arrivals_tonnes", product.daily_arrivals_tonnes(), 0, 1e6));
  return InRange(path, "county_share", product.county_share(), 0, 1);
}

absl::Status CheckProductName(const std::string& path, const std::string& product,
                              const std::set<std::string>& names) {
  if (names.contains(product)) return absl::OkStatus();
  return Bad(path, "product",
             absl::StrCat("\"", product, "\" is not among the scenario's products"));
}

absl::Status CheckLead(const std::string& path, const ScenarioLead& lead,
                       const std::set<std::string>& names) {
  GLUTWATCH_RETURN_IF_ERROR(CheckProductName(path, lead.product(), names));
  GLUTWATCH_RETURN_IF_ERROR(InRange(path, "days_before", lead.days_before(), 0, 366));
  GLUTWATCH_RETURN_IF_ERROR(InRange(path, "fall_days", lead.fall_days(), 1, kLongestPhaseDays));
  GLUTWATCH_RETURN_IF_ERROR(InRange(path, "bottom_days", lead.bottom_days(), 0, kLongestPhaseDays));
  GLUTWATCH_RETURN_IF_ERROR(
      InRange(path, "recovery_days", lead.recovery_days(), 1, kLongestPhaseDays));
  return Ratio(path, lead.bottom_price_ratio());
}

absl::Status CheckStart(const std::string& path, const ScenarioGlut& glut) {
  if (glut.start_month() == 0) {
    return InRange(path, "start_days_before_end", glut.start_days_before_end(), 1, 20000);
  }
  if (glut.start_days_before_end() != 0) {
    return Bad(path, "start_days_before_end", "is set beside start_month, expected one of them");
  }
  GLUTWATCH_RETURN_IF_ERROR(InRange(path, "start_month", glut.start_month(), 1, 12));
  GLUTWATCH_RETURN_IF_ERROR(InRange(path, "start_day", glut.start_day(), 1, 28));
  return InRange(path, "years_before_end", glut.years_before_end(), 0, 50);
}

absl::Status CheckGlut(const std::string& path, const ScenarioGlut& glut,
                       const std::set<std::string>& names) {
  if (glut.id().empty()) return Bad(path, "id", "is empty, expected lower-case letters");
  GLUTWATCH_RETURN_IF_ERROR(CheckProductName(path, glut.product(), names));
  if (glut.counties().empty()) return Bad(path, "counties", "is empty, expected county codes");
  GLUTWATCH_RETURN_IF_ERROR(CheckStart(path, glut));
  GLUTWATCH_RETURN_IF_ERROR(InRange(path, "fall_days", glut.fall_days(), 1, kLongestPhaseDays));
  GLUTWATCH_RETURN_IF_ERROR(InRange(path, "bottom_days", glut.bottom_days(), 0, kLongestPhaseDays));
  GLUTWATCH_RETURN_IF_ERROR(
      InRange(path, "recovery_days", glut.recovery_days(), 1, kLongestPhaseDays));
  GLUTWATCH_RETURN_IF_ERROR(Ratio(path, glut.bottom_price_ratio()));
  GLUTWATCH_RETURN_IF_ERROR(
      InRange(path, "bottom_arrivals_ratio", glut.bottom_arrivals_ratio(), 0, 10));
  GLUTWATCH_RETURN_IF_ERROR(InRange(path, "no_bid_share", glut.no_bid_share(), 0, 1));
  GLUTWATCH_RETURN_IF_ERROR(InRange(path, "wholesale_share", glut.wholesale_share(), 0, 1));
  for (int i = 0; i < glut.leads_size(); ++i) {
    GLUTWATCH_RETURN_IF_ERROR(
        CheckLead(absl::StrCat(path, ".leads[", i, "]"), glut.leads(i), names));
  }
  if (!glut.figures().empty() && glut.source().empty()) {
    return Bad(path, "source", "is empty, expected where the figures are documented");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateScenario(const Scenario& scenario) {
  if (scenario.id().empty()) return absl::InvalidArgumentError("id: is empty, expected a name");
  if (scenario.region().empty()) {
    return absl::InvalidArgumentError("region: is empty, expected a code such as 530000");
  }
  if (scenario.products().empty()) {
    return absl::InvalidArgumentError("products: is empty, expected at least one product");
  }
  std::set<std::string> names;
  for (int i = 0; i < scenario.products_size(); ++i) {
    GLUTWATCH_RETURN_IF_ERROR(
        CheckProduct(absl::StrCat("products[", i, "]"), scenario.products(i), &names));
  }
  for (int i = 0; i < scenario.gluts_size(); ++i) {
    GLUTWATCH_RETURN_IF_ERROR(CheckGlut(absl::StrCat("gluts[", i, "]"), scenario.gluts(i), names));
  }
  return absl::OkStatus();
}

absl::StatusOr<Scenario> LoadScenario(const std::string& path) {
  Scenario scenario;
  YamlPlaces places;
  GLUTWATCH_RETURN_IF_ERROR(ReadYamlFile(path, &scenario, &places));
  const absl::Status valid = ValidateScenario(scenario);
  if (valid.ok()) return scenario;
  const std::string field = std::string(*absl::StrSplit(valid.message(), ": ").begin());
  const std::string place = places.Find(field);
  return absl::InvalidArgumentError(
      absl::StrCat(place.empty() ? path : place, ": ", valid.message()));
}

}  // namespace glutwatch::ingest::simulation

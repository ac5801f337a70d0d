#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "base/yaml_message.h"
#include "ingest/simulation/spring_festival.h"
#include "server/catalog/catalog.h"
#include "server/catalog/facts.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_facts.h"
#include "tests/catalog/example_catalog.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

// What deploy/catalog/facts/ ships: it loads, examples are marked as such, and nothing that is not
// an example lacks its source.
namespace glutwatch::catalog {
namespace {

using testing::FakeClock;
using testing::IsOk;
using testing::OpenDatabase;
using ::testing::SizeIs;
using testing::TempDir;

constexpr char kFolder[] = GLUTWATCH_SOURCE_DIR "/deploy/catalog/";
constexpr int kCounties = 129;

class ShippedFactsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = OpenDatabase(dir_);
    GLUTWATCH_ASSERT_OK(database);
    database_ = *std::move(database);
    auto catalog = Catalog::Open(database_.get());
    GLUTWATCH_ASSERT_OK(catalog);
    catalog_ = *std::move(catalog);
    LoadCatalog("yunnan.yaml");
    LoadCatalog("products.yaml");
    auto facts = FactBook::Open(database_.get(), catalog_.get(), &clock_);
    GLUTWATCH_ASSERT_OK(facts);
    facts_ = *std::move(facts);
    LoadFacts();
  }

  // The facts of every file, by its name.
  std::map<std::string, std::vector<Fact>> files_;
  TempDir dir_;
  FakeClock clock_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<FactBook> facts_;

 private:
  void LoadCatalog(const std::string& file_name) {
    v1::CatalogFile file;
    GLUTWATCH_ASSERT_OK(ReadYamlFile(kFolder + file_name, &file));
    const auto resources = rpc::FromProto(file);
    GLUTWATCH_ASSERT_OK(resources);
    ASSERT_THAT(catalog_->Put(*resources), IsOk());
  }
  void LoadFacts() {
    for (const auto& entry : std::filesystem::directory_iterator(std::string(kFolder) + "facts")) {
      v1::FactFile file;
      GLUTWATCH_ASSERT_OK(ReadYamlFile(entry.path().string(), &file));
      EXPECT_FALSE(file.description().empty()) << entry.path();
      auto facts = rpc::FromProto(file);
      GLUTWATCH_ASSERT_OK(facts);
      const auto changes = facts_->Put(*facts);
      GLUTWATCH_ASSERT_OK(changes);
      EXPECT_EQ(changes->size(), facts->size()) << entry.path();
      files_[entry.path().filename().string()] = *std::move(facts);
    }
  }
};

FactBook::When On(const char* day, bool examples) {
  return {.day = *ParseDay(day), .as_of_us = INT64_MAX, .examples = examples};
}

TEST_F(ShippedFactsTest, OnlyThePlanAndTheFestivalsAreNoExamples) {
  std::map<std::string, size_t> real;
  for (const auto& [name, facts] : files_) {
    const bool is_real = name == "yunnan_plan_2022.yaml" || name == "festivals.yaml";
    for (const Fact& fact : facts) {
      EXPECT_EQ(fact.example, !is_real) << fact.id;
      EXPECT_EQ(absl::StrContains(fact.source.title, "示例"), !is_real) << fact.id;
    }
    if (is_real) real[name] = facts.size();
  }
  EXPECT_EQ(real["yunnan_plan_2022.yaml"], 10U);
  EXPECT_EQ(real["festivals.yaml"], 36U);
  EXPECT_THAT(files_, SizeIs(9));
}

TEST_F(ShippedFactsTest, ExamplesCountOnlyWhereExamplesAreAsked) {
  const auto with = On("2026-03-02", true);
  const auto without = On("2026-03-02", false);
  EXPECT_FALSE(facts_->DutiesOn(with).empty());
  EXPECT_TRUE(facts_->DutiesOn(without).empty());
  EXPECT_NE(facts_->FarmlandOf("532930", with), nullptr);
  EXPECT_EQ(facts_->FarmlandOf("532930", without), nullptr);
  EXPECT_NE(facts_->CeilingOf("garlic", "532930", with), nullptr);
  EXPECT_EQ(facts_->CeilingOf("garlic", "532930", without), nullptr);
  EXPECT_NE(facts_->CapacityOf("532900", "", with), nullptr);
  EXPECT_EQ(facts_->CapacityOf("532900", "", without), nullptr);
  EXPECT_NE(facts_->YieldOf("garlic", "532930", with), nullptr);
  EXPECT_EQ(facts_->YieldOf("garlic", "532930", without), nullptr);
  EXPECT_NE(facts_->SeasonOf("garlic", "532930", with), nullptr);
  EXPECT_EQ(facts_->SeasonOf("garlic", "532930", without), nullptr);
  EXPECT_TRUE(facts_->IsListed("formerly-poor-832", "530102", with));
  for (const auto& region : catalog_->ListRegions("530000", "", 1000)) {
    EXPECT_FALSE(facts_->IsListed("formerly-poor-832", region->code, without)) << region->code;
    EXPECT_FALSE(facts_->IsListed("key-assistance-160", region->code, without)) << region->code;
  }
}

TEST_F(ShippedFactsTest, FortyProductsAreDueInEveryCounty) {
  std::map<std::string, std::set<std::string>> counties_by_product;
  std::set<Cadence> cadences;
  for (const auto& fact : facts_->DutiesOn(On("2026-03-02", true))) {
    const auto& duty = std::get<ReportingDuty>(fact->content);
    cadences.insert(duty.cadence);
    for (const std::string& region : duty.regions) {
      const bool is_county = !absl::EndsWith(region, "00");
      if (is_county) counties_by_product[duty.product].insert(region);
    }
  }
  EXPECT_THAT(counties_by_product, SizeIs(40));
  for (const auto& [product, counties] : counties_by_product) {
    EXPECT_THAT(counties, SizeIs(kCounties)) << product;
  }
  EXPECT_EQ(cadences, (std::set<Cadence>{Cadence::kWeekly, Cadence::kTenDays, Cadence::kMonthly}));
}

// A duty of a season without a calendar would be due all year.
TEST_F(ShippedFactsTest, EveryDutyOfASeasonHasACalendarThatKnowsTheSeason) {
  const auto when = On("2026-03-02", true);
  for (const auto& fact : facts_->DutiesOn(when)) {
    const auto& duty = std::get<ReportingDuty>(fact->content);
    if (duty.season.empty()) continue;
    const auto season = facts_->SeasonOf(duty.product, "530000", when);
    ASSERT_NE(season, nullptr) << fact->id;
    const auto& calendar = std::get<SeasonCalendar>(season->content);
    EXPECT_FALSE((duty.season == "growing" ? calendar.growing : calendar.marketing).empty())
        << fact->id;
  }
}

TEST_F(ShippedFactsTest, EveryCountyHasFarmland) {
  int counties = 0;
  for (const auto& region : catalog_->ListRegions("530000", "", 1000)) {
    if (absl::EndsWith(region->code, "00")) continue;
    ++counties;
    const auto fact = facts_->FarmlandOf(region->code, On("2026-03-02", true));
    ASSERT_NE(fact, nullptr) << region->code;
    EXPECT_EQ(std::get<Farmland>(fact->content).area_e4, 600'000) << region->code;  // 60 wan-mu
  }
  EXPECT_EQ(counties, kCounties);
}

TEST_F(ShippedFactsTest, TheQuotaIsThePlansAndBeginsWithIt) {
  const auto fact = facts_->Find("quota-budget-units-530000", INT64_MAX);
  ASSERT_NE(fact, nullptr);
  EXPECT_EQ(std::get<QuotaRate>(fact->content).rate_percent_e4, 100'000);  // 10 %
  EXPECT_EQ(fact->source.clause, "一（一）");
  ASSERT_TRUE(fact->source.published.has_value());
  EXPECT_EQ(*fact->source.published, *ParseDay("2022-01-22"));
  EXPECT_FALSE(fact->ValidOn(*ParseDay("2022-01-21")));
  EXPECT_TRUE(fact->ValidOn(*ParseDay("2022-01-22")));
}

TEST_F(ShippedFactsTest, OfficesAreNotVouchedForBeyondTheYearOfThePlan) {
  int offices = 0;
  for (const Fact& fact : files_["yunnan_plan_2022.yaml"]) {
    if (!std::holds_alternative<Institution>(fact.content)) continue;
    ++offices;
    EXPECT_TRUE(fact.ValidOn(*ParseDay("2022-01-22"))) << fact.id;
    EXPECT_FALSE(fact.ValidOn(*ParseDay("2023-01-01"))) << fact.id;
  }
  EXPECT_EQ(offices, 9);
}

TEST_F(ShippedFactsTest, FestivalsAreThoseOfTheSimulationAndEndWithTheTable) {
  int64_t year = 2000;
  for (const Fact& fact : files_["festivals.yaml"]) {
    const auto& festival = std::get<FestivalDate>(fact.content);
    EXPECT_EQ(festival.festival, "spring-festival");
    EXPECT_EQ(ToCivil(festival.date).year(), year++);
    EXPECT_EQ(ingest::simulation::DaysFromSpringFestival(festival.date), 0) << fact.id;
    EXPECT_TRUE(fact.ValidOn(*ParseDay("2035-12-31")));
    EXPECT_FALSE(fact.ValidOn(*ParseDay("2036-01-01")));
  }
  EXPECT_EQ(year, 2036);
}

TEST_F(ShippedFactsTest, ExportAsYamlReadsBackUnchanged) {
  v1::FactFile exported;
  for (const auto& fact : facts_->List(-1, INT64_MAX)) {
    *exported.add_facts() = rpc::ToProto(*fact, *ParseDay("2026-03-02"));
  }
  v1::FactFile read;
  GLUTWATCH_ASSERT_OK(ReadYaml(WriteYaml(exported), "export.yaml", &read));
  const auto back = rpc::FromProto(read);
  GLUTWATCH_ASSERT_OK(back);
  const auto changes = facts_->Put(*back);
  GLUTWATCH_ASSERT_OK(changes);
  EXPECT_TRUE(changes->empty());
}

}  // namespace
}  // namespace glutwatch::catalog

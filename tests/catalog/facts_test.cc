#include "server/catalog/facts.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/catalog/fact_codec.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::catalog {
namespace {

using glutwatch::testing::FakeClock;
using glutwatch::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Day D(absl::string_view iso) { return *ParseDay(iso); }

Fact FactOf(std::string id, FactContent content, absl::string_view from = "2020-01-01",
            absl::string_view to = "") {
  Fact fact;
  fact.id = std::move(id);
  fact.source.title = "统计年鉴";
  fact.valid_from = D(from);
  if (!to.empty()) fact.valid_to = D(to);
  fact.content = std::move(content);
  return fact;
}

class FactsTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    book_.reset();
    catalog_.reset();
    database_.reset();
    storage::DatabaseOptions options;
    options.path = dir_.path() + "/data";
    auto database = storage::Database::Open(options);
    GLUTWATCH_ASSERT_OK(database);
    database_ = *std::move(database);
    auto catalog = Catalog::Open(database_.get());
    GLUTWATCH_ASSERT_OK(catalog);
    catalog_ = *std::move(catalog);
    Resources resources;
    resources.regions = {{.code = "530000", .display_name = "云南省"},
                         {.code = "532300", .parent = "530000", .display_name = "楚雄州"},
                         {.code = "532328", .parent = "532300", .display_name = "元谋县"}};
    resources.products = {{.id = "onion", .display_name = "洋葱"}};
    GLUTWATCH_ASSERT_OK(catalog_->Put(resources));
    auto book = FactBook::Open(database_.get(), catalog_.get(), &clock_);
    GLUTWATCH_ASSERT_OK(book);
    book_ = *std::move(book);
  }

  void Put(const std::vector<Fact>& facts) { GLUTWATCH_ASSERT_OK(book_->Put(facts)); }
  std::string PutError(const Fact& fact) {
    return std::string(book_->Put({&fact, 1}).status().message());
  }

  TempDir dir_;
  FakeClock clock_{absl::FromUnixSeconds(1'760'000'000)};
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<FactBook> book_;
};

std::vector<FactContent> EveryContent() {
  return {CountyListing{"formerly-poor-832", "532328"},
          QuotaRate{"budget-units", "530000", 100'000, "canteen purchases", "formerly-poor-832"},
          PlantingCeiling{"onion", "532328", 500'000'000, "mu"},
          FestivalDate{"spring-festival", D("2026-02-17")},
          Institution{"农业农村局", "agriculture", "532328", ""},
          Farmland{"532328", 3'000'000'000, "mu"},
          StorageCapacity{"532328", "一号冷库", 50'000'000, "t"},
          SeasonCalendar{"onion", "532328", {{1001, 331}}, {{301, 430}}},
          ReportingDuty{2, "onion", {"532328"}, Cadence::kWeekly, 3, "县农业农村局", "growing"},
          TypicalYield{"onion", "530000", 40'000'000, "kg/mu"}};
}

TEST(FactCodecTest, EveryKindReadsBack) {
  for (const FactContent& content : EveryContent()) {
    Fact fact = FactOf("x", content, "2020-01-01", "2030-12-31");
    fact.source = {"题", "文号", "机构", "https://example.org", D("2019-12-01"), "第三条"};
    fact.example = true;
    fact.note = "n";
    Fact read;
    ASSERT_TRUE(DecodeFact(EncodeFact(fact), &read)) << content.index();
    EXPECT_EQ(read.content, content);
    EXPECT_EQ(read.source, fact.source);
    EXPECT_EQ(read.valid_to, fact.valid_to);
    EXPECT_TRUE(read.example);
  }
}

TEST(FactCodecTest, CutAnywhereItIsDamaged) {
  const std::string bytes = EncodeFact(FactOf("x", EveryContent()[8]));
  for (size_t length = 0; length < bytes.size(); ++length) {
    Fact read;
    EXPECT_FALSE(DecodeFact(absl::string_view(bytes).substr(0, length), &read)) << length;
  }
}

TEST(FactCodecTest, ADayOutsideTheCalendarAndAnUnknownCadenceAreDamage) {
  Fact fact = FactOf("x", EveryContent()[8]);
  fact.valid_from = kMaxDay + 1;
  Fact read;
  EXPECT_FALSE(DecodeFact(EncodeFact(fact), &read));
  fact = FactOf("x", FestivalDate{"spring-festival", kMinDay - 1});
  EXPECT_FALSE(DecodeFact(EncodeFact(fact), &read));
  for (const int cadence : {0, 5, 255}) {
    auto duty = std::get<ReportingDuty>(EveryContent()[8]);
    duty.cadence = static_cast<Cadence>(cadence);
    EXPECT_FALSE(DecodeFact(EncodeFact(FactOf("x", duty)), &read)) << cadence;
  }
}

TEST_F(FactsTest, EveryKindSurvivesReopening) {
  std::vector<Fact> facts;
  for (const FactContent& content : EveryContent()) {
    facts.push_back(FactOf(absl::StrCat("fact-", content.index()), content));
  }
  Put(facts);
  Open();
  const auto listed = book_->List(-1, INT64_MAX);
  ASSERT_EQ(listed.size(), facts.size());
  for (const auto& fact : listed) {
    EXPECT_EQ(fact->content, EveryContent()[fact->content.index()]);
  }
  EXPECT_EQ(book_->List(5, INT64_MAX).size(), 1U);
}

TEST_F(FactsTest, EqualFactsAreLeftAlone) {
  const Fact fact = FactOf("land", Farmland{"532328", 1'000'000, "mu"});
  EXPECT_EQ(book_->Put({&fact, 1})->size(), 1U);
  EXPECT_TRUE(book_->Put({&fact, 1})->empty());
  EXPECT_EQ(book_->Versions("land").size(), 1U);
}

TEST_F(FactsTest, EarlierVersionsAreReadAsOfTheirTime) {
  Put({FactOf("land", Farmland{"532328", 1'000'000, "mu"})});
  const int64_t then = book_->Versions("land")[0]->recorded_us;
  clock_.Advance(absl::Hours(-1));  // a clock that goes back makes no earlier version
  Put({FactOf("land", Farmland{"532328", 2'000'000, "mu"})});
  Open();
  ASSERT_EQ(book_->Versions("land").size(), 2U);
  EXPECT_GT(book_->Versions("land")[1]->recorded_us, then);
  FactBook::When when{D("2026-01-01"), then, false};
  EXPECT_EQ(std::get<Farmland>(book_->FarmlandOf("532328", when)->content).area_e4, 1'000'000);
  when.as_of_us = INT64_MAX;
  EXPECT_EQ(std::get<Farmland>(book_->FarmlandOf("532328", when)->content).area_e4, 2'000'000);
  when.as_of_us = then - 1;
  EXPECT_EQ(book_->FarmlandOf("532328", when), nullptr);
}

TEST_F(FactsTest, ExpiredFactsAndExamplesDoNotCount) {
  Put({FactOf("old", Farmland{"532328", 1'000'000, "mu"}, "2020-01-01", "2020-12-31")});
  EXPECT_NE(book_->FarmlandOf("532328", {D("2020-12-31")}), nullptr);
  EXPECT_EQ(book_->FarmlandOf("532328", {D("2021-01-01")}), nullptr);
  Fact example = FactOf("shown", Farmland{"532328", 7, "mu"}, "2021-01-01");
  example.example = true;
  Put({example});
  EXPECT_EQ(book_->FarmlandOf("532328", {D("2021-01-01")}), nullptr);
  EXPECT_NE(book_->FarmlandOf("532328", {D("2021-01-01"), INT64_MAX, true}), nullptr);
}

TEST_F(FactsTest, OfTwoThatAreValidTheNewerValidFromCounts) {
  Put({FactOf("b", Farmland{"532328", 2, "mu"}, "2024-01-01"),
       FactOf("a", Farmland{"532328", 1, "mu"}, "2020-01-01")});
  const auto area = [&](absl::string_view day) {
    return std::get<Farmland>(book_->FarmlandOf("532328", {D(day)})->content).area_e4;
  };
  EXPECT_EQ(area("2023-12-31"), 1);
  EXPECT_EQ(area("2024-01-01"), 2);
}

TEST_F(FactsTest, OfTwoWithTheSameValidFromTheOneRecordedLastCountsAlsoAfterReopening) {
  Put({FactOf("b", Farmland{"532328", 2, "mu"})});
  const int64_t before = book_->Versions("b")[0]->recorded_us;
  Put({FactOf("a", Farmland{"532328", 1, "mu"}), FactOf("c", Farmland{"532328", 3, "mu"})});
  const auto winner = [&](int64_t as_of_us) {
    return book_->FarmlandOf("532328", {D("2026-01-01"), as_of_us, false})->id;
  };
  EXPECT_EQ(winner(INT64_MAX), "c") << "of one import: the last by id";
  EXPECT_EQ(winner(before), "b");
  Open();
  EXPECT_EQ(winner(INT64_MAX), "c");
  Put({FactOf("b", Farmland{"532328", 4, "mu"})});
  EXPECT_EQ(winner(INT64_MAX), "b");
  Open();
  EXPECT_EQ(winner(INT64_MAX), "b");
}

TEST_F(FactsTest, YieldsAndSeasonsComeFromTheNearestRegionAbove) {
  Put({FactOf("province", TypicalYield{"onion", "530000", 10, "kg/mu"}),
       FactOf("prefecture", TypicalYield{"onion", "532300", 20, "kg/mu"}),
       FactOf("season", SeasonCalendar{"onion", "530000", {{1001, 331}}, {}}),
       FactOf("ceiling", PlantingCeiling{"onion", "530000", 5, "mu"})});
  const FactBook::When when{D("2026-01-01")};
  EXPECT_EQ(book_->YieldOf("onion", "532328", when)->id, "prefecture");
  EXPECT_EQ(book_->YieldOf("onion", "530000", when)->id, "province");
  EXPECT_EQ(book_->SeasonOf("onion", "532328", when)->id, "season");
  EXPECT_EQ(book_->CeilingOf("onion", "532328", when), nullptr);
  EXPECT_NE(book_->CeilingOf("onion", "530000", when), nullptr);
}

TEST_F(FactsTest, SiteWithoutACapacityOfItsOwnHasItsRegions) {
  Put({FactOf("all", StorageCapacity{"532328", "", 100, "t"}),
       FactOf("one", StorageCapacity{"532328", "一号冷库", 40, "t"})});
  const FactBook::When when{D("2026-01-01")};
  EXPECT_EQ(book_->CapacityOf("532328", "一号冷库", when)->id, "one");
  EXPECT_EQ(book_->CapacityOf("532328", "二号冷库", when)->id, "all");
  EXPECT_EQ(book_->CapacityOf("530000", "", when), nullptr);
}

TEST_F(FactsTest, BadFactsAreRefusedWithThePathOfTheField) {
  EXPECT_THAT(PutError(FactOf("x", Farmland{"999999", 1, "mu"})),
              StartsWith("facts[0].farmland.region: is \"999999\""));
  EXPECT_THAT(PutError(FactOf("x", Farmland{"532328", 1, "t"})), HasSubstr("a unit of area"));
  EXPECT_THAT(PutError(FactOf("x", Farmland{"532328", 0, "mu"})),
              HasSubstr("is \"0\", expected above 0"));
  EXPECT_THAT(PutError(FactOf("x", Farmland{"532328", kMaxE4 + 1, "mu"})),
              HasSubstr("at most 10^12"));
  EXPECT_THAT(PutError(FactOf("x y", Farmland{"532328", 1, "mu"})), StartsWith("facts[0].name"));
  EXPECT_THAT(PutError(FactOf("x", Farmland{"532328", 1, "mu"}, "2020-02-01", "2020-01-31")),
              StartsWith("facts[0].valid_to: is 2020-01-31, expected 2020-02-01"));
  EXPECT_THAT(PutError(FactOf("x", Institution{"局", "", "", "nobody"})),
              StartsWith("facts[0].institution.successor"));
  EXPECT_THAT(PutError(FactOf("x", SeasonCalendar{"onion", "532328", {{230, 331}}, {}})),
              HasSubstr("season_calendar.growing[0]"));
  EXPECT_THAT(PutError(FactOf("x", TypicalYield{"onion", "532328", 1, "kg"})),
              HasSubstr("mass per area"));
  Fact nameless = FactOf("x", Farmland{"532328", 1, "mu"});
  nameless.source.title.clear();
  EXPECT_THAT(PutError(nameless), StartsWith("facts[0].source.title"));
}

TEST_F(FactsTest, OnlyAnotherInstitutionCanSucceedAnInstitution) {
  const Fact heir = FactOf("heir", Institution{"农业农村局", "agriculture", "532328", ""});
  const Fact office = FactOf("office", Institution{"乡村振兴局", "", "532328", "heir"});
  Put({office, heir});  // in any order within a file
  Put({FactOf("land", Farmland{"532328", 1, "mu"})});
  EXPECT_THAT(PutError(FactOf("x", Institution{"局", "", "", "land"})),
              StartsWith("facts[0].institution.successor: is \"land\""));
  EXPECT_THAT(PutError(FactOf("x", Institution{"局", "", "", "x"})),
              StartsWith("facts[0].institution.successor: is \"x\""));
}

TEST_F(FactsTest, ADayOutsideTheCalendarIsRefused) {
  Fact fact = FactOf("x", Farmland{"532328", 1, "mu"});
  fact.valid_from = kMinDay - 1;
  EXPECT_THAT(PutError(fact), StartsWith("facts[0].valid_from"));
  fact.valid_from = kMinDay;
  fact.valid_to = kMaxDay + 1;
  EXPECT_THAT(PutError(fact), StartsWith("facts[0].valid_to"));
  EXPECT_THAT(PutError(FactOf("x", FestivalDate{"f", kMaxDay + 1})),
              StartsWith("facts[0].festival_date.date"));
}

TEST_F(FactsTest, DamagedRowsRefuseToOpenAndNameTheKey) {
  Put({FactOf("land", Farmland{"532328", 1, "mu"})});
  const std::vector<std::pair<std::string, std::string>> rows = {
      {std::string("fx\0\0\0\0\0\0\0\0\1", 11), "\x01"}, {"f", ""}, {"other", ""}};
  for (const auto& [key, value] : rows) {
    storage::WriteSet damage;
    damage.Put(storage::Table::kFacts, key, value);
    GLUTWATCH_ASSERT_OK(database_->Write(damage, storage::Durability::kFsynced));
    const auto opened = FactBook::Open(database_.get(), catalog_.get(), &clock_);
    ASSERT_EQ(opened.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(opened.status().message()),
                HasSubstr(absl::StrCat("table facts, key \"", absl::CHexEscape(key))));
    storage::WriteSet repair;
    repair.Delete(storage::Table::kFacts, key);
    GLUTWATCH_ASSERT_OK(database_->Write(repair, storage::Durability::kFsynced));
  }
}

TEST_F(FactsTest, AllOrNone) {
  const std::vector<Fact> facts = {FactOf("good", Farmland{"532328", 1, "mu"}),
                                   FactOf("bad", Farmland{"532328", -1, "mu"})};
  EXPECT_FALSE(book_->Put(facts).ok());
  EXPECT_EQ(book_->Find("good", INT64_MAX), nullptr);
}

TEST_F(FactsTest, ValidateOnlyKeepsNothingAndSaysWhatWouldChange) {
  const Fact fact = FactOf("land", Farmland{"532328", 1, "mu"});
  const auto changes = book_->Put({&fact, 1}, /*validate_only=*/true);
  GLUTWATCH_ASSERT_OK(changes);
  ASSERT_EQ(changes->size(), 1U);
  EXPECT_EQ((*changes)[0].previous, nullptr);
  EXPECT_EQ(book_->Find("land", INT64_MAX), nullptr);
}

TEST(InSeasonTest, WindowsMayGoOverTheYearsEnd) {
  const SeasonWindow winter[] = {{1101, 228}};
  EXPECT_TRUE(InSeason(winter, D("2025-11-01")));
  EXPECT_TRUE(InSeason(winter, D("2026-01-15")));
  EXPECT_TRUE(InSeason(winter, D("2026-02-28")));
  EXPECT_FALSE(InSeason(winter, D("2026-03-01")));
  EXPECT_FALSE(InSeason(winter, D("2025-10-31")));
  EXPECT_FALSE(InSeason({}, D("2026-01-01")));
}

}  // namespace
}  // namespace glutwatch::catalog

#include "server/catalog/series_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "server/catalog/series_block.h"
#include "tests/catalog/example_catalog.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::catalog {
namespace {

using ::testing::ElementsAre;
using testing::ExampleResources;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::OpenDatabase;
using testing::StatusIs;
using testing::TempDir;

constexpr size_t kNoLimit = 1'000'000;

class SeriesRegistryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Reopen();
    ASSERT_THAT(catalog_->Put(ExampleResources()), IsOk());
  }
  void Reopen() {
    registry_.reset();
    catalog_.reset();
    database_.reset();
    auto database = OpenDatabase(dir_);
    GLUTWATCH_ASSERT_OK(database);
    database_ = *std::move(database);
    auto catalog = Catalog::Open(database_.get());
    GLUTWATCH_ASSERT_OK(catalog);
    catalog_ = *std::move(catalog);
    auto registry = SeriesRegistry::Open(database_.get(), catalog_.get());
    GLUTWATCH_ASSERT_OK(registry);
    registry_ = *std::move(registry);
  }
  SeriesId ResolveOne(const SeriesKey& key) { return registry_->Resolve({&key, 1}).value()[0]; }

  TempDir dir_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<SeriesRegistry> registry_;
};

const SeriesKey kGarlicInBeijing{"xinfadi", "garlic", "", "CNY", "jin"};
const SeriesKey kGarlicPerKg{"xinfadi", "garlic", "", "CNY", "kg"};
const SeriesKey kGarlicInEryuan{"eryuan", "garlic", "紫皮", "CNY", "kg"};
const SeriesKey kCabbageInBeijing{"xinfadi", "napa-cabbage", "", "CNY", "jin"};

TEST_F(SeriesRegistryTest, NumbersAreDenseFromOneAndStay) {
  const std::vector<SeriesKey> keys = {kGarlicInBeijing, kGarlicPerKg, kGarlicInBeijing,
                                       kGarlicInEryuan};
  EXPECT_THAT(registry_->Resolve(keys).value(),
              ElementsAre(SeriesId{1}, SeriesId{2}, SeriesId{1}, SeriesId{3}));
  EXPECT_EQ(ResolveOne(kCabbageInBeijing), SeriesId{4});
  Reopen();
  EXPECT_EQ(registry_->size(), 4);
  EXPECT_EQ(ResolveOne(kCabbageInBeijing), SeriesId{4});
  EXPECT_THAT(registry_->Resolve(keys).value(),
              ElementsAre(SeriesId{1}, SeriesId{2}, SeriesId{1}, SeriesId{3}));
}

TEST_F(SeriesRegistryTest, FindGivesTheKeyBack) {
  const SeriesId id = ResolveOne(kGarlicInEryuan);
  Reopen();
  EXPECT_EQ(registry_->Find(id)->key, kGarlicInEryuan);
  EXPECT_EQ(registry_->Find(id)->id, id);
  EXPECT_EQ(registry_->Find(id)->arrivals_unit, "");
  EXPECT_FALSE(registry_->Find(SeriesId{0}).has_value());
  EXPECT_FALSE(registry_->Find(SeriesId{2}).has_value());
}

TEST_F(SeriesRegistryTest, ArrivalsUnitOnceSetStays) {
  const SeriesId a = ResolveOne(kGarlicInEryuan);
  const SeriesId b = ResolveOne(kGarlicInBeijing);
  GLUTWATCH_ASSERT_OK(registry_->SetArrivalsUnit(a, "t"));
  GLUTWATCH_ASSERT_OK(registry_->SetArrivalsUnit(a, "t"));
  EXPECT_THAT(registry_->SetArrivalsUnit(a, "kg"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("series/1: arrivals are in \"t\"")));
  const std::vector<SeriesId> ids = {a, b, b};
  const std::vector<absl::string_view> units = {"kg", "kg", "t"};
  EXPECT_THAT(registry_->SetArrivalsUnits(ids, units).value(), ElementsAre("t", "kg", "kg"));
  Reopen();
  EXPECT_EQ(registry_->Find(a)->arrivals_unit, "t");
  EXPECT_EQ(registry_->Find(b)->arrivals_unit, "kg");
  GLUTWATCH_ASSERT_OK(registry_->SetArrivalsUnit(ResolveOne(kCabbageInBeijing), "t"));
  Reopen();
  EXPECT_EQ(registry_->Find(SeriesId{3})->arrivals_unit, "t");
  EXPECT_THAT(registry_->SetArrivalsUnit(SeriesId{9}, "t"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("series/9")));
}

TEST_F(SeriesRegistryTest, SelectionFieldsMustAllMatch) {
  ASSERT_THAT(registry_->Resolve(std::vector<SeriesKey>{kGarlicInBeijing, kGarlicPerKg,
                                                        kGarlicInEryuan, kCabbageInBeijing}),
              IsOk());
  const auto select = [&](SeriesSelection selection, uint32_t after = 0, size_t limit = kNoLimit) {
    std::vector<int> numbers;
    const std::vector<SeriesId> ids = registry_->Select(selection, SeriesId{after}, limit).value();
    for (const SeriesId id : ids) {
      numbers.push_back(static_cast<int>(id));
    }
    return numbers;
  };
  EXPECT_THAT(select({}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(select({}, 1, 2), ElementsAre(2, 3));
  EXPECT_THAT(select({.products = {"大蒜"}}), ElementsAre(1, 2, 3));
  EXPECT_THAT(select({.products = {"大蒜", "garlic"}}, 1), ElementsAre(2, 3));
  EXPECT_THAT(select({.markets = {"xinfadi"}}), ElementsAre(1, 2, 4));
  EXPECT_THAT(select({.markets = {"xinfadi", "eryuan"}, .products = {"garlic"}}),
              ElementsAre(1, 2, 3));
  EXPECT_THAT(select({.region = "530000"}), ElementsAre(3));
  EXPECT_THAT(select({.region = "CN"}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(select({.markets = {"xinfadi"}, .region = "530000"}), IsEmpty());
  EXPECT_THAT(select({.series = {SeriesId{4}, SeriesId{3}, SeriesId{4}}}), ElementsAre(3, 4));
  EXPECT_THAT(select({.series = {SeriesId{4}, SeriesId{3}}, .products = {"garlic"}}),
              ElementsAre(3));
}

TEST_F(SeriesRegistryTest, SelectionNamesWhatDoesNotExist) {
  const auto status = [&](SeriesSelection selection) {
    return registry_->Select(selection, SeriesId{0}, kNoLimit).status();
  };
  EXPECT_THAT(status({.markets = {"m"}}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("market \"m\"")));
  EXPECT_THAT(status({.products = {"p"}}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("product \"p\"")));
  EXPECT_THAT(status({.region = "r"}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("region \"r\"")));
  EXPECT_THAT(status({.series = {SeriesId{1}}}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("series/1")));
}

TEST_F(SeriesRegistryTest, MarketWithoutSeriesSelectsNothing) {
  EXPECT_THAT(registry_->Select({.markets = {"eryuan"}}, SeriesId{0}, kNoLimit).value(), IsEmpty());
  EXPECT_THAT(registry_->Select({.region = "CN"}, SeriesId{0}, kNoLimit).value(), IsEmpty());
}

TEST_F(SeriesRegistryTest, GroupIsOneProductInOneRegionItself) {
  ASSERT_THAT(registry_->Resolve(std::vector<SeriesKey>{kGarlicInBeijing, kGarlicPerKg,
                                                        kGarlicInEryuan, kCabbageInBeijing}),
              IsOk());
  EXPECT_THAT(registry_->InGroup("garlic", "110106"), ElementsAre(SeriesId{1}, SeriesId{2}));
  EXPECT_THAT(registry_->InGroup("蒜头", "532930"), ElementsAre(SeriesId{3}));
  EXPECT_THAT(registry_->InGroup("garlic", "CN"), IsEmpty());
  EXPECT_THAT(registry_->InGroup("ginger", "110106"), IsEmpty());
}

TEST_F(SeriesRegistryTest, GroupFollowsAMarketThatMoves) {
  ASSERT_EQ(ResolveOne(kGarlicInEryuan), SeriesId{1});
  Market market = *catalog_->FindMarket("eryuan");
  market.region = "532900";
  ASSERT_THAT(catalog_->Put({.markets = {market}}), IsOk());
  EXPECT_THAT(registry_->InGroup("garlic", "532930"), IsEmpty());
  EXPECT_THAT(registry_->InGroup("garlic", "532900"), ElementsAre(SeriesId{1}));
}

TEST_F(SeriesRegistryTest, ConcurrentCallersAgree) {
  std::vector<SeriesKey> keys;
  for (int i = 0; i < 500; ++i) {
    keys.push_back(
        {"xinfadi", "garlic", absl::StrCat("g", i % 250), "CNY", i % 2 == 0 ? "kg" : "jin"});
  }
  std::vector<std::vector<SeriesId>> answers(4);
  {
    std::vector<std::jthread> threads;
    for (std::vector<SeriesId>& answer : answers) {
      threads.emplace_back([&] {
        for (size_t from = 0; from < keys.size(); from += 50) {
          const auto ids = registry_->Resolve(absl::MakeSpan(keys).subspan(from, 50)).value();
          answer.insert(answer.end(), ids.begin(), ids.end());
        }
      });
    }
  }
  EXPECT_EQ(answers[0], answers[1]);
  EXPECT_EQ(answers[0], answers[2]);
  EXPECT_EQ(answers[0], answers[3]);
  EXPECT_EQ(registry_->size(), 250);
  Reopen();
  EXPECT_EQ(registry_->Resolve(keys).value(), answers[0]);
}

TEST_F(SeriesRegistryTest, TableOfKeysIsTheSameAsItsRows) {
  const SeriesKeyTable keys{
      .markets = {"xinfadi", "eryuan"},
      .goods = {{"garlic", "", "CNY", "jin"}, {"garlic", "一级", "CNY", "jin"}},
      .rows = {{1, 1}, {0, 0}, {1, 1}, {0, 1}}};
  EXPECT_THAT(registry_->Lookup(keys),
              ElementsAre(SeriesId{0}, SeriesId{0}, SeriesId{0}, SeriesId{0}));
  const auto ids = registry_->Resolve(keys);
  GLUTWATCH_ASSERT_OK(ids);
  EXPECT_THAT(*ids, ElementsAre(SeriesId{1}, SeriesId{2}, SeriesId{1}, SeriesId{3}));
  EXPECT_EQ(registry_->Lookup(keys), *ids);
  const SeriesKey second{"eryuan", "garlic", "一级", "CNY", "jin"};
  EXPECT_EQ(ResolveOne(second), SeriesId{1});
  EXPECT_EQ(registry_->Find(SeriesId{3})->key,
            (SeriesKey{"xinfadi", "garlic", "一级", "CNY", "jin"}));
}

TEST_F(SeriesRegistryTest, MissingBlockRefusesToOpen) {
  ASSERT_EQ(ResolveOne(kGarlicInBeijing), SeriesId{1});
  ASSERT_EQ(ResolveOne(kGarlicPerKg), SeriesId{2});
  storage::WriteSet set;
  set.Delete(storage::Table::kSeries, absl::string_view("\0\0\0\x01", 4));
  GLUTWATCH_ASSERT_OK(database_->Write(set, storage::Durability::kFsynced));
  EXPECT_THAT(SeriesRegistry::Open(database_.get(), catalog_.get()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("table series, key 00000002")));
}

TEST(SeriesBlockTest, AnyCutIsRefused) {
  const SeriesKeyTable keys{.markets = {"m"},
                            .goods = {{"p", "", "CNY", "kg"}, {"q", "一级", "CNY", "kg"}},
                            .rows = {{0, 0}, {0, 1}}};
  const std::string bytes = EncodeDefinitions(keys, keys.rows);
  std::vector<SeriesKey> whole;
  ASSERT_TRUE(DecodeDefinitions(bytes, &whole));
  EXPECT_EQ(whole[1], (SeriesKey{"m", "q", "一级", "CNY", "kg"}));
  for (size_t size = 0; size < bytes.size(); ++size) {
    std::vector<SeriesKey> cut;
    EXPECT_FALSE(DecodeDefinitions(absl::string_view(bytes).substr(0, size), &cut)) << size;
  }
  std::vector<SeriesKey> longer;
  EXPECT_FALSE(DecodeDefinitions(bytes + "x", &longer));
}

TEST(SeriesNameTest, ReadsBackAndRefusesTheRest) {
  EXPECT_EQ(*ParseSeriesName(SeriesName(SeriesId{123})), SeriesId{123});
  for (const char* bad : {"", "series/", "series/0", "series/-1", "series/1x", "123", "series/ 1",
                          "series/01", "series/4294967296"}) {
    EXPECT_THAT(ParseSeriesName(bad),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("series/123")))
        << bad;
  }
}

// Eryuan's garlic, and the same market under a second name that was merged at `merged_us`.
class MergedSeriesTest : public SeriesRegistryTest {
 protected:
  void SetUp() override {
    SeriesRegistryTest::SetUp();
    Market second = *catalog_->GetMarket("eryuan");
    second.id = "eryuan-2";
    ASSERT_THAT(catalog_->Put({.markets = {second}}), IsOk());
    SeriesKey key = kGarlicInEryuan;
    first_ = ResolveOne(key);
    key.market = "eryuan-2";
    merged_ = ResolveOne(key);
    key.product = "napa-cabbage";
    cabbage_ = ResolveOne(key);
    ASSERT_THAT(catalog_->MergeMarket("eryuan-2", "eryuan", {}), IsOk());
    merged_us_ = catalog_->GetMarket("eryuan-2")->standing.merged_us;
  }
  std::vector<SeriesId> Select(const SeriesSelection& selection) {
    return registry_->Select(selection, SeriesId{}, kNoLimit).value();
  }

  SeriesId first_{}, merged_{}, cabbage_{};
  int64_t merged_us_ = 0;
};

TEST_F(MergedSeriesTest, AreLeftOutUnlessNamed) {
  EXPECT_THAT(Select({.products = {"garlic"}}), ElementsAre(first_));
  EXPECT_THAT(Select({.markets = {"eryuan-2"}, .products = {"garlic"}}), ElementsAre(first_));
  EXPECT_THAT(Select({.region = "530000"}), ElementsAre(first_));
  EXPECT_THAT(Select({.series = {merged_}}), ElementsAre(merged_));
  EXPECT_THAT(registry_->InGroup("garlic", "532930"), ElementsAre(first_));
  EXPECT_THAT(registry_->Merged(), ElementsAre(merged_, cabbage_));
  Reopen();
  EXPECT_THAT(Select({.products = {"garlic"}}), ElementsAre(first_));
  EXPECT_THAT(registry_->Merged(), ElementsAre(merged_, cabbage_));
}

TEST_F(MergedSeriesTest, StandByThemselvesBeforeTheMerge) {
  const int64_t before = merged_us_ - 1;
  EXPECT_THAT(Select({.products = {"garlic"}, .as_of_us = before}), ElementsAre(first_, merged_));
  EXPECT_THAT(Select({.markets = {"eryuan-2"}, .as_of_us = before}),
              ElementsAre(merged_, cabbage_));
  EXPECT_THAT(Select({.markets = {"eryuan-2"}, .as_of_us = merged_us_}), ElementsAre(first_));
  EXPECT_THAT(registry_->InGroup("garlic", "532930", before), ElementsAre(first_, merged_));
}

TEST_F(MergedSeriesTest, SurvivorIsRegisteredWhereThereWasNone) {
  const SeriesId all[] = {first_, merged_, cabbage_};
  const std::vector<SeriesId> survivors = registry_->Survivors(all).value();
  EXPECT_THAT(survivors, ElementsAre(first_, first_, SeriesId{4}));
  EXPECT_EQ(registry_->Find(survivors[2])->key,
            (SeriesKey{"eryuan", "napa-cabbage", "紫皮", "CNY", "kg"}));
  const SeriesId unknown{99};
  EXPECT_THAT(registry_->Survivors({&unknown, 1}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("series/99")));
}

}  // namespace
}  // namespace glutwatch::catalog

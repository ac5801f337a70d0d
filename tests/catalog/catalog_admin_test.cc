#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/bytes.h"
#include "server/catalog/catalog.h"
#include "tests/catalog/example_catalog.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

// Aliases, merges, retirement, and who changed what.
namespace glutwatch::catalog {
namespace {

using ::testing::ElementsAre;
using testing::ExampleResources;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::OpenDatabase;
using testing::StatusIs;

constexpr int64_t kNewest = std::numeric_limits<int64_t>::max();

class CatalogAdminTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Reopen();
    ASSERT_THAT(catalog_->Put(ExampleResources(), {.origin = Origin::kFile, .author = "a.yaml"}),
                IsOk());
  }
  void Reopen() {
    catalog_.reset();
    database_.reset();
    auto database = OpenDatabase(dir_);
    GLUTWATCH_ASSERT_OK(database);
    database_ = *std::move(database);
    auto catalog = Catalog::Open(database_.get(), &clock_);
    GLUTWATCH_ASSERT_OK(catalog);
    catalog_ = *std::move(catalog);
  }
  absl::StatusOr<int> PutMarket(const Market& market) {
    return catalog_->Put({.markets = {market}}, {.author = "wang"});
  }
  Market MarketCopy(const std::string& id, const std::string& name) const {
    Market market = *catalog_->GetMarket("eryuan");
    market.id = id;
    market.display_name = name;
    return market;
  }

  testing::TempDir dir_;
  testing::FakeClock clock_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<Catalog> catalog_;
};

TEST_F(CatalogAdminTest, MarketIsFoundByAliasInAnyWriting) {
  Market eryuan = *catalog_->GetMarket("eryuan");
  eryuan.aliases = {"Eryuan Garlic Market", "洱源批发"};
  ASSERT_THAT(PutMarket(eryuan), IsOk());
  Reopen();
  for (const char* name : {"eryuan", "ERYUAN", "eryuan garlic  market", "洱源批发"}) {
    ASSERT_NE(catalog_->FindMarket(name), nullptr) << name;
    EXPECT_EQ(catalog_->FindMarket(name)->id, "eryuan") << name;
  }
  EXPECT_EQ(catalog_->GetMarket("洱源批发"), nullptr);
  Market xinfadi = *catalog_->GetMarket("xinfadi");
  xinfadi.aliases = {"eryuan garlic market"};
  EXPECT_THAT(PutMarket(xinfadi), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("leads to \"eryuan\" already")));
}

TEST_F(CatalogAdminTest, MergedMarketLeadsToWhatTookItsPlace) {
  Market other = MarketCopy("eryuan-2", "洱源蒜市");
  other.aliases = {"蒜市"};
  ASSERT_THAT(PutMarket(other), IsOk());
  const int64_t before = catalog_->arrangement();
  clock_.Advance(absl::Hours(1));
  EXPECT_TRUE(
      catalog_->MergeMarket("eryuan-2", "eryuan", {.author = "wang", .note = "一处两名"}).value());
  EXPECT_GT(catalog_->arrangement(), before);
  EXPECT_FALSE(catalog_->MergeMarket("eryuan-2", "eryuan", {}).value());
  Reopen();
  EXPECT_EQ(catalog_->FindMarket("eryuan-2")->id, "eryuan");
  EXPECT_EQ(catalog_->FindMarket("蒜市")->id, "eryuan");
  EXPECT_EQ(catalog_->GetMarket("eryuan-2")->standing.merged_into, "eryuan");
  EXPECT_EQ(catalog_->GetMarket("eryuan-2")->standing.merged_us, absl::ToUnixMicros(clock_.Now()));
}

TEST_F(CatalogAdminTest, MergesOfMergesLeadToTheLast) {
  ASSERT_THAT(PutMarket(MarketCopy("a", "A")), IsOk());
  ASSERT_THAT(PutMarket(MarketCopy("b", "B")), IsOk());
  ASSERT_THAT(catalog_->MergeMarket("a", "b", {}), IsOk());
  ASSERT_THAT(catalog_->MergeMarket("b", "eryuan", {}), IsOk());
  EXPECT_EQ(catalog_->FindMarket("a")->id, "eryuan");
  EXPECT_THAT(
      catalog_->MergeMarket("eryuan", "a", {}),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("that was merged into \"b\"")));
}

TEST_F(CatalogAdminTest, MergeOfWhatDoesNotFitIsRefused) {
  ASSERT_THAT(PutMarket(MarketCopy("a", "A")), IsOk());
  Market closed = MarketCopy("closed", "关闭");
  closed.standing.retired_date = Day{20'000};
  ASSERT_THAT(PutMarket(closed), IsOk());
  Product piece;
  piece.id = "garlic-head";
  piece.display_name = "蒜头个";
  piece.dimension = Dimension::kCount;
  ASSERT_THAT(catalog_->Put({.products = {piece}}), IsOk());
  EXPECT_THAT(catalog_->MergeMarket("a", "a", {}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("they are one")));
  EXPECT_THAT(catalog_->MergeMarket("a", "nowhere", {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("\"nowhere\" does not exist")));
  EXPECT_THAT(catalog_->MergeMarket("a", "closed", {}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("is retired")));
  EXPECT_THAT(catalog_->MergeProduct("garlic-head", "garlic", {}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("different dimensions")));
  EXPECT_THAT(catalog_->MergeProduct("garlic", "all", {}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("market as a whole")));
}

TEST_F(CatalogAdminTest, SurvivingProductHasTheNamesOfBoth) {
  Product purple;
  purple.id = "purple-garlic";
  purple.display_name = "紫皮蒜";
  purple.aliases = {"独蒜", "大蒜头"};
  purple.dimension = Dimension::kMass;
  ASSERT_THAT(catalog_->Put({.products = {purple}}), IsOk());
  ASSERT_THAT(catalog_->MergeProduct("purple-garlic", "garlic", {}), IsOk());
  for (const char* name : {"purple-garlic", "紫皮蒜", "独蒜", "大蒜头", "大蒜"}) {
    ASSERT_NE(catalog_->FindProduct(name), nullptr) << name;
    EXPECT_EQ(catalog_->FindProduct(name)->id, "garlic") << name;
  }
  EXPECT_THAT(catalog_->FindProduct("garlic")->aliases,
              ElementsAre("蒜头", "Garlic (dry)", "紫皮蒜", "独蒜", "大蒜头"));
}

TEST_F(CatalogAdminTest, PutDoesNotUndoAMerge) {
  const Market plain = MarketCopy("a", "A");
  ASSERT_THAT(PutMarket(plain), IsOk());
  ASSERT_THAT(catalog_->MergeMarket("a", "eryuan", {}), IsOk());
  EXPECT_EQ(PutMarket(plain).value(), 0);
  EXPECT_EQ(catalog_->FindMarket("a")->id, "eryuan");
}

TEST_F(CatalogAdminTest, FileDoesNotUndoWhatAPersonChanged) {
  Resources file = ExampleResources();
  Market xinfadi = file.markets[0];
  xinfadi.display_name = "新发地农产品批发市场";
  ASSERT_THAT(PutMarket(xinfadi), IsOk());
  Reopen();  // who changed what is known after a restart
  file.markets[1].display_name = "洱源县大蒜市场";
  EXPECT_EQ(catalog_->Put(file, {.origin = Origin::kFile, .author = "a.yaml"}).value(), 1);
  EXPECT_EQ(catalog_->GetMarket("xinfadi")->display_name, "新发地农产品批发市场");
  EXPECT_EQ(catalog_->GetMarket("eryuan")->display_name, "洱源县大蒜市场");
}

TEST_F(CatalogAdminTest, EveryVersionIsKeptWithWhoAndWhen) {
  Market eryuan = *catalog_->GetMarket("eryuan");
  const std::string old_name = eryuan.display_name;
  clock_.Advance(absl::Hours(1));
  eryuan.display_name = "洱源县大蒜市场";
  ASSERT_THAT(catalog_->Put({.markets = {eryuan}}, {.author = "wang", .note = "改名"}), IsOk());
  eryuan.standing.retired_date = Day{20'600};
  ASSERT_THAT(catalog_->Put({.markets = {eryuan}}, {.author = "li"}), IsOk());
  Reopen();
  const Resource wanted = Market{.id = "eryuan"};
  const auto changes = *catalog_->ListChanges(&wanted, kNewest, 10);
  ASSERT_EQ(changes.size(), 3u);  // newest first
  EXPECT_EQ(changes[0].author, "li");
  EXPECT_EQ(std::get<Market>(changes[0].after).standing.retired_date, Day{20'600});
  EXPECT_EQ(changes[1].author, "wang");
  EXPECT_EQ(changes[1].note, "改名");
  EXPECT_EQ(std::get<Market>(*changes[1].before).display_name, old_name);
  EXPECT_EQ(std::get<Market>(changes[1].after).display_name, "洱源县大蒜市场");
  EXPECT_EQ(changes[1].recorded_us, absl::ToUnixMicros(clock_.Now()));
  EXPECT_EQ(changes[2].origin, Origin::kFile);
  EXPECT_FALSE(changes[2].before.has_value());
  EXPECT_GT(changes[0].recorded_us, changes[1].recorded_us);
  const auto older = *catalog_->ListChanges(&wanted, changes[0].sequence, 1);
  ASSERT_EQ(older.size(), 1u);
  EXPECT_EQ(older[0].sequence, changes[1].sequence);
}

TEST_F(CatalogAdminTest, RefusedAndEqualPutsLeaveNoVersion) {
  const size_t before = catalog_->ListChanges(nullptr, kNewest, 1000)->size();
  ASSERT_EQ(catalog_->Put(ExampleResources()).value(), 0);
  Market bad = *catalog_->GetMarket("eryuan");
  bad.time_zone = "Mars/Base";
  EXPECT_FALSE(PutMarket(bad).ok());
  EXPECT_TRUE(catalog_->MergeMarket("eryuan", "xinfadi", {.validate_only = true}).value());
  EXPECT_FALSE(catalog_->GetMarket("eryuan")->standing.is_merged());
  EXPECT_EQ(catalog_->ListChanges(nullptr, kNewest, 1000)->size(), before);
}

TEST_F(CatalogAdminTest, StandingThatContradictsItselfIsRefused) {
  struct StandingCase {
    Standing standing;
    const char* message;
  };
  for (const StandingCase& c :
       {StandingCase{{.merged_into = "xinfadi"}, "markets[0].merge_time: is missing"},
        StandingCase{{.merged_us = 5}, "markets[0].merge_time: is set"},
        StandingCase{{.merged_into = "eryuan", .merged_us = 5}, "markets[0].merged_into: is"},
        StandingCase{{.merged_into = "no", .merged_us = 5}, "markets[0].merged_into: is \"no\""},
        StandingCase{{.retired_date = kMaxDay + 1}, "markets[0].retired_date: is not a day"}}) {
    Market market = *catalog_->GetMarket("eryuan");
    market.standing = c.standing;
    EXPECT_THAT(PutMarket(market),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.message)));
  }
}

// A store that was written before there were aliases, merges and versions.
TEST_F(CatalogAdminTest, OpensMarketsAndProductsOfVersionOne) {
  ByteWriter market;
  market.U8(1);
  for (const char* text : {"old", "532930"}) market.String(text);
  market.U8(static_cast<uint8_t>(MarketKind::kRetail));
  for (const char* text : {"旧市场", "", "Asia/Shanghai"}) market.String(text);
  market.U8(0);
  ByteWriter product;
  product.U8(1);
  for (const char* text : {"onion", "洋葱", "", "vegetable"}) product.String(text);
  product.U8(0);
  product.U8(static_cast<uint8_t>(Dimension::kMass));
  for (int list = 0; list < 4; ++list) product.Varint(0);
  storage::WriteSet set;
  set.Put(storage::Table::kCatalog, "mold", market.bytes());
  set.Put(storage::Table::kCatalog, "ponion", product.bytes());
  GLUTWATCH_ASSERT_OK(database_->Write(set, storage::Durability::kFsynced));
  Reopen();
  EXPECT_EQ(catalog_->FindMarket("old")->display_name, "旧市场");
  EXPECT_EQ(catalog_->FindProduct("洋葱")->id, "onion");
  EXPECT_FALSE(catalog_->FindMarket("old")->standing.is_merged());
}

}  // namespace
}  // namespace glutwatch::catalog

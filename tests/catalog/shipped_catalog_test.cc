#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/yaml_message.h"
#include "server/catalog/catalog.h"
#include "server/rpc/translate_catalog.h"
#include "tests/catalog/example_catalog.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

// What deploy/catalog/ ships: it loads, it is complete, and it comes back unchanged.
namespace glutwatch::catalog {
namespace {

using testing::IsOk;
using testing::OpenDatabase;
using testing::TempDir;

class ShippedCatalogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = OpenDatabase(dir_);
    GLUTWATCH_ASSERT_OK(database);
    database_ = *std::move(database);
    auto catalog = Catalog::Open(database_.get());
    GLUTWATCH_ASSERT_OK(catalog);
    catalog_ = *std::move(catalog);
    Load("yunnan.yaml");
    Load("products.yaml");
  }
  void Load(const std::string& file_name) {
    v1::CatalogFile file;
    GLUTWATCH_ASSERT_OK(
        ReadYamlFile(std::string(GLUTWATCH_SOURCE_DIR "/deploy/catalog/") + file_name, &file));
    const auto resources = rpc::FromProto(file);
    GLUTWATCH_ASSERT_OK(resources);
    EXPECT_FALSE(resources->description.empty());
    ASSERT_THAT(catalog_->Put(*resources), IsOk());
  }

  TempDir dir_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<Catalog> catalog_;
};

TEST_F(ShippedCatalogTest, YunnanHasSixteenPrefecturesAnd129Counties) {
  int prefectures = 0;
  int counties = 0;
  for (const auto& region : catalog_->ListRegions("530000", "", 1000)) {
    if (region->parent == "530000") {
      ++prefectures;
    } else if (region->code != "530000") {
      ++counties;
      // The first four digits of a county are its prefecture's.
      EXPECT_EQ(region->code.substr(0, 4) + "00", region->parent);
      ASSERT_TRUE(region->position.has_value()) << region->display_name;
      EXPECT_GT(region->position->latitude, 21.0) << region->display_name;
      EXPECT_LT(region->position->latitude, 29.3) << region->display_name;
      EXPECT_GT(region->position->longitude, 97.5) << region->display_name;
      EXPECT_LT(region->position->longitude, 106.2) << region->display_name;
    }
  }
  EXPECT_EQ(prefectures, 16);
  EXPECT_EQ(counties, 129);
  EXPECT_TRUE(catalog_->IsWithin("532930", "532900"));
  EXPECT_EQ(catalog_->FindRegion("532930")->display_name, "洱源县");
}

TEST_F(ShippedCatalogTest, KeyProductsAreFoundByTheirChineseNames) {
  for (const char* name :
       {"大蒜", "蒜薹", "洋葱", "大白菜", "番茄", "西红柿", "马铃薯", "土豆", "结球甘蓝", "辣椒",
        "黄瓜", "胡萝卜", "生姜", "葡萄", "柑橘", "菠菜", "生猪", "鸡蛋"}) {
    EXPECT_NE(catalog_->FindProduct(name), nullptr) << name;
  }
  EXPECT_GE(catalog_->ListProducts("", "", 1000).size(), 40U);
}

TEST_F(ShippedCatalogTest, EveryCostHasASourceAndAnEnd) {
  int costs = 0;
  for (const auto& product : catalog_->ListProducts("", "", 1000)) {
    for (const ProductionCost& cost : product->costs) {
      ++costs;
      EXPECT_NE(cost.source.find("http"), std::string::npos) << product->id;
      EXPECT_TRUE(cost.valid_to.has_value()) << product->id;
    }
  }
  EXPECT_EQ(costs, 3);
  const auto garlic =
      catalog_->FindCost("大蒜", "532930", CostConcept::kTotal, *ParseDay("2018-05-07"));
  ASSERT_TRUE(garlic.has_value());
  EXPECT_EQ(garlic->cost_e4, 14'892);  // 7148 / 4800
  EXPECT_FALSE(catalog_->FindCost("大蒜", "532930", CostConcept::kTotal, *ParseDay("2019-05-07")));
}

TEST_F(ShippedCatalogTest, ExportAsYamlReadsBackUnchanged) {
  const Resources exported = catalog_->Export();
  v1::CatalogFile file;
  GLUTWATCH_ASSERT_OK(ReadYaml(WriteYaml(rpc::ToProto(exported)), "export.yaml", &file));
  const auto back = rpc::FromProto(file);
  GLUTWATCH_ASSERT_OK(back);
  EXPECT_EQ(back->units, exported.units);
  EXPECT_EQ(back->regions, exported.regions);
  EXPECT_EQ(back->markets, exported.markets);
  EXPECT_EQ(back->products, exported.products);
  EXPECT_EQ(catalog_->Put(*back).value(), 0);
}

}  // namespace
}  // namespace glutwatch::catalog

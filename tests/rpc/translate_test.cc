#include <google/protobuf/util/message_differencer.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_warn.h"
#include "server/storage/price_store.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::rpc {
namespace {

using ::glutwatch::testing::StatusIs;
using ::google::protobuf::util::MessageDifferencer;
using ::testing::HasSubstr;

v1::Product Garlic() {
  v1::Product product;
  product.set_name("products/garlic");
  product.set_display_name("大蒜");
  product.set_shelf_life_days(90);
  product.set_dimension(v1::DIMENSION_MASS);
  product.add_aliases("蒜头");
  auto* cost = product.add_costs();
  cost->set_region("regions/532930");
  cost->set_cost_concept(v1::COST_CONCEPT_TOTAL);
  cost->set_currency_code("CNY");
  cost->set_cost_e4(15000);
  cost->set_source("survey");
  cost->mutable_valid_from()->set_year(2018);
  cost->mutable_valid_from()->set_month(1);
  cost->mutable_valid_from()->set_day(1);
  auto* channel = product.add_green_channel();
  *channel->mutable_valid_from() = cost->valid_from();
  *channel->mutable_valid_to() = ToProto(ToDay(absl::CivilDay(2020, 12, 31)));
  channel->set_source("list");
  (*product.mutable_kilograms_per_piece())["large"] = 0.06;
  return product;
}

TEST(TranslateTest, ProductComesBackUnchanged) {
  const auto product = FromProto(Garlic(), "product");
  GLUTWATCH_ASSERT_OK(product);
  EXPECT_TRUE(MessageDifferencer::Equals(ToProto(*product), Garlic()));
}

TEST(TranslateTest, BadFieldIsNamedByItsPath) {
  v1::Product product = Garlic();
  product.mutable_costs(0)->mutable_valid_from()->set_day(31);
  product.mutable_costs(0)->mutable_valid_from()->set_month(2);
  EXPECT_THAT(FromProto(product, "products[4]"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("products[4].costs[0].valid_from: is 2018-2-31")));
  v1::Market market;
  market.set_name("market/x");
  EXPECT_THAT(FromProto(market, "market"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("market.name: is \"market/x\", expected markets/{id}")));
}

v1::RulePack Pack() {
  v1::RulePack pack;
  pack.set_id("test");
  pack.set_version(1);
  auto* rule = pack.add_rules();
  rule->set_id("red-cost");
  rule->set_level(v1::WARNING_LEVEL_RED);
  rule->set_clear_margin("0.05");
  auto* condition = rule->add_all_of();
  condition->set_indicator(v1::INDICATOR_PRICE_TO_TOTAL_COST);
  condition->set_at_most("5/7");
  condition->set_strict(true);
  pack.set_min_life_days(10);
  pack.set_clear_days(20);
  pack.set_refractory_days(20);
  pack.set_stale_trading_days(5);
  pack.set_max_level_without_cost(v1::WARNING_LEVEL_ORANGE);
  return pack;
}

TEST(TranslateTest, RulePackComesBackUnchanged) {
  const auto pack = FromProto(Pack());
  GLUTWATCH_ASSERT_OK(pack);
  EXPECT_EQ(pack->rules[0].all_of[0].at_most, 5.0 / 7.0);
  EXPECT_TRUE(MessageDifferencer::Equals(ToProto(*pack), Pack()));
}

TEST(TranslateTest, BadThresholdIsNamedByItsPath) {
  v1::RulePack pack = Pack();
  pack.mutable_rules(0)->mutable_all_of(0)->set_at_most("5/0");
  EXPECT_THAT(FromProto(pack), StatusIs(absl::StatusCode::kInvalidArgument,
                                        HasSubstr("rules[0].all_of[0].at_most: threshold is")));
}

TEST(TranslateTest, InstantsKeepTheirMicroseconds) {
  const auto time = ToTimestamp(1'234'567'890'123'456);
  EXPECT_EQ(AsOf(true, time), 1'234'567'890'123'456);
  EXPECT_EQ(AsOf(false, time), storage::PriceStore::kNow);
}

}  // namespace
}  // namespace glutwatch::rpc

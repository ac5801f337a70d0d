#include <gmock/gmock.h>

#include "client/channel.h"
#include "tests/client/node_fixture.h"

namespace glutwatch::client {
namespace {

using glutwatch::testing::NodeTest;
using ::testing::HasSubstr;
using ::testing::Not;

// January and February of garlic at 3.5 yuan a kilogram in one market.
class PricesAggregateTest : public NodeTest {
 protected:
  void SetUp() override {
    NodeTest::SetUp();
    auto stream = PushStream::Create(OpenChannel(server()), {.source = "test"});
    GLUTWATCH_ASSERT_OK(stream);
    const int series = AddGarlic(stream->get(), "");
    GLUTWATCH_ASSERT_OK((*stream)->Send(Batch("b", series, 0, 40, 35'000), nullptr));
    GLUTWATCH_ASSERT_OK((*stream)->Flush(absl::Seconds(30)));
  }
};

TEST_F(PricesAggregateTest, PeopleReadOneTable) {
  const Outcome outcome = Cli({"prices", "aggregate", "--product", "大蒜", "--by",
                               "prefecture,product", "--quantiles", "0.5"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(
      outcome.out,
      "REGION           PRODUCT        PERIOD   MEAN  P50  MIN  MAX  UNIT    MARKETS  DAYS\n"
      "云南省 (Yunnan)  大蒜 (Garlic)  2026-01   3.5  3.5  3.5  3.5  CNY/kg        1    31\n"
      "云南省 (Yunnan)  大蒜 (Garlic)  2026-02   3.5  3.5  3.5  3.5  CNY/kg        1     9\n");
}

TEST_F(PricesAggregateTest, ChineseHasItsOwnWordsForTenDays) {
  const Outcome outcome = Cli({"--lang", "zh", "prices", "aggregate", "--product", "大蒜",
                               "--period", "旬", "--per", "斤", "--to", "2026-01-20"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "期间          平均价  最低价  最高价  单位     市场数  报价日数\n"
            "2026-01 上旬    1.75    1.75    1.75  CNY/jin       1        10\n"
            "2026-01 中旬    1.75    1.75    1.75  CNY/jin       1        10\n");
}

TEST_F(PricesAggregateTest, ProgramsReadEveryCountInAColumn) {
  const Outcome csv = Cli({"prices", "aggregate", "--region", "江川区", "--by", "market",
                           "--quantiles", "0.1", "--period", "year", "-o", "csv"});
  EXPECT_EQ(csv.code, 0) << csv.err;
  EXPECT_EQ(csv.out,
            "region,category,product,market,period_start,mean,quantile_0.1,minimum,maximum,"
            "price_unit,arrivals,arrivals_unit,markets,observations,suspicious,unweighed,"
            "unweighed_markets,simulated\n"
            ",,,markets/jc,2026-01-01,3.5,3.5,3.5,3.5,CNY/kg,,t,1,40,0,40,1,false\n");
  const Outcome json =
      Cli({"prices", "aggregate", "--product", "garlic", "--period", "year", "-o", "json"});
  EXPECT_THAT(json.out, HasSubstr(R"("period_start_days":[20454])"));
  EXPECT_THAT(json.out, HasSubstr(R"("market_counts":["1"])"));
}

TEST_F(PricesAggregateTest, VolumeSaysWhatItLeftOut) {
  const Outcome outcome =
      Cli({"prices", "aggregate", "--product", "garlic", "--period", "year", "--weight", "volume"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(
      outcome.out,
      "PERIOD  UNIT    MARKETS  DAYS  LEFT OUT\n"
      "2026    CNY/kg        0     0  days without arrivals: 40, markets without any arrivals: "
      "1\n");
}

TEST_F(PricesAggregateTest, AsOfBeforeTheFirstPriceIsEmpty) {
  const Outcome outcome =
      Cli({"prices", "aggregate", "--product", "garlic", "--as-of", "2020-01-01"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "Nothing matches.\n");
}

TEST_F(PricesAggregateTest, AnUnknownProductIsExit3) {
  const Outcome outcome = Cli({"prices", "aggregate", "--product", "moonstone"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("moonstone"));
}

}  // namespace
}  // namespace glutwatch::client
